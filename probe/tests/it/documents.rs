//! The tables against the documents: what is inferred there is decided by a fact, or listed as not observable with the reason.

use std::collections::BTreeSet;

use nd8_probe::facts::inferred::{MARKED, NOT_OBSERVABLE};
use nd8_probe::facts::{all, find};
use serde_json::Value;

use crate::support::overlay;

/// Outside of the repository.
const FACTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/nd8/facts.md");

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}

/// What the overlay infers, or inferred before it was observed.
fn inferred_in_overlay(overlay: &Value) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    let is_inferred = |entry: &&Value| entry["source"] == "inferred" || entry["source"] == "observed";
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    for shape in overlay["shapes"].as_array().unwrap().iter().filter(is_inferred) {
        keys.insert(format!("shape {}", text(&shape["role"])));
    }
    for part in overlay["operations"].as_array().unwrap().iter().filter(is_inferred) {
        keys.insert(format!("operation {} {}", text(&part["role"]), text(&part["part"])));
    }
    for refusal in overlay["refusals"].as_array().unwrap().iter().filter(is_inferred) {
        for role in texts(&refusal["roles"]) {
            keys.insert(format!("refusal {} {role}", text(&refusal["status"])));
        }
    }
    keys
}

/// The operations that only the guides describe: none of them is printed in full.
fn inferred_in_supplement() -> BTreeSet<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi/supplement.json");
    let supplement: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let paths = supplement["paths"].as_object().unwrap().iter();
    let operations = paths.flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().keys();
        methods.map(move |method| format!("supplement {} {path}", method.to_uppercase()))
    });
    operations.collect()
}

fn decided() -> BTreeSet<String> {
    all().flat_map(|fact| fact.settles).map(|key| (*key).to_owned()).collect()
}

fn not_observable() -> BTreeSet<String> {
    NOT_OBSERVABLE.iter().map(|(key, _)| (*key).to_owned()).collect()
}

#[test]
fn what_the_documents_infer_is_decided_or_not_observable() {
    let mut inferred = inferred_in_overlay(&serde_json::from_str(&overlay()).unwrap());
    inferred.extend(inferred_in_supplement());
    let known: BTreeSet<String> = decided().union(&not_observable()).cloned().collect();
    let missing: Vec<_> = inferred.difference(&known).collect();
    assert!(missing.is_empty(), "add a fact, or the reason why it cannot be seen: {missing:#?}");
    let stale: Vec<_> = known.difference(&inferred).filter(|key| !key.starts_with("facts ")).collect();
    assert!(stale.is_empty(), "the documents infer no such thing: {stale:#?}");
    let both: Vec<_> = decided().intersection(&not_observable()).cloned().collect();
    assert!(both.is_empty(), "{both:?} are decided, so they are observable");
}

/// What depends on a fact is named by path, and paths change.
#[test]
fn what_depends_on_a_fact_is_there() {
    let top = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for fact in all() {
        let places = fact.depends.split([' ', ',']).map(|word| word.trim_end_matches(':'));
        for place in places.filter(|place| place.contains('/') || place.ends_with(".md")) {
            assert!(top.join(place).exists(), "{}: there is no {place}", fact.id);
        }
    }
}

#[test]
fn facts_are_complete_and_have_one_id_each() {
    let mut ids = BTreeSet::new();
    for fact in all() {
        assert!(ids.insert(fact.id), "two facts are called {}", fact.id);
        for text in [fact.assumes, fact.expected, fact.source, fact.seen_by, fact.depends] {
            assert!(!text.trim().is_empty(), "{fact:?}");
        }
    }
    for (key, reason) in NOT_OBSERVABLE {
        assert!(!reason.is_empty(), "{key}");
    }
}

/// Returns the rows of tables that are marked as printed nowhere, by their first cell, or by the first two where that is a number.
fn marked(facts: &str) -> BTreeSet<String> {
    let rows = facts.lines().filter(|line| line.starts_with('|'));
    let rows = rows.map(|line| line.trim_matches('|').split('|').map(str::trim).collect::<Vec<_>>());
    rows.filter(|cells| cells.iter().skip(1).any(|cell| cell.starts_with('?')))
        .map(|cells| match cells[0].parse::<u8>() {
            Ok(_) => format!("{} {}", cells[0], cells[1]),
            Err(_) => cells[0].to_owned(),
        })
        .collect()
}

#[test]
fn the_marked_lines_of_the_collection_are_covered() {
    for (label, by) in MARKED {
        let is_known = find(by).is_some() || NOT_OBSERVABLE.iter().any(|(key, _)| key == by);
        assert!(is_known, "{label} is decided by {by}, which there is not");
    }
    let Ok(facts) = std::fs::read_to_string(FACTS) else {
        eprintln!("skipped: ../shared/nd8/facts.md is absent, so its marked lines are not compared");
        return;
    };
    let known: BTreeSet<String> = MARKED.iter().map(|(label, _)| (*label).to_owned()).collect();
    assert_eq!(marked(&facts), known);
    // A mark outside of a table would be overlooked. The legend has one.
    let loose = facts.lines().filter(|line| !line.starts_with('|') && line.contains('?'));
    assert_eq!(loose.count(), 1, "facts.md has a mark outside of its tables");
}
