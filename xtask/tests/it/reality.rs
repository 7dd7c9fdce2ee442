//! `reality`: the documents that it runs, its output, and its exit status.

use std::path::Path;

use regex::Regex;
use snapbox::file;

use crate::support::{Copy, top, xtask};

fn folder(name: &str) -> std::path::PathBuf {
    top().join("xtask/tests/it/reality").join(name)
}

/// Replaces the numbers, which differ between two runs.
fn fixed(stdout: &[u8]) -> String {
    let numbers = Regex::new(r"  +\d+\.\d\d +(?:\d+|-)  ").expect("is one");
    numbers.replace_all(&String::from_utf8_lossy(stdout), "  [numbers]  ").into_owned()
}

#[test]
fn what_is_not_as_expected_has_a_reason() {
    // Nothing here is compiled, so Cargo is not called.
    let output =
        xtask().env("CARGO", "/no/cargo").arg("reality").arg(folder("refused")).output().expect("runs");
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{errors}");
    assert!(errors.starts_with("generating from 4 documents\n"), "{errors}");
    snapbox::assert_data_eq!(fixed(&output.stdout), file!["reality/refused.txt": Text].raw());
}

#[test]
fn a_folder_without_a_table_cannot_be_run() {
    let output = xtask().arg("reality").arg(folder("none")).output().expect("runs");
    assert_eq!(output.status.code(), Some(2));
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(errors.starts_with("error: cannot read ") && errors.contains("expected.tsv"), "{errors}");
    assert!(output.stdout.is_empty());
}

/// Runs documents with the real Cargo, on a copy of the repository.
pub(crate) fn compiles(copy: &Copy, target: &Path) -> (Option<i32>, String) {
    let documents = tempfile::tempdir().expect("writable");
    for name in ["expected.tsv", "real/pets.yaml", "real/shops.yaml", "variants/pinned.json"] {
        let to = documents.path().join(name);
        std::fs::create_dir_all(to.parent().expect("has one")).expect("writable");
        let pinned = name == "variants/pinned.json";
        let from = if pinned { copy.path().join("openapi/nd8.json") } else { folder("compiled").join(name) };
        std::fs::copy(from, to).expect("readable and writable");
    }
    let command = copy.xtask().env("CARGO", env!("CARGO")).env("CARGO_TARGET_DIR", target);
    let output = command.arg("reality").arg(documents.path()).output().expect("runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    (output.status.code(), format!("{}{errors}", fixed(&output.stdout)))
}
