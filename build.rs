//! Generates the raw client; `codegen/` does the work. `ND8_OPENAPI` names another document to generate from.

fn main() {
    println!("cargo::rerun-if-env-changed=ND8_OPENAPI");
    match generate(std::env::var("ND8_OPENAPI").ok()) {
        Ok([name, hash]) => println!("cargo::metadata=API_VERSION={name}\ncargo::metadata=API_SHA256={hash}"),
        Err(problem) => problem.to_string().lines().for_each(|line| println!("cargo::error={line}")),
    }
}

#[cfg(feature = "codegen")]
fn generate(document: Option<String>) -> Result<[String; 2], Box<dyn std::error::Error>> {
    use nd8_codegen::{Document, Knowledge};
    let main = document.as_deref().unwrap_or("openapi/nd8.json");
    let read = |name| {
        println!("cargo::rerun-if-changed={name}");
        std::fs::read(name).map_err(|error| format!("cannot read {name}: {error}"))
    };
    let (bytes, supplement, overlay) =
        (read(main)?, read("openapi/supplement.json")?, read("openapi/overlay.json")?);
    let profile = nd8_codegen::nd8::profile();
    let mut knowledge = Knowledge::new(&profile)
        .supplement(Document { name: "openapi/supplement.json", bytes: &supplement })
        .overlay(Document { name: "openapi/overlay.json", bytes: &overlay });
    // Who tries another document cannot edit the tables of this crate.
    knowledge.tolerant = document.is_some();
    let code = nd8_codegen::generate_with(Document { name: main, bytes: &bytes }, &knowledge)?;
    code.warnings.iter().filter(|it| !it.kind.is_note()).for_each(|it| println!("cargo::warning={it}"));
    let out = std::env::var("OUT_DIR")?;
    code.files().iter().try_for_each(|(name, text)| std::fs::write(format!("{out}/{name}"), text))?;
    Ok([code.revision.version.escape_debug().to_string(), code.revision.sha256])
}

#[cfg(not(feature = "codegen"))]
fn generate(document: Option<String>) -> Result<[&'static str; 2], &'static str> {
    let (version, hash, _, _) = include!("src/raw/snapshot/api.rs");
    document.map_or(Ok([version, hash]), |_| Err("ND8_OPENAPI needs nd8's feature `codegen`, which is off"))
}
