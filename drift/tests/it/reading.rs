//! Documents that are read, documents that are refused, and where the error points.

use openapi_drift::{Document, ParseError};

fn refused(content: impl Into<Vec<u8>>) -> ParseError {
    Document::parse("api", content).unwrap_err()
}

#[test]
fn errors_name_the_place_and_the_reason() {
    for (content, expected) in [
        ("", "api:1:1: the document is empty"),
        ("openapi: 3.0.3\npaths: [", "api:2:8: not YAML: "),
        ("{\"openapi\": \"3.0.3\",}", "api:1:21: not JSON: key must be a string"),
        ("{\"openapi\": 'x'}", "api:1:13: not JSON: expected value"),
        ("{\n  \"ä\": 01}", "api:2:9: not JSON: invalid number"),
        ("{\"a\": \"\u{1}\"}", "api:1:"),
        ("{\"a\": \"\\ud800\"}", "api:1:"),
        ("{} {}", "api:1:4: not JSON: trailing characters"),
        ("- a", "api:1:1: not an OpenAPI document: its root is no object"),
        ("a: 1", "api:1:1: not an OpenAPI document: it has no `openapi`"),
        (
            "info: {}\nswagger: '2.0'",
            "api:2:1: Swagger 2.0 is not read; convert the document to OpenAPI 3 first, for example with `swagger2openapi`",
        ),
        ("openapi: 3.3.0", "api:1:1: OpenAPI `3.3.0` is not read, only 3.0, 3.1 and 3.2"),
        ("openapi: 3.1", "api:1:1: `openapi` is not a string like \"3.0.3\""),
        ("openapi: '3.10.0'", "api:1:1: OpenAPI `3.10.0` is not read"),
        (
            "openapi: 3.0.3\n---\nopenapi: 3.0.3",
            "api:2:1: a second YAML document begins here; put one document in each file",
        ),
        ("openapi: 3.0.3\n? [a]\n: b", "api:2:3: only a scalar can be a key"),
        ("<!DOCTYPE html>\n<html></html>", "api:1:1: this is a web page"),
    ] {
        let error = refused(content).to_string();
        assert!(error.starts_with(expected), "{content:?}: {error}");
    }
    let error = refused(b"openapi: 3.0.3\ntitle: \xff".to_vec());
    assert_eq!(
        (error.line(), error.column(), error.reason()),
        (
            2,
            8,
            "the text is not UTF-8: unexpected byte 0xFF; if the text is Latin-1, where it is `ÿ`, convert it to UTF-8"
        )
    );
}

#[test]
fn a_byte_order_mark_is_no_content() {
    let document =
        Document::parse("api", "\u{feff}{\"openapi\": \"3.0.3\", \"info\": {\"version\": \"1\"}}").unwrap();
    assert_eq!(document.version(), Some("1"));
    assert_eq!(document.locate("/openapi").unwrap().column, 2);
}

#[test]
fn nodes_are_found_by_pointer_in_either_notation() {
    let json = "{\"openapi\": \"3.0.3\",\n \"paths\": {\"/a~b\": {\"get\": {\"tags\": [\"ä\", \"one\"]}}}}";
    let yaml = "openapi: 3.0.3\npaths:\n  /a~b:\n    get:\n      tags:\n        - ä\n        - one\n";
    let pointer = "/paths/~1a~0b/get/tags/1";
    let place = Document::parse("json", json).unwrap().locate(pointer).unwrap();
    assert_eq!((place.line, place.column), (2, 43));
    let document = Document::parse("yaml", yaml).unwrap();
    let place = document.locate(pointer).unwrap();
    assert_eq!((place.line, place.column, document.source(place.span)), (7, 11, Some("one")));
    let place = document.locate("/paths/~1a~0b").unwrap();
    assert_eq!(
        document.excerpt(place.span).text,
        "  /a~b:\n    get:\n      tags:\n        - ä\n        - one"
    );
    assert_eq!(place.pointer, "/paths/~1a~0b");
    assert_eq!(document.locate("/nowhere"), None);
}

#[test]
fn versions_written_as_numbers_are_versions() {
    let document = Document::parse("api", "openapi: 3.0.3\ninfo: {version: 1.10}").unwrap();
    assert_eq!(document.version(), Some("1.10"));
}
