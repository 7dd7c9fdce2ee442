//! Generates the raw client; how is the business of `codegen/`. `ND8_OPENAPI` names another document to generate from.

fn main() {
    println!("cargo::rerun-if-env-changed=ND8_OPENAPI");
    if let Err(problem) = generate(std::env::var("ND8_OPENAPI").ok()) {
        println!("cargo::error={problem}");
    }
}

#[cfg(feature = "codegen")]
fn generate(document: Option<String>) -> Result<(), Box<dyn std::error::Error>> {
    let main = document.as_deref().unwrap_or("openapi/nd8.json");
    let read = |name| std::fs::read(name).map_err(|error| format!("cannot read {name}: {error}"));
    let (bytes, more) = (read(main)?, read("openapi/supplement.json")?);
    println!("cargo::rerun-if-changed={main}\ncargo::rerun-if-changed=openapi/supplement.json");
    let supplement = nd8_codegen::Document { name: "openapi/supplement.json", bytes: &more };
    let document = nd8_codegen::Document { name: main, bytes: &bytes };
    let code = nd8_codegen::generate(document, Some(supplement), &nd8_codegen::nd8::profile())?;
    code.warnings.iter().for_each(|warning| println!("cargo::warning={warning}"));
    let out = std::path::PathBuf::from(std::env::var("OUT_DIR")?);
    let files = [("types.rs", code.types), ("client.rs", code.client), ("mocks.rs", code.mocks)];
    Ok(files.into_iter().try_for_each(|(name, content)| std::fs::write(out.join(name), content))?)
}

#[cfg(not(feature = "codegen"))]
fn generate(document: Option<String>) -> Result<(), &'static str> {
    document.map_or(Ok(()), |_| Err("ND8_OPENAPI needs nd8's feature `codegen`, which is off"))
}
