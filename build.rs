//! Generates the raw client with `codegen/`. `ND8_OPENAPI` names another document to generate from.
//!
//! Build scripts of dependents receive the revision, and copies of the documents that it was generated from, as `DEP_ND8_API_*`.

use std::error::Error;
use std::fs;
use std::path::Path;

const DOCUMENT: &str = "openapi/nd8.json";
const SUPPLEMENT: &str = "openapi/supplement.json";
const OVERLAY: &str = "openapi/overlay.json";

fn main() {
    println!("cargo::rerun-if-env-changed=ND8_OPENAPI");
    let result = Sources::read().and_then(|sources| {
        sources.publish()?;
        let [version, hash] = sources.generate()?;
        println!("cargo::metadata=API_VERSION={version}\ncargo::metadata=API_SHA256={hash}");
        Ok(())
    });
    if let Err(problem) = result {
        problem.to_string().lines().for_each(|line| println!("cargo::error={line}"));
    }
}

/// The documents that the code is generated from.
struct Sources {
    /// The document that `ND8_OPENAPI` names.
    other: Option<String>,
    document: Vec<u8>,
    supplement: Vec<u8>,
    overlay: Vec<u8>,
}

impl Sources {
    fn read() -> Result<Self, Box<dyn Error>> {
        let other = std::env::var("ND8_OPENAPI").ok();
        if other.is_some() && cfg!(not(feature = "codegen")) {
            return Err("ND8_OPENAPI needs nd8's feature `codegen`, which is off".into());
        }
        let read = |name| {
            println!("cargo::rerun-if-changed={name}");
            fs::read(name).map_err(|error| format!("cannot read {name}: {error}"))
        };
        let document = read(other.as_deref().unwrap_or(DOCUMENT))?;
        Ok(Self { document, supplement: read(SUPPLEMENT)?, overlay: read(OVERLAY)?, other })
    }

    fn name(&self) -> &str {
        self.other.as_deref().unwrap_or(DOCUMENT)
    }

    /// Copies the sources into `OUT_DIR` and publishes the paths of the copies. A path to the original would not do: `ND8_OPENAPI`
    /// may name a file that is being edited, and a dependent must read the document that this build was generated from.
    fn publish(&self) -> Result<(), Box<dyn Error>> {
        let extension = Path::new(self.name()).extension().and_then(|it| it.to_str()).unwrap_or("json");
        let document = format!("document.{extension}");
        for (key, name, bytes) in [
            ("DOCUMENT", document.as_str(), &self.document),
            ("SUPPLEMENT", "supplement.json", &self.supplement),
            ("OVERLAY", "overlay.json", &self.overlay),
        ] {
            let path = format!("{}/{name}", std::env::var("OUT_DIR")?);
            fs::write(&path, bytes).map_err(|error| format!("cannot write {path}: {error}"))?;
            println!("cargo::metadata=API_{key}={path}");
            if key == "DOCUMENT" {
                println!("cargo::rustc-env=ND8_API_DOCUMENT={path}");
            }
        }
        Ok(())
    }

    #[cfg(feature = "codegen")]
    fn generate(&self) -> Result<[String; 2], Box<dyn Error>> {
        use nd8_codegen::{Document, Knowledge};
        let profile = nd8_codegen::nd8::profile();
        let mut knowledge = Knowledge::new(&profile)
            .supplement(Document { name: SUPPLEMENT, bytes: &self.supplement })
            .overlay(Document { name: OVERLAY, bytes: &self.overlay });
        // A user who builds from another document cannot edit the tables of this crate, so entries without a match are warnings.
        knowledge.tolerant = self.other.is_some();
        let document = Document { name: self.name(), bytes: &self.document };
        let code = nd8_codegen::generate_with(document, &knowledge)?;
        code.warnings.iter().filter(|it| !it.kind.is_note()).for_each(|it| println!("cargo::warning={it}"));
        let out = std::env::var("OUT_DIR")?;
        code.files().iter().try_for_each(|(name, text)| fs::write(format!("{out}/{name}"), text))?;
        Ok([code.revision.version.escape_debug().to_string(), code.revision.sha256])
    }

    #[cfg(not(feature = "codegen"))]
    fn generate(&self) -> Result<[&'static str; 2], Box<dyn Error>> {
        let (version, hash, _, _) = include!("src/raw/snapshot/api.rs");
        Ok([version, hash])
    }
}
