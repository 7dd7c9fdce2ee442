//! Generates the raw client; how is the business of `codegen/`. `ND8_OPENAPI` names another document to generate from.

fn main() {
    println!("cargo::rerun-if-env-changed=ND8_OPENAPI");
    match generate(std::env::var("ND8_OPENAPI").ok()) {
        Ok([name, hash]) => println!("cargo::metadata=API_VERSION={name}\ncargo::metadata=API_SHA256={hash}"),
        Err(problem) => println!("cargo::error={problem}"),
    }
}

#[cfg(feature = "codegen")]
fn generate(document: Option<String>) -> Result<[String; 2], Box<dyn std::error::Error>> {
    let main = document.as_deref().unwrap_or("openapi/nd8.json");
    let read = |name| std::fs::read(name).map_err(|error| format!("cannot read {name}: {error}"));
    let (bytes, more, out) = (read(main)?, read("openapi/supplement.json")?, std::env::var("OUT_DIR")?);
    println!("cargo::rerun-if-changed={main}\ncargo::rerun-if-changed=openapi/supplement.json");
    let supplement = nd8_codegen::Document { name: "openapi/supplement.json", bytes: &more };
    let document = nd8_codegen::Document { name: main, bytes: &bytes };
    let code = nd8_codegen::generate(document, Some(supplement), &nd8_codegen::nd8::profile())?;
    code.warnings.iter().for_each(|warning| println!("cargo::warning={warning}"));
    code.files().iter().try_for_each(|(name, text)| std::fs::write(format!("{out}/{name}"), text))?;
    Ok([code.revision.version.escape_debug().to_string(), code.revision.sha256])
}

#[cfg(not(feature = "codegen"))]
fn generate(document: Option<String>) -> Result<[&'static str; 2], &'static str> {
    let (version, hash, _, _) = include!("src/raw/snapshot/api.rs");
    document.map_or(Ok([version, hash]), |_| Err("ND8_OPENAPI needs nd8's feature `codegen`, which is off"))
}
