//! Folders in `cases/`: an old document, a new one, and the findings. A folder more is a test more.
//!
//! `SNAPSHOTS=overwrite cargo test --package openapi-drift` writes what is found as expected.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use openapi_drift::{Comparison, Location, Rule, Section};

use crate::compare;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

/// Returns the folders: their paths, and both documents.
pub(crate) fn folders() -> Vec<(PathBuf, String, String)> {
    let mut folders: Vec<PathBuf> = std::fs::read_dir(root())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    let read = |folder: &Path, name: &str| {
        std::fs::read_to_string(folder.join(name))
            .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
    };
    folders
        .into_iter()
        .map(|folder| {
            let (old, new) = (read(&folder, "old.yaml"), read(&folder, "new.yaml"));
            (folder, old, new)
        })
        .collect()
}

/// Returns what is in the folder of cases and no case reads.
fn unregistered(root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(root).unwrap() {
        let path = entry.unwrap().path();
        if !path.is_dir() {
            found.push(path);
            continue;
        }
        let files = std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path());
        let is_known = |file: &PathBuf| CASE.iter().any(|name| file.ends_with(name));
        found.extend(files.filter(|file| !is_known(file)));
    }
    let mut names: Vec<String> = found
        .iter()
        .map(|path| path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/"))
        .collect();
    names.sort();
    names
}

/// Files of a case.
const CASE: [&str; 3] = ["expected.txt", "new.yaml", "old.yaml"];

#[test]
fn every_file_belongs_to_a_case() {
    assert_eq!(unregistered(&root()), [] as [&str; 0]);
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("a-case")).unwrap();
    for file in ["a-case/old.yaml", "a-case/old.yml", "a-case/new.yaml.orig", "loose.yaml"] {
        std::fs::write(folder.path().join(file), "").unwrap();
    }
    assert_eq!(unregistered(folder.path()), ["a-case/new.yaml.orig", "a-case/old.yml", "loose.yaml"]);
}

/// One finding a line: severity, rule, subject, message, places, operations.
fn describe(comparison: &Comparison) -> String {
    let mut text = String::new();
    let place = |location: &Option<Location>| {
        location.as_ref().map_or("-".to_owned(), |place| format!("{}:{}", place.line, place.column))
    };
    for finding in &comparison.findings {
        let (severity, rule) = (finding.severity, finding.rule);
        let (old, new) = (place(&finding.old), place(&finding.new));
        let _ =
            writeln!(text, "{severity} {rule}\n  {}: {}\n  {old} -> {new}", finding.subject, finding.message);
        for operation in finding.operations.iter() {
            let _ = writeln!(text, "  {operation}");
        }
    }
    text
}

/// oasdiff looks at what operations use, but reports that a named schema is gone.
#[test]
fn findings_of_unused_schemas_are_extensions() {
    let folder =
        |(path, ..): &(PathBuf, String, String)| path.ends_with("named-schemas-that-no-operation-uses");
    let (_, old, new) = folders().into_iter().find(folder).unwrap();
    let found = compare(&old, &new);
    let unused: Vec<_> = found.findings.iter().filter(|finding| finding.section == Section::Unused).collect();
    assert!(unused.iter().any(|finding| !finding.rule.is_extension()), "the rules are those of oasdiff");
    assert!(unused.iter().all(|finding| finding.is_extension() && finding.operations.is_empty()));
    let gone = compare(&new, &new.replace("    Same: ", "    Other: "));
    assert!(
        gone.findings
            .iter()
            .any(|finding| finding.rule.id() == "api-schema-removed" && !finding.is_extension())
    );
}

#[test]
fn the_folders_give_what_they_expect() {
    for (folder, old, new) in folders() {
        let found = describe(&compare(&old, &new));
        let expected = snapbox::Data::read_from(&folder.join("expected.txt"), None);
        snapbox::Assert::new().action_env(snapbox::assert::DEFAULT_ACTION_ENV).eq(found, expected.raw());
    }
}

#[test]
fn the_same_documents_give_the_same_findings_in_the_same_order() {
    for (_, old, new) in folders() {
        assert_eq!(compare(&old, &new), compare(&old, &new));
        assert!(compare(&old, &old).findings.is_empty());
        assert!(compare(&new, &new).findings.is_empty());
    }
}

#[test]
fn places_lead_to_the_text() {
    for (_, old, new) in folders() {
        let document = openapi_drift::Document::parse("new", &*new).unwrap();
        for finding in compare(&old, &new).findings {
            let Some(place) = finding.new else { continue };
            assert_eq!(document.locate(&place.pointer).unwrap(), place);
            assert_eq!(document.excerpt(place.span).first_line, place.line);
            let line = new.lines().nth(place.line as usize - 1).unwrap();
            let source = document.source(place.span).unwrap();
            let begins = source.lines().next().unwrap();
            assert_eq!(
                line.chars().skip(place.column as usize - 1).take(begins.chars().count()).collect::<String>(),
                begins
            );
        }
    }
}

#[test]
fn explanations_are_written_for_people() {
    let rule = Rule::from_id("response-property-became-nullable").unwrap();
    snapbox::assert_data_eq!(
        &*rule.explanation(),
        "In a property of a response body: `null` became a value. Responses no longer are what programs rely on: teach your program the new form before the server changes, or stay on the old version of the API."
    );
}
