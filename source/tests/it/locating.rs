//! From JSON pointers to lines and columns.

use crate::parse;

const YAML: &str = "info:\n  title: ä\npaths:\n  /a~b:\n    - one\n    - two: 2\n";
const JSON: &str = "{\"info\": {\"title\": \"ä\"},\n \"paths\": {\"/a~b\": [\"one\", {\"two\": 2}]}}";

#[test]
fn a_pointer_is_found_in_either_notation() {
    let place = parse(YAML).locate("/paths/~1a~0b/1/two").unwrap();
    assert_eq!((place.line, place.column, place.pointer.as_str()), (6, 7, "/paths/~1a~0b/1/two"));
    let source = parse(JSON);
    let place = source.locate("/paths/~1a~0b/1/two").unwrap();
    assert_eq!((place.line, place.column), (2, 29));
    assert_eq!(source.source(place.span), Some("\"two\": 2"));
    assert_eq!(source.excerpt(place.span).first_line, 2);
}

#[test]
fn a_pointer_to_nothing_is_found_at_its_deepest_ancestor() {
    for content in [YAML, JSON] {
        let source = parse(content);
        for (pointer, ancestor) in [
            ("/paths/~1a~0b/2", "/paths/~1a~0b"),
            ("/paths/~1a~0b/x/y", "/paths/~1a~0b"),
            ("/info/title/deeper", "/info/title"),
            ("/nowhere/at/all", ""),
            ("", ""),
        ] {
            assert_eq!(source.locate(pointer).unwrap().pointer, ancestor, "{pointer}");
        }
        assert_eq!(source.locate("paths"), None);
    }
}

#[test]
fn what_an_alias_names_is_found_where_it_is_written() {
    let place = parse("a: &a\n  b: 1\nc: *a\n").locate("/c/b").unwrap();
    assert_eq!((place.line, place.pointer.as_str()), (2, "/a/b"));
}

#[test]
fn callers_report_defects_at_a_pointer() {
    let source = parse(YAML);
    assert_eq!(source.error_at("/info/version", "no version").to_string(), "api:1:1: no version");
    assert_eq!(source.error_at("/paths/~1a~0b/0", "a string").to_string(), "api:5:7: a string");
    assert_eq!(source.error_at("no pointer", "unexpected").to_string(), "api:1:1: unexpected");
}
