//! `cargo xtask codegen`: the snapshot of the raw client, and its surface.
//!
//! Generation is called here only, for `codegen` and for `refresh`.

use anyhow::{Result, anyhow};
use nd8_codegen::{Document, Error, Warning, generate, nd8};
use serde_json::Value;

use crate::derived::{self, Derived};
use crate::lock::PATH as LOCK;
use crate::repository::read;
use crate::warnings::{Group, Kind};

const COMMAND: &str = "cargo xtask codegen";
pub(crate) const DOCUMENT: &str = "openapi/nd8.json";
pub(crate) const SUPPLEMENT: &str = "openapi/supplement.json";

/// Writes the derived files, or compares them.
pub(crate) fn run(check: bool) -> Result<()> {
    let files = files()?;
    if check { derived::check(&files, COMMAND) } else { derived::write(&files) }
}

fn files() -> Result<Vec<Derived>> {
    let lock: toml::Table = read(LOCK)?.parse()?;
    let retrieved = lock.get("document").and_then(|document| document.get("retrieved")?.as_str());
    let derivation = derive(DOCUMENT, &read(DOCUMENT)?, retrieved)?;
    derivation.warnings.iter().for_each(|group| eprint!("{group}"));
    Ok(derivation.files)
}

/// What a document yields.
#[derive(Debug)]
pub(crate) struct Derivation {
    pub(crate) files: Vec<Derived>,
    pub(crate) warnings: Vec<Group>,
}

/// Generates the derived files of a document that was retrieved on a day.
///
/// # Errors
///
/// If the document cannot be turned into a client. The message calls it by `name`.
pub(crate) fn derive(name: &str, json: &str, retrieved: Option<&str>) -> Result<Derivation> {
    let supplement = read(SUPPLEMENT)?;
    let generated = generate(
        Document { name, bytes: json.as_bytes() },
        Some(Document { name: SUPPLEMENT, bytes: supplement.as_bytes() }),
        &nd8::profile(),
    );
    let generated =
        generated.map_err(|error| anyhow!(located(&error, &[(name, json), (SUPPLEMENT, &supplement)])))?;
    let files = vec![
        Derived { path: "src/raw/snapshot/api.rs", content: generated.revision.to_source(retrieved) },
        Derived { path: "src/raw/snapshot/types.rs", content: generated.types },
        Derived { path: "src/raw/snapshot/client.rs", content: generated.client },
        Derived { path: "src/raw/snapshot/mocks.rs", content: generated.mocks },
        Derived { path: "openapi/surface.txt", content: generated.surface },
    ];
    let warnings = generated.warnings.iter().map(|warning| (kind(warning), warning.to_string()));
    Ok(Derivation { files, warnings: Group::collect(warnings) })
}

/// Sorts a warning under what a maintainer has to do about it.
fn kind(warning: &Warning) -> Kind {
    match warning {
        Warning::DerivedName { .. } => Kind {
            title: "operations without a name in the naming table",
            todo: "name each in `OPERATIONS` of codegen/src/nd8.rs: a derived name is not promised to last",
        },
        Warning::SupplementedOperationIsPublished { .. } => Kind {
            title: "operations that are published now",
            todo: "remove each from openapi/supplement.json; the published one is used already",
        },
        Warning::SupplementedComponentDiffers { .. } => Kind {
            title: "components that the supplement describes in another way",
            todo: "make openapi/supplement.json agree; the published one is used",
        },
        _ => Kind { title: "other warnings", todo: "read each, and decide whether it matters" },
    }
}

/// Renders an error of generation with a place that exists. After the supplement was merged in, the generator calls both
/// documents by the name of the main one, and a step may name a place that an earlier step made.
pub(crate) fn located(error: &Error, documents: &[(&str, &str)]) -> String {
    let pointer = error.pointer();
    let parsed = |text: &str| serde_json::from_str::<Value>(text).ok();
    let documents: Vec<(&str, Value)> =
        documents.iter().filter_map(|(name, text)| Some((*name, parsed(text)?))).collect();
    let has = |name: &str| documents.iter().any(|(it, root)| *it == name && root.pointer(pointer).is_some());
    if has(error.document()) {
        return error.to_string();
    }
    let problem = error.problem();
    if let Some((name, _)) = documents.iter().find(|(_, root)| root.pointer(pointer).is_some()) {
        return format!("{name}#{pointer}: {problem}");
    }
    let Some((name, root)) = documents.iter().find(|(name, _)| *name == error.document()) else {
        return error.to_string();
    };
    let mut nearest = pointer;
    while root.pointer(nearest).is_none() {
        nearest = nearest.rsplit_once('/').map_or("", |(parent, _)| parent);
    }
    format!("{name}#{nearest}: {problem} (at {pointer} of what is generated from it)")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(main: &str) -> Error {
        let supplement = read(SUPPLEMENT).expect("is there");
        let documents = [Document { name: "next.yaml", bytes: main.as_bytes() }].map(|main| {
            generate(main, Some(Document { name: SUPPLEMENT, bytes: supplement.as_bytes() }), &nd8::profile())
        });
        documents.into_iter().next().and_then(Result::err).expect("is not fit")
    }

    #[test]
    fn an_error_names_a_document_that_has_the_place() {
        let main = r##"{"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": {}, "x": {"$ref": "#/y"}}"##;
        let error = error(&main.replace("\"x\"", "\"components\""));
        assert_eq!(error.pointer(), "/components/$ref");
        let told = |documents: &[(&str, &str)]| located(&error, documents);
        let problem = "`$ref` leads nowhere: `#/y`";
        let has = r#"{"components": {"$ref": 1}}"#;
        assert_eq!(told(&[("next.yaml", has)]), format!("next.yaml#/components/$ref: {problem}"));
        assert_eq!(
            told(&[("next.yaml", "{}"), (SUPPLEMENT, has)]),
            format!("openapi/supplement.json#/components/$ref: {problem}")
        );
        assert_eq!(
            told(&[("next.yaml", r#"{"components": {}}"#)]),
            format!("next.yaml#/components: {problem} (at /components/$ref of what is generated from it)")
        );
    }

    #[test]
    fn a_document_is_called_by_its_name() {
        let error = derive("/downloads/next.yaml", "{\"openapi\": \"3.1.0\"}", None).expect_err("is not fit");
        assert!(error.to_string().starts_with("/downloads/next.yaml#: expected an OpenAPI 3.0"), "{error:#}");
    }
}
