//! What could not be compared is said, whether something else changed or not.

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
