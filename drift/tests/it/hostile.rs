//! Malicious documents: refused with a place and a reason, or compared in bounded time.

use std::fmt::Write as _;

use openapi_drift::Document;

use crate::{compare, synthetic};

const HEAD: &str = "openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths: {}\n";

fn refusal(content: impl Into<Vec<u8>>) -> String {
    Document::parse("d", content).unwrap_err().to_string()
}

#[test]
fn depth_bombs_are_refused() {
    for depth in [1_000, 1_000_000] {
        let json = format!("{{\"openapi\": \"3.0.3\", \"x\": {}", "[".repeat(depth));
        assert!(refusal(json).contains("not JSON"));
        let json = format!("{{\"openapi\": \"3.0.3\", \"x\": {}{}}}", "[".repeat(depth), "]".repeat(depth));
        assert!(refusal(json).contains("deeper than"));
        let flow = format!("{HEAD}x: {}", "[".repeat(depth));
        assert!(refusal(flow).contains("not YAML"));
    }
    let mut block = HEAD.to_owned();
    for depth in 0..600 {
        let _ = writeln!(block, "{}a:", " ".repeat(depth));
    }
    assert!(refusal(block).contains("not YAML"));
}

#[test]
fn alias_bombs_are_refused() {
    let mut bomb = format!("{HEAD}a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let before = format!("*a{}", level - 1);
        let _ = writeln!(bomb, "a{level}: &a{level} [{}]", [&*before; 10].join(", "));
    }
    assert!(refusal(bomb).contains("once its aliases are followed"));
    let mut tower = format!("{HEAD}a0: &a0 [x]\n");
    for level in 1..3000 {
        let _ = writeln!(tower, "a{level}: &a{level} [*a{}]", level - 1);
    }
    assert!(refusal(tower).contains("deeper than"));
    assert!(refusal(format!("{HEAD}a: &a [*a]\n")).contains("inside the node that it names"));
    assert!(refusal(format!("{HEAD}a: *nothing\n")).contains("not YAML"));
}

#[test]
fn aliases_and_merge_keys_are_followed() {
    let merged = "openapi: 3.0.3\ninfo: {title: t, version: '1'}\nx-base: &base {type: object, properties: {a: {type: string}}}\n\
                  paths: {/a: {get: {responses: {'200': {description: ok, content: {application/json: {schema: {<<: *base, description: d}}}}}}}}\n";
    let plain = merged.replace("<<: *base", "type: object, properties: {a: {type: string}}");
    assert!(compare(merged, &plain).findings.is_empty());
    let changed = merged.replace("a: {type: string}", "a: {type: integer}");
    let found = compare(merged, &changed);
    assert_eq!(found.findings[0].rule.id(), "response-property-type-changed");
}

#[test]
fn huge_numbers_are_compared_digit_by_digit() {
    let document = |maximum: &str| {
        format!(
            "{{\"openapi\": \"3.0.3\", \"info\": {{\"title\": \"t\", \"version\": \"1\"}}, \"paths\": {{\"/a\": {{\"get\": {{\"parameters\": \
             [{{\"name\": \"q\", \"in\": \"query\", \"schema\": {{\"type\": \"number\", \"maximum\": {maximum}}}}}]}}}}}}}}"
        )
    };
    let huge = "9".repeat(100_000);
    for (old, new, expected) in [
        ("1e999999999", "1e999999998", Some("request-parameter-max-decreased")),
        ("1e999999999999999999999999999999999999999999", "1", Some("request-parameter-max-decreased")),
        ("0.1", "0.10000000000000000001", Some("request-parameter-max-increased")),
        ("100", "1.00e2", None),
        (&*huge, &*huge, None),
    ] {
        let found = compare(&document(old), &document(new));
        let of_parameter =
            found.findings.iter().map(|finding| finding.rule.id()).find(|id| id.starts_with("request"));
        assert_eq!(of_parameter, expected);
    }
}

#[test]
fn keys_that_would_fill_every_pointer_are_refused() {
    let document =
        format!("{{\"openapi\": \"3.0.3\", \"{0}\": {{\"{0}\": {{\"{0}\": 1}}}}}}", "k".repeat(1500));
    assert!(refusal(document).contains("longer than 4096 bytes"));
}

/// Each of a chain of schemas is reached by one operation more: lists of names would be quadratic.
#[test]
fn sets_of_operations_are_cheap() {
    let document = |limit: u32| {
        let mut text = String::from("openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths:\n");
        let mut schemas = String::from("components:\n  schemas:\n");
        for at in 0..2000 {
            let _ = writeln!(
                text,
                "  /a{at}: {{get: {{responses: {{'200': {{description: ok, content: {{application/json: {{schema: {{$ref: '#/components/schemas/S{at}'}}}}}}}}}}}}}}"
            );
            let next = if at < 1999 {
                format!("n: {{$ref: '#/components/schemas/S{}'}}, ", at + 1)
            } else {
                String::new()
            };
            let _ = writeln!(
                schemas,
                "    S{at}: {{properties: {{{next}m: {{type: string, maxLength: {limit}}}}}}}"
            );
        }
        text + &schemas
    };
    let found = compare(&document(1), &document(2));
    assert_eq!(found.ungrouped().filter(|entry| entry.operation.is_some()).count(), 2000 * 2001 / 2);
}

