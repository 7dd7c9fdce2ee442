//! Texts that are no documents, and where the error points.

use crate::{parse, rejection};

#[test]
fn errors_name_the_place_and_the_reason() {
    for (content, expected) in [
        ("", "api:1:1: the document is empty"),
        ("# nothing\n", "api:1:1: the document is empty"),
        ("a: [", "api:1:4: not YAML: "),
        ("a:\n\tb: 2\n", "api:2:"),
        ("{\"a\": \"3.0.3\",}", "api:1:15: not JSON: "),
        ("{\"a\": 'x'}", "api:1:7: not JSON: expected value"),
        ("{\n  \"ä\": 01}", "api:2:9: not JSON: invalid number"),
        ("{\"a\": \"\u{1}\"}", "api:1:"),
        ("{\"a\": \"\\ud800\"}", "api:1:14: not JSON: "),
        ("{\"a\": 1 // b\n}", "api:1:"),
        ("{} {}", "api:1:4: not JSON: trailing characters"),
        ("a: 1\n---\nb: 2\n", "api:2:1: a second YAML document begins here; put one document in each file"),
        ("? [a]\n: b", "api:1:3: only a scalar can be a key"),
        ("a: &a [*a]\n", "api:1:8: an alias is inside the node that it names"),
        ("a: *nothing\n", "api:1:4: not YAML"),
        ("a: 1\nb: \0\n", "api:2:4: the text contains a NUL byte"),
        ("\0\0\0\0\0\0", "api:1:1: the text contains a NUL byte"),
        ("\u{feff}\n <!DOCTYPE html>\n<html></html>", "api:2:2: this is a web page"),
        ("<?xml version=\"1.0\"?>", "api:1:1: this is a web page"),
    ] {
        let error = rejection(content);
        assert!(error.starts_with(expected), "{content:?}: {error}");
    }
}

#[test]
fn other_encodings_are_named() {
    let text = "{\"openapi\": \"3.0.3\"}";
    let mark = |mark: &[u8], bytes: &[u8]| [mark, bytes].concat();
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let wide: Vec<u8> = text.chars().flat_map(|char| u32::from(char).to_le_bytes()).collect();
    for (bytes, expected) in [
        (mark(&[0xff, 0xfe], &little), "api:1:1: the text is UTF-16, not UTF-8"),
        (mark(&[0xfe, 0xff], &big), "api:1:1: the text is UTF-16, not UTF-8"),
        (little, "api:1:1: the text is UTF-16, not UTF-8"),
        (big, "api:1:1: the text is UTF-16, not UTF-8"),
        (mark(&[0xff, 0xfe, 0, 0], &wide), "api:1:1: the text is UTF-32, not UTF-8"),
        (wide, "api:1:1: the text is UTF-32, not UTF-8"),
        (
            b"a: 1\ntitle: caf\xe9\n".to_vec(),
            "api:2:11: the text is not UTF-8: unexpected byte 0xE9; if the text is Latin-1, where it is `\u{e9}`",
        ),
        (
            b"a: it\x92s\n".to_vec(),
            "api:1:6: the text is not UTF-8: unexpected byte 0x92; if the text is Windows-1252",
        ),
        (b"\xef\xbb\xbfa: \xff".to_vec(), "api:1:4: the text is not UTF-8"),
        (b"a: \xc3".to_vec(), "api:1:4: the text is not UTF-8: it ends within a character"),
    ] {
        let error = rejection(bytes);
        assert!(error.starts_with(expected), "{error}");
    }
    assert_eq!(parse("a: é\n").scalar("/a"), Some("é"));
}
