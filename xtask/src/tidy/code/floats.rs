//! No binary fraction is near an amount: the sources of `nd8`, the sandbox and the probe name no `f32` and no `f64`.

use regex::Regex;

use crate::repository::Text;

/// The crate, with the generated snapshot in it, the sandbox, and the probe.
const PLACES: [&str; 3] = ["src/", "sandbox/src/", "probe/src/"];

pub(in crate::tidy) fn check(sources: &[Text]) -> Vec<String> {
    // The types, and what has them in its name: `as_f64`, `from_f64_retain`, `1f64`.
    let Ok(float) = Regex::new(r"(?:\b|_|\d)f(?:32|64)(?:\b|_)") else {
        return vec!["the pattern for floats is broken".to_owned()];
    };
    let mut found = Vec::new();
    for source in sources.iter().filter(|source| PLACES.iter().any(|place| source.path.starts_with(place))) {
        for (number, line) in source.code().lines().enumerate() {
            // A comment behind code has a space before it, the slashes of an address have none.
            let code = line.split(" //").next().unwrap_or_default();
            if !code.starts_with("//") && float.is_match(code) {
                found.push(format!("{}:{}: a float, where amounts are exact", source.path, number + 1));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{Text, check};

    fn violations(path: &str, content: &str) -> usize {
        check(&[Text { path: path.to_owned(), content: content.to_owned() }]).len()
    }

    #[test]
    fn floats_are_named() {
        let content = "//! Docs.\nstruct Price(\n    f64,\n);\n".to_owned();
        assert_eq!(
            check(&[Text { path: "src/money/mod.rs".into(), content }]),
            ["src/money/mod.rs:3: a float, where amounts are exact"]
        );
        for line in [
            "let price: f32 = 0.into();",
            "let price = 1f64;",
            "let price = 1_f64;",
            "value.as_f64()",
            "Decimal::from_f64_retain(price)",
            "::std::option::Option<f64>, // why not",
            "get(\"https://shop.example\").json::<f64>()",
        ] {
            for path in ["src/ids.rs", "src/raw/snapshot/types.rs", "sandbox/src/values/money.rs"] {
                assert_eq!(violations(path, line), 1, "{path}: {line}");
            }
        }
    }

    #[test]
    fn comments_tests_and_other_places_may_mention_floats() {
        for line in [
            "/// Never an `f64`.",
            "    // Never an f64.",
            "let digits = text; // not an f64",
            "let buff64 = 0xf64a;",
            "#[cfg(test)]\nmod tests {\n    const PRICE: f64 = 0.1;\n}",
        ] {
            assert_eq!(violations("src/ids.rs", line), 0, "{line}");
        }
        assert_eq!(violations("xtask/src/main.rs", "let seconds: f64;"), 0);
    }
}
