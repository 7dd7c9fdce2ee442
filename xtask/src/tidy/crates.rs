//! Dependencies between crates that must never exist.

use cargo_metadata::{DependencyKind, Metadata};

/// Reports each dependency of one member of the workspace on another that must not exist.
pub(super) fn check(metadata: &Metadata) -> Vec<String> {
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
        (_, "nd8-downstream", _) => Some("it is a test, not a library"),
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

#[cfg(test)]
mod tests {
    use super::{DependencyKind, forbidden};

    #[test]
    fn forbidden_dependencies_are_reported() {
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
        assert_eq!(forbidden("nd8", "nd8-codegen", DependencyKind::Build), None);
        assert_eq!(forbidden("nd8", "nd8-sandbox", DependencyKind::Development), None);
        assert_eq!(forbidden("nd8-inbox", "nd8", DependencyKind::Normal), None);
        assert_eq!(forbidden("nd8-inbox", "nd8-sandbox", DependencyKind::Development), None);
        assert_eq!(forbidden("nd8-probe", "nd8-sandbox", DependencyKind::Development), None);
        assert_eq!(forbidden("xtask", "nd8-codegen", DependencyKind::Normal), None);
        assert_eq!(forbidden("nd8-codegen", "openapi-source", DependencyKind::Normal), None);
        assert_eq!(forbidden("openapi-drift", "openapi-source", DependencyKind::Normal), None);
    }
}
