//! Documents made to exhaust time or memory: rejected with a place and a reason, or read within limits.

use std::fmt::Write as _;

use openapi_source::Source;

use crate::rejection;

#[test]
fn deep_nesting_is_rejected() {
    for depth in [1_000, 200_000] {
        let json = "[".repeat(depth) + &"]".repeat(depth);
        assert!(rejection(json).contains("deeper than 120 levels"));
        assert!(rejection("[".repeat(depth)).contains("not JSON"));
        assert!(rejection("{\"a\":".repeat(depth)).contains("not JSON"));
        // Some are beyond a limit of granit-parser before they are beyond ours.
        for yaml in [
            format!("a: {}", "[".repeat(depth)),
            format!("a: {}", "{b: ".repeat(depth)),
            "- ".repeat(depth) + "a",
        ] {
            let error = rejection(yaml);
            assert!(error.contains("deeper than 120 levels") || error.contains("not YAML"), "{error}");
        }
    }
    let nested = "[".repeat(120) + &"]".repeat(120);
    assert!(Source::parse("api", nested).is_ok());
}

#[test]
fn what_aliases_multiply_is_limited() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let before = format!("*a{}", level - 1);
        let _ = writeln!(bomb, "a{level}: &a{level} [{}]", [&*before; 10].join(", "));
    }
    assert!(rejection(bomb).contains("nodes are repeated once its aliases are followed"));
    let long = format!("a: &a {}\nb: [{}]\n", "x".repeat(100_000), "*a, ".repeat(1000));
    assert!(rejection(long).contains("16 MiB of text are repeated"));
    let keys = format!("a: &a {{{}: 1}}\nb: [{}]\n", "k".repeat(1000), "*a, ".repeat(20_000));
    assert!(rejection(keys).contains("16 MiB of text are repeated"));
    let mut tower = String::from("a0: &a0 [x]\n");
    for level in 1..300 {
        let _ = writeln!(tower, "a{level}: &a{level} [*a{}]", level - 1);
    }
    assert!(rejection(tower).contains("deeper than"));
    let few = format!("a: &a {{b: 1}}\nc: [{}]\n", "*a, ".repeat(100_000));
    assert!(Source::parse("api", few).is_ok());
}

#[test]
fn pointers_are_limited() {
    let document = format!("{{\"{0}\": {{\"{0}\": {{\"{0}\": 1}}}}}}", "k".repeat(1500));
    assert!(rejection(document).contains("longer than 4096 bytes"));
}

#[test]
fn deep_levels_are_written_without_indentation() {
    let wide = "1, ".repeat(100_000);
    let yaml = format!("a: {}{wide}{}\n", "[".repeat(115), "]".repeat(115));
    let json = Source::parse("api", yaml.clone()).unwrap().to_json();
    assert!(json.len() < 2 * yaml.len(), "{} bytes from {}", json.len(), yaml.len());
    assert!(Source::parse("api", json).is_ok());
}
