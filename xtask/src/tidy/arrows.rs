//! Dependencies that must never exist, between crates and between modules.

use cargo_metadata::{DependencyKind, Metadata};
use regex::Regex;

use crate::repository::Text;

/// Who must not depend on whom in which way.
pub(super) fn crates(metadata: &Metadata) -> Vec<String> {
    let mut found = Vec::new();
    for package in metadata.workspace_packages() {
        for dependency in &package.dependencies {
            if package.name.as_str() == "nd8-inbox"
                && dependency.name == "nd8"
                && dependency.kind == DependencyKind::Normal
                && (dependency.uses_default_features || dependency.features != ["webhooks"])
            {
                found.push(
                    "nd8-inbox depends on nd8 with more than `webhooks`: it needs no HTTP client".into(),
                );
            }
            if let Some(reason) = forbidden(&package.name, &dependency.name, dependency.kind) {
                found.push(format!(
                    "{} depends on {} ({}): {reason}",
                    package.name, dependency.name, dependency.kind
                ));
            }
        }
    }
    found
}

fn forbidden(from: &str, to: &str, kind: DependencyKind) -> Option<&'static str> {
    match (from, to, kind) {
        // Only so that its tests get the feature `mock`.
        ("nd8", "nd8", DependencyKind::Development) => None,
        // They are users.
        (
            "nd8-benches" | "nd8-downstream" | "nd8-inbox" | "nd8-inbox-proof" | "nd8-pinned"
            | "nd8-pinned-drift",
            "nd8",
            _,
        ) => None,
        ("nd8-inbox", "nd8-inbox-proof" | "nd8-sandbox", kind) if kind != DependencyKind::Development => {
            Some("in tests and examples only")
        }
        ("nd8", "nd8-inbox" | "nd8-inbox-proof", _) => Some("nd8 needs no database"),
        ("nd8-inbox" | "nd8-inbox-proof", "nd8-codegen", _) => Some("it is a user of nd8"),
        (_, "nd8-benches", _) => Some("it measures, and nothing else"),
        (_, "nd8-pinned", _) => Some("it is an example"),
        (_, "nd8-downstream", _) => Some("it is nobody's library"),
        (_, "nd8", _) => Some("a broken client must not stop the tools, nor confirm itself"),
        (_, "xtask", _) => Some("it is a program"),
        ("nd8", "nd8-codegen", kind) if kind != DependencyKind::Build => Some("at build time only"),
        ("nd8", "nd8-sandbox", kind) if kind != DependencyKind::Development => {
            Some("in tests and examples only")
        }
        ("nd8-probe", "nd8-sandbox", kind) if kind != DependencyKind::Development => {
            Some("it asks servers that it knows nothing of")
        }
        ("nd8-probe", "nd8-codegen", _) => Some("tables of the generator would hide what is otherwise"),
        ("nd8-codegen", "nd8-sandbox", _) | ("nd8-sandbox", "nd8-codegen", _) => Some("they share no code"),
        ("openapi-drift", "nd8-codegen" | "nd8-sandbox", _) => Some("it knows nothing of ND8"),
        ("openapi-source", "nd8-codegen" | "nd8-sandbox" | "openapi-drift", _) => {
            Some("it is the lowest member, and reads documents only")
        }
        _ => None,
    }
}

