//! The revisions that ND8 has published, one after the other, by the profile of today.

use std::fs;
use std::path::Path;

use nd8_codegen::impact::{Inputs, compare};
use nd8_codegen::{Document, Knowledge, nd8};
use snapbox::{Data, assert_data_eq};

#[test]
fn published_revisions_are_distinguished() {
    let openapi = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi");
    let read = |name: &str| fs::read(openapi.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    let (profile, supplement, overlay) = (nd8::profile(), read("supplement.json"), read("overlay.json"));
    let knowledge = Knowledge::new(&profile)
        .supplement(Document { name: "supplement.json", bytes: &supplement })
        .overlay(Document { name: "overlay.json", bytes: &overlay });
    let mut report = String::new();
    for (old, new) in [("history/1.0.0.json", "history/1.1.0-b.json"), ("history/1.1.0-b.json", "nd8.json")] {
        let documents = [read(old), read(new)];
        let [was, is] = &documents;
        let inputs = |name, bytes| Inputs::new(Document { name, bytes }, knowledge);
        let impact = compare(inputs(old, was), inputs(new, is)).unwrap_or_else(|error| panic!("{error}"));
        report.push_str(&format!("# {old} to {new}\n{impact}\n"));
    }
    let expected =
        Data::read_from(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/revisions.txt"), None);
    assert_data_eq!(report, expected.raw());
}