/// Ten thousand references with words next to them, all to one large schema: to look through it for each would take minutes.
#[test]
fn a_schema_that_is_part_of_many_views_is_cheap() {
    let document = |limit: u32| {
        let mut text = format!("{HEAD}components:\n  schemas:\n    S: {{type: string, maxLength: {limit}}}\n")
            .replace("3.0.3", "3.1.0")
            .replace(
                "paths: {}",
                "paths: {/a: {get: {responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Top'}}}}}}}}",
            );
        text.push_str("    Large:\n      properties:\n        s: {$ref: '#/components/schemas/S'}\n");
        for at in 0..10_000 {
            let _ = writeln!(text, "        p{at}: {{type: string}}");
        }
        text.push_str("    Top:\n      properties:\n");
        for at in 0..10_000 {
            let _ = writeln!(text, "        q{at}: {{$ref: '#/components/schemas/Large', description: d}}");
        }
        text
    };
    let found = compare(&document(2), &document(1));
    let named: Vec<_> = found.findings.iter().map(|finding| finding.subject.name.as_str()).collect();
    assert_eq!(named, ["S", "info.version"]);
}

/// A small document that describes nine million links, by reference.
#[test]
fn parts_multiplied_by_references_end() {
    let mut text = format!("{HEAD}x-response:\n  description: ok\n  links:\n").replace("paths: {}\n", "");
    for at in 0..3000 {
        let _ = writeln!(text, "    l{at}: {{operationId: o}}");
    }
    text.push_str("paths:\n");
    for at in 0..3000 {
        let _ = writeln!(text, "  /a{at}: {{get: {{responses: {{'200': {{$ref: '#/x-response'}}}}}}}}");
    }
    let found = compare(&text, &text);
    assert_eq!(crate::ids(&found), ["api-version-unchanged", "document-entangled"]);
}

/// Thousands of schemes without partner, and thousands of alternatives that ask for other scopes.
#[test]
fn lists_of_credentials_end() {
    let document = |name: &str| {
        let mut text = format!("{HEAD}components:\n  securitySchemes:\n").replace("paths: {}\n", "");
        for at in 0..3000 {
            let _ = writeln!(text, "    {name}{at}: {{type: apiKey, in: query, name: k}}");
        }
        text.push_str("security:\n");
        for at in 0..3000 {
            let _ = writeln!(text, "- {{o: [{name}{at}]}}");
        }
        text.push_str("paths:\n");
        for at in 0..3000 {
            let _ = writeln!(text, "  /a{at}: {{get: {{responses: {{}}}}}}");
        }
        text
    };
    let found = compare(&document("one"), &document("two"));
    for id in ["api-security-credential-changed", "document-entangled"] {
        assert!(crate::ids(&found).contains(&id), "{id}");
    }
}

#[test]
fn references_in_circles_end() {
    let document = |limit: u32| {
        format!(
            "openapi: 3.1.0\ninfo: {{title: t, version: '1'}}\n\
             paths: {{/a: {{get: {{responses: {{'200': {{description: ok, content: {{application/json: {{schema: {{$ref: '#/components/schemas/A'}}}}}}}}}}}}}}}}\n\
             components:\n  schemas:\n    A: {{allOf: [{{$ref: '#/components/schemas/A'}}, {{$ref: '#/components/schemas/B'}}], maxProperties: {limit}}}\n\
             \x20   B: {{oneOf: [{{$ref: '#/components/schemas/A'}}, {{$ref: '#/components/schemas/B'}}, {{$ref: '#/components/schemas/C'}}], not: {{$ref: '#/components/schemas/B'}}}}\n\
             \x20   C: {{$ref: '#/components/schemas/D', maxLength: {limit}}}\n    D: {{$ref: '#/components/schemas/C'}}\n\
             \x20   E: {{$ref: '#/components/schemas/E/properties/x'}}\n    F: {{$ref: '#'}}\n"
        )
    };
    let found = compare(&document(1), &document(2));
    assert!(
        found.findings.iter().any(|finding| finding.rule.id() == "response-body-max-properties-increased")
    );
    assert!(compare(&document(1), &document(1)).findings.is_empty());
}

#[test]
fn wide_lists_of_alternatives_end() {
    let document = |word: &str| {
        let list: Vec<String> = (0..3000)
            .map(|at| format!("{{type: object, properties: {{{word}{at}: {{type: string}}}}}}"))
            .collect();
        format!(
            "openapi: 3.0.3\ninfo: {{title: t, version: '1'}}\npaths: {{/a: {{get: {{responses: {{'200': {{description: ok, content: \
             {{application/json: {{schema: {{oneOf: [{}]}}}}}}}}}}}}}}}}\n",
            list.join(", ")
        )
    };
    assert_eq!(compare(&document("a"), &document("b")).findings.len(), 6002);
}

/// Four ways on from each of two thousand schemas: a search by paths would not end.
#[test]
fn findings_grow_with_the_document_not_with_the_paths_through_it() {
    let (old, new) = (synthetic::document(2000, false), synthetic::document(2000, true));
    let found = compare(std::str::from_utf8(&old).unwrap(), std::str::from_utf8(&new).unwrap());
    assert!(found.findings.len() < 1000, "{}", found.findings.len());
}
