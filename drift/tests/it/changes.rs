//! Every change of a schema at every place, made by machine from one table: `changes.yaml` states for each change how a
//! schema looks before and after, the places are wrapped around it here.
//!
//! What the table does not reach must have a folder in `cases/`: together they must raise every rule there is.

use std::collections::BTreeSet;

use openapi_drift::Rule;

use crate::{compare, compare_on, ids, options};

const TABLE: &str = include_str!("../changes.txt");

/// A line of the table: the end of a rule's id, and the schema before and after, in YAML's flow style.
struct Line<'a> {
    change: &'a str,
    old: &'a str,
    new: &'a str,
    /// Where else the same id means something else: the end of the names of its places.
    only: &'a str,
}

fn table() -> Vec<Line<'static>> {
    let lines = TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let parts: Vec<&str> = line.split(" | ").map(str::trim).collect();
            match parts[..] {
                [change, old, new] => Line { change, old, new, only: "" },
                [change, old, new, only] => Line { change, old, new, only },
                _ => panic!("three or four parts: {line}"),
            }
        })
        .collect()
}

type Wrap = fn(&str) -> String;

/// A place: the beginning of its rules' ids, and a document around a schema that is used there.
const PLACES: [(&str, Wrap); 8] = [
    ("request-body", |schema| {
        operation(&format!("requestBody: {{content: {{application/json: {{schema: {schema}}}}}}}"))
    }),
    ("request-property", |schema| {
        operation(&format!(
            "requestBody: {{content: {{application/json: {{schema: {{type: object, properties: {{p: {schema}}}}}}}}}}}"
        ))
    }),
    ("request-parameter", |schema| {
        operation(&format!("parameters: [{{name: q, in: query, schema: {schema}}}]"))
    }),
    ("request-parameter-property", |schema| {
        operation(&format!(
            "parameters: [{{name: q, in: query, schema: {{type: object, properties: {{p: {schema}}}}}}}]"
        ))
    }),
    ("response-body", |schema| response(&format!("content: {{application/json: {{schema: {schema}}}}}"))),
    ("response-property", |schema| {
        response(&format!(
            "content: {{application/json: {{schema: {{type: object, properties: {{p: {schema}}}}}}}}}"
        ))
    }),
    ("response-header", |schema| response(&format!("headers: {{X-H: {{schema: {schema}}}}}"))),
    ("response-header-property", |schema| {
        response(&format!("headers: {{X-H: {{schema: {{type: object, properties: {{p: {schema}}}}}}}}}"))
    }),
];

fn operation(content: &str) -> String {
    format!(
        "openapi: 3.1.0\ninfo: {{title: t, version: '1'}}\npaths: {{/a: {{post: {{{content}}}}}}}\n\
         components: {{schemas: {{A: {{type: object, properties: {{a: {{type: string}}}}}}, B: {{type: object, properties: {{b: {{type: string}}}}}}}}}}\n"
    )
}

fn response(content: &str) -> String {
    operation(&format!("responses: {{'200': {{description: '', {content}}}}}"))
}

/// Returns the document around a schema that is used at a place.
pub(crate) fn wrapped(place: &str, schema: &str) -> String {
    let wrap = PLACES.iter().find(|(name, _)| *name == place).unwrap_or_else(|| panic!("no place {place}")).1;
    wrap(schema)
}

#[test]
fn every_change_is_known_at_every_place() {
    let mut failures = Vec::new();
    for Line { change, old, new, only } in table() {
        for (place, wrap) in PLACES.into_iter().filter(|(place, _)| place.ends_with(only)) {
            let id = format!("{place}-{change}");
            let id = match &*id {
                "response-body-enum-value-removed" => "response-mediatype-enum-value-removed".to_owned(),
                _ => id,
            };
            let Some(rule) = Rule::from_id(&id) else { continue };
            let found = compare(&wrap(old), &wrap(new));
            if !found.findings.iter().any(|finding| finding.rule == rule) {
                failures.push(format!("{id}: {:?}", ids(&found)));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Returns the documents that the table makes at some of the places.
pub(crate) fn documents(places: &[&str]) -> Vec<String> {
    let schemas: Vec<&str> = table().into_iter().flat_map(|Line { old, new, .. }| [old, new]).collect();
    let places = PLACES.into_iter().filter(|(place, _)| places.contains(place));
    places.flat_map(|(_, wrap)| schemas.iter().map(move |schema| wrap(schema))).collect()
}

/// Rules that the table and the folders raise, either way round.
#[test]
fn every_rule_is_raised_by_a_test() {
    let mut strict = options();
    strict.notice_days = 30;
    let mut pairs: Vec<(String, String)> = Vec::new();
    for Line { old, new, .. } in table() {
        pairs.extend(PLACES.map(|(_, wrap)| (wrap(old), wrap(new))));
    }
    pairs.extend(crate::cases::folders().into_iter().map(|(_, old, new)| (old, new)));
    pairs.extend(crate::verdicts::documents());
    let mut raised = BTreeSet::new();
    for (old, new) in &pairs {
        for options in [&options(), &strict] {
            raised.extend(ids(&compare_on(old, new, options)));
            raised.extend(ids(&compare_on(new, old, options)));
        }
    }
    // It takes a document of some megabytes: `hostile.rs` has one.
    raised.insert("document-entangled");
    let missing: Vec<_> =
        Rule::all().iter().map(|rule| rule.id()).filter(|id| !raised.contains(id)).collect();
    assert!(missing.is_empty(), "no test raises:\n{}", missing.join("\n"));
}
