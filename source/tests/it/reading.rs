//! Notations that mean the same, and text that is read digit for digit.

use crate::parse;

/// Returns the JSON of a document, without the white space between its tokens.
fn compact(content: &str) -> String {
    parse(content).to_json().lines().map(str::trim_start).collect::<String>().replace("\": ", "\":")
}

#[test]
fn dates_versions_and_numbers_keep_their_digits() {
    let yaml = "date: 2020-01-01\nversion: 1.10\nlong: 1.2.3\nbig: 123456789012345678901234567890\nzip: '007'\nyes: no\n";
    let expected = r#"{"date":"2020-01-01","version":1.10,"long":"1.2.3","big":123456789012345678901234567890,"zip":"007","yes":"no"}"#;
    assert_eq!(compact(yaml), expected);
    let source = parse(yaml);
    for (pointer, text) in [("/version", "1.10"), ("/date", "2020-01-01"), ("/zip", "007")] {
        assert_eq!(source.scalar(pointer), Some(text), "{pointer}");
    }
    assert_eq!((source.scalar("/nothing"), source.scalar("")), (None, None));
}

#[test]
fn keys_are_strings() {
    assert_eq!(
        compact("200: ok\n2.0: a\ntrue: b\n2020-01-01: c\n"),
        r#"{"200":"ok","2.0":"a","true":"b","2020-01-01":"c"}"#
    );
}

#[test]
fn anchors_and_merge_keys_are_followed() {
    let yaml = "base: &base {a: 1, b: 2}\nmore: &more {b: 3, c: 4}\nnode: {<<: [*base, *more], a: 5}\nlast: {b: 0, <<: *base}\nalias: *base\n";
    assert_eq!(
        compact(yaml),
        r#"{"base":{"a":1,"b":2},"more":{"b":3,"c":4},"node":{"a":5,"b":2,"c":4},"last":{"b":0,"a":1},"alias":{"a":1,"b":2}}"#
    );
    assert_eq!(compact("<<: {a: 1}\nb: 2\n"), r#"{"b":2,"a":1}"#);
}

#[test]
fn a_byte_order_mark_is_no_content() {
    for content in ["\u{feff}{\"a\": 1}", "\u{feff}a: 1\n"] {
        let source = parse(content);
        assert_eq!(compact(content), r#"{"a":1}"#);
        assert_eq!(source.locate("/a").unwrap().line, 1);
        assert!(!source.text().starts_with('\u{feff}'));
    }
}

#[test]
fn the_last_of_repeated_keys_wins_in_either_notation() {
    for content in [r#"{"a": 1, "b": 2, "a": 3}"#, "a: 1\nb: 2\na: 3\n"] {
        assert_eq!(compact(content), r#"{"b":2,"a":3}"#);
        let source = parse(content);
        assert_eq!(source.scalar("/a"), Some("3"));
        assert_eq!(source.tree().duplicates().len(), 1);
    }
}

#[test]
fn json_tokens_are_what_serde_json_reads() {
    let json = "[ \"\", \"\\\\\", \"\\\"\", \"a\\\"b\\u00e9\\ud83d\\ude00\\n\", {\"k\\t\":-1.50e+2 } ,true,false ,null,\r\n0]";
    let source = parse(json);
    let expected: serde_json::Value = serde_json::from_str(json).unwrap();
    for (at, value) in expected.as_array().unwrap().iter().enumerate() {
        if let Some(text) = value.as_str() {
            assert_eq!(source.scalar(&format!("/{at}")), Some(text));
        }
    }
    assert_eq!(source.scalar("/4/k\t"), Some("-1.50e+2"));
    assert_eq!(source.scalar("/8"), Some("0"));
    let place = source.locate("/4/k\t").unwrap();
    assert_eq!(source.source(place.span), Some("\"k\\t\":-1.50e+2"));
    let written = serde_json::to_string(&expected).unwrap();
    assert_eq!(parse(&written).to_json(), written);
    assert_eq!(parse("[1]").scalar("/0"), Some("1"));
}
