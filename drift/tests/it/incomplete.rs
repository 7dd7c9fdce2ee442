//! Parts that could not be compared are reported, whether something else changed or not.

use openapi_drift::Which;

use crate::compare;

fn with(reference: &str) -> String {
    format!(
        "openapi: 3.0.3\ninfo: {{title: t, version: '1'}}\npaths: {{/a: {{get: {{responses: {{'200': {{$ref: '{reference}'}}}}}}}}}}\n"
    )
}

#[test]
fn references_that_lead_nowhere_make_a_comparison_incomplete() {
    for reference in ["other.yaml#/a", "#/components/responses/R", "https://example.com/a.yaml"] {
        let found = compare(&with(reference), &with(reference));
        assert!(found.findings.is_empty() && !found.is_complete());
        let parts: Vec<_> = found.incomplete.iter().map(|part| (part.which, part.location.line)).collect();
        assert_eq!(parts, [(Which::Old, 3), (Which::New, 3)], "{reference}");
        assert!(found.incomplete[0].reason.contains(reference));
    }
    let whole = "openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths: {}\n";
    assert!(compare(whole, whole).is_complete());
}

#[test]
fn what_is_over_a_limit_makes_a_comparison_incomplete() {
    let document = |schema: &str| {
        format!(
            "openapi: 3.0.3\ninfo: {{title: t, version: '1'}}\npaths: {{/a: {{get: {{responses: {{'200': {{description: d, content: {{a/json: {{schema: {schema}}}}}}}}}}}}}}}\n"
        )
    };
    let parts: Vec<String> =
        (0..300).map(|at| format!("{{properties: {{p{at}: {{type: string}}}}}}")).collect();
    let joined = document(&format!("{{allOf: [{}]}}", parts.join(", ")));
    let plain = document("{type: object, properties: {p0: {type: integer}}}");
    assert!(crate::ids(&compare(&plain, &joined)).contains(&"document-entangled"));
    assert!(compare(&joined, &joined).findings.is_empty());
    let found = compare(&joined, &plain);
    let reasons: Vec<_> = found.incomplete.iter().map(|part| (part.which, &*part.reason)).collect();
    assert_eq!(
        reasons,
        [(Which::Old, "`allOf` brings more than 256 schemas together; they were not joined")]
    );
}
