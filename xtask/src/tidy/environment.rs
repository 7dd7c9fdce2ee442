//! Every environment variable that code reads stands in the README or in `ARCHITECTURE.md`.

use regex::Regex;

use crate::repository::Text;

/// Set by Cargo for everything it builds; Cargo documents them.
const CARGOS: [&str; 2] = ["CARGO", "OUT_DIR"];

pub(super) fn check(sources: &[Text], documentation: &str) -> Vec<String> {
    let Ok(read) = Regex::new(r#"(?:\bvar(?:_os)?\(|\benv!\(|\boption_env!\()\s*"([A-Z0-9_]+)""#) else {
        return vec!["the pattern for environment variables is broken".to_owned()];
    };
    let mut found = Vec::new();
    for source in sources {
        for name in read.captures_iter(source.code()).filter_map(|captures| captures.get(1)) {
            let name = name.as_str();
            let is_cargos = CARGOS.iter().any(|prefix| name.starts_with(prefix));
            if !is_cargos && !documentation.contains(&format!("`{name}`")) {
                found.push(format!("{} reads `{name}`, which no document tells of", source.path));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{Text, check};

    #[test]
    fn an_untold_variable_is_named() {
        let code =
            r#"let _ = (std::env::var("ND8_TOLD"), std::env::var_os("ND8_UNTOLD"), env!("CARGO_PKG_NAME"));"#;
        let source = Text { path: "src/lib.rs".into(), content: code.into() };
        let found = check(&[source], "Set `ND8_TOLD` to …");
        assert_eq!(found, ["src/lib.rs reads `ND8_UNTOLD`, which no document tells of"]);
    }
}