/// Words that must not occur in some places. Comments and unit tests don't count.
pub(super) fn modules(sources: &[Text]) -> Vec<String> {
    let areas = "(?:checkouts|dashboard|payments|refunds|storefront)";
    let rules: [(&str, &[&str], String, &str); 7] = [
        (
            "codegen/src/",
            &[],
            // Generated code names `::reqwest`, from its root.
            r"std::(fs|env|net|process)\b|tokio|(?:^|[^:\w])reqwest::".into(),
            "codegen does no I/O and reads no environment",
        ),
        (
            "source/src/",
            &[],
            r"std::(fs|env|net|process)\b".into(),
            "documents are read from memory: the generator, which does no I/O, builds on this",
        ),
        (
            "src/raw/",
            &[],
            r"(crate|super)::(super::)?ext\b".into(),
            "generated and raw code never names `ext`",
        ),
        ("src/ext/", &[], r"progenitor".into(), "`ext` never names progenitor"),
        (
            "src/ext/",
            &["builder.rs", "call.rs", "core.rs", "error/failure.rs", "tls.rs"],
            r"\breqwest\b".into(),
            "reqwest stays behind the core",
        ),
        ("src/ext/", &["mod.rs"], format!(r"(super|ext)::{areas}\b"), "one area never reaches into another"),
        ("build.rs", &[], r#"env::var\("[^NO]"#.into(), "build.rs reads ND8_OPENAPI and OUT_DIR only"),
    ];
    let mut found = Vec::new();
    for (place, exempt, pattern, reason) in &rules {
        let Ok(pattern) = Regex::new(pattern) else {
            found.push(format!("`{pattern}` is not a regular expression"));
            continue;
        };
        for source in sources.iter().filter(|source| source.path.starts_with(place)) {
            if exempt.iter().any(|name| source.path.ends_with(name)) {
                continue;
            }
            for (number, line) in source.code().lines().enumerate() {
                if !line.trim_start().starts_with("//") && pattern.is_match(line) {
                    found.push(format!("{}:{}: {reason}", source.path, number + 1));
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{DependencyKind, Text, forbidden, modules};

    #[test]
    fn the_forbidden_arrows_are_forbidden() {
        for (from, to, kind) in [
            ("nd8-codegen", "nd8", DependencyKind::Development),
            ("nd8-sandbox", "nd8", DependencyKind::Normal),
            ("xtask", "nd8", DependencyKind::Normal),
            ("openapi-source", "nd8", DependencyKind::Development),
            ("openapi-source", "nd8-codegen", DependencyKind::Normal),
            ("openapi-source", "nd8-sandbox", DependencyKind::Development),
            ("openapi-source", "openapi-drift", DependencyKind::Development),
            ("openapi-source", "xtask", DependencyKind::Build),
            ("nd8-probe", "nd8", DependencyKind::Development),
            ("nd8-probe", "nd8-sandbox", DependencyKind::Normal),
            ("nd8-probe", "nd8-codegen", DependencyKind::Normal),
            ("nd8", "nd8-codegen", DependencyKind::Normal),
            ("nd8", "nd8-sandbox", DependencyKind::Normal),
            ("nd8", "xtask", DependencyKind::Development),
            ("nd8", "nd8-inbox", DependencyKind::Development),
            ("nd8-inbox", "nd8-sandbox", DependencyKind::Normal),
            ("nd8-inbox", "nd8-inbox-proof", DependencyKind::Normal),
            ("nd8-inbox", "nd8-codegen", DependencyKind::Build),
            ("nd8-sandbox", "nd8", DependencyKind::Development),
        ] {
            assert!(forbidden(from, to, kind).is_some(), "{from} → {to} ({kind})");
        }
        assert_eq!(forbidden("nd8-inbox", "nd8", DependencyKind::Normal), None);
        assert_eq!(forbidden("nd8-inbox", "nd8-sandbox", DependencyKind::Development), None);
        assert_eq!(forbidden("nd8", "nd8-codegen", DependencyKind::Build), None);
        assert_eq!(forbidden("nd8", "nd8-sandbox", DependencyKind::Development), None);
        assert_eq!(forbidden("nd8-probe", "nd8-sandbox", DependencyKind::Development), None);
        assert_eq!(forbidden("xtask", "nd8-codegen", DependencyKind::Normal), None);
        assert_eq!(forbidden("nd8-codegen", "openapi-source", DependencyKind::Normal), None);
        assert_eq!(forbidden("openapi-drift", "openapi-source", DependencyKind::Normal), None);
    }

    #[test]
    fn each_rule_about_modules_fires() {
        for (path, line) in [
            ("codegen/src/lib.rs", "let text = std::fs::read(path)?;"),
            ("source/src/text.rs", "let text = std::fs::read(path)?;"),
            ("src/raw/hooks.rs", "use crate::ext::Error;"),
            ("src/ext/error/mod.rs", "pub fn inner(&self) -> progenitor_client::Error {"),
            ("src/ext/refunds.rs", "http: reqwest::Client,"),
            ("src/ext/refunds.rs", "use super::payments::Payments;"),
            ("build.rs", "std::env::var(\"HOME\")"),
        ] {
            let source = Text { path: path.to_owned(), content: format!("//! Docs.\n{line}\n") };
            assert_eq!(modules(&[source]).len(), 1, "{path}: {line}");
            let comment = Text { path: path.to_owned(), content: format!("// {line}\n") };
            assert!(modules(&[comment]).is_empty(), "{path}: a comment may say {line}");
            let content = format!("#[cfg(test)]\nmod tests {{\n    {line}\n}}\n");
            let test = Text { path: path.to_owned(), content };
            assert!(modules(&[test]).is_empty(), "{path}: a unit test may say {line}");
        }
        let core =
            Text { path: "src/ext/error/failure.rs".into(), content: "source: reqwest::Error,".into() };
        assert!(modules(&[core]).is_empty());
        let build = Text { path: "build.rs".into(), content: "std::env::var(\"ND8_OPENAPI\")".into() };
        assert!(modules(&[build]).is_empty());
    }
}
