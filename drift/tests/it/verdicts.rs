//! Worst severity of a change, by a table: `verdicts.txt` states the text before and after, the documents are wrapped
//! around it here.

use openapi_drift::Comparison;

use crate::compare;

const TABLE: &str = include_str!("../verdicts.txt");

/// A line of the table.
struct Line {
    verdict: &'static str,
    place: &'static str,
    old: &'static str,
    new: &'static str,
}

fn table() -> impl Iterator<Item = Line> {
    let lines = TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| match line.split(" | ").map(str::trim).collect::<Vec<_>>()[..] {
        [verdict, place, old, new] => Line { verdict, place, old, new },
        _ => panic!("four parts: {line}"),
    })
}

/// Returns the document around a text.
fn wrap(place: &str, text: &str) -> String {
    let content = text.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
    // Objects may be written with their braces or without.
    let members = content.filter(|_| !text.starts_with("{$ref")).unwrap_or(text);
    let in_version =
        |version: &str, rest: &str| format!("openapi: {version}\ninfo: {{title: t, version: '1'}}\n{rest}\n");
    match place {
        "operation" => in_version("3.1.0", &format!("paths: {{/a: {{post: {{{members}}}}}}}")),
        "path" => in_version("3.1.0", &format!("paths: {{/a: {{post: {{}}, {members}}}}}")),
        "webhook" => in_version("3.1.0", &format!("webhooks: {{w: {{post: {{{members}}}}}}}")),
        "callback" => in_version(
            "3.1.0",
            &format!(
                "paths: {{/a: {{post: {{callbacks: {{c: {{'{{$request.body#/u}}': {{post: {{{members}}}}}}}}}}}}}}}"
            ),
        ),
        "text-body" => in_version(
            "3.1.0",
            &format!(
                "paths: {{/a: {{post: {{requestBody: {{content: {{text/plain: {{schema: {text}}}}}}}}}}}}}"
            ),
        ),
        "document" => format!("--- {{openapi: 3.1.0, info: {{title: t, version: '1'}}, {members}}}"),
        "path-3.2" => in_version("3.2.0", &format!("paths: {{/a: {{post: {{}}, {members}}}}}")),
        "document-3.2" => format!("--- {{openapi: 3.2.0, info: {{title: t, version: '1'}}, {members}}}"),
        place => crate::changes::wrapped(place, text),
    }
}

/// Returns the documents of all lines.
pub(crate) fn documents() -> Vec<(String, String)> {
    table().map(|line| (wrap(line.place, line.old), wrap(line.place, line.new))).collect()
}

fn verdict(comparison: &Comparison) -> &'static str {
    comparison.worst().map_or("nothing", openapi_drift::Severity::as_str)
}

#[test]
fn changes_have_the_worst_severity_of_the_table() {
    let mut failures = Vec::new();
    for line in table() {
        let found = compare(&wrap(line.place, line.old), &wrap(line.place, line.new));
        if verdict(&found) != line.verdict {
            let Line { verdict: expected, place, old, new } = line;
            let rules: Vec<String> = found
                .findings
                .iter()
                .map(|finding| format!("{} {}", finding.severity, finding.rule))
                .collect();
            failures.push(format!(
                "{expected}, not {}, at {place}\n  {old}\n  {new}\n  {}",
                verdict(&found),
                rules.join(", ")
            ));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
