//! Golden cases: each folder below `cases/` is a document, what to go by, and what must come out.
//!
//! `document.json`, and where there are any `supplement.json` and `profile.json`, go in. Out comes either `types.rs`,
//! `client.rs`, `surface.txt` and `warnings.txt`, or `error.txt`. `README.md` says in a sentence what the case shows. With
//! `SNAPSHOTS=overwrite` the expected files are written instead of compared.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use nd8_codegen::{Document, Generated, Profile, generate};
use snapbox::{Assert, Data, assert::DEFAULT_ACTION_ENV};

const IN: [&str; 4] = ["README.md", "document.json", "profile.json", "supplement.json"];
const OUT: [&str; 5] = ["types.rs", "client.rs", "surface.txt", "warnings.txt", "error.txt"];

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut cases: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("is readable").path())
        .collect();
    cases.sort();
    cases
}

fn run(case: &Path) -> Result<Generated, String> {
    let read = |name: &str| fs::read(case.join(name)).ok();
    let document = read("document.json").unwrap_or_else(|| panic!("{} has no document.json", case.display()));
    let supplement = read("supplement.json");
    let profile: Profile = match read("profile.json") {
        Some(profile) => {
            serde_json::from_slice(&profile).unwrap_or_else(|error| panic!("{}: {error}", case.display()))
        }
        None => Profile::default(),
    };
    generate(
        Document { name: "document.json", bytes: &document },
        supplement.as_deref().map(|bytes| Document { name: "supplement.json", bytes }),
        &profile,
    )
    .map_err(|error| error.to_string() + "\n")
}

#[test]
fn every_case_yields_what_it_should() {
    let assert = Assert::new().action_env(DEFAULT_ACTION_ENV);
    for case in cases() {
        let outputs: Vec<(&str, String)> = match run(&case) {
            Ok(generated) => {
                let warnings: String =
                    generated.warnings.iter().map(|warning| format!("{warning}\n")).collect();
                vec![
                    ("types.rs", generated.types),
                    ("client.rs", generated.client),
                    ("surface.txt", generated.surface),
                    ("warnings.txt", warnings),
                ]
            }
            Err(error) => vec![("error.txt", error)],
        };
        let mut written = BTreeSet::new();
        for (name, content) in outputs.into_iter().filter(|(_, content)| !content.is_empty()) {
            let expected = Data::read_from(&case.join(name), None).raw();
            assert.eq(Data::text(content).raw(), expected);
            written.insert(name);
        }
        for name in OUT.iter().filter(|name| !written.contains(*name)) {
            assert!(!case.join(name).exists(), "{}: nothing yields {name} any more", case.display());
        }
    }
}

#[test]
fn every_case_is_complete_and_nothing_else_lies_about() {
    let cases = cases();
    assert!(cases.len() > 40, "only {} cases", cases.len());
    for case in cases {
        assert!(case.join("README.md").exists(), "{} says not what it shows", case.display());
        for entry in fs::read_dir(&case).expect("is a folder") {
            let name = entry.expect("is readable").file_name();
            let known = name.to_str().is_some_and(|name| IN.contains(&name) || OUT.contains(&name));
            assert!(known, "{}: {name:?} is not part of a case", case.display());
        }
    }
}
