//! Patterns of paths: `/internal/**`.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// A path in which `*` matches a part between slashes, and `**` at the end for any number of parts.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    text: String,
}

impl Pattern {
    /// Creates a pattern.
    ///
    /// # Errors
    ///
    /// If it does not begin with a slash, or has `**` anywhere but at the end.
    pub(super) fn new(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split('/').collect();
        let is_partial = |part: &&str| part.contains('*') && !matches!(*part, "*" | "**");
        let deep = parts.iter().position(|part| *part == "**");
        if !text.starts_with('/') {
            return Err(format!("`{text}` is no path: it does not begin with `/`"));
        }
        if parts.iter().any(is_partial) || deep.is_some_and(|at| at + 1 != parts.len()) {
            return Err(format!(
                "`{text}`: `*` matches a whole part between slashes, `**` for all that follows"
            ));
        }
        Ok(Self { text: text.to_owned() })
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    pub(super) fn matches(&self, path: &str) -> bool {
        let mut path = path.split('/');
        for part in self.text.split('/') {
            match (part, path.next()) {
                // Of the path itself there has to be more than the slash before it.
                ("**", Some(_)) => return true,
                ("*", Some(it)) if !it.is_empty() => {}
                (part, Some(it)) if part == it => {}
                _ => return false,
            }
        }
        path.next().is_none()
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn stars_match_parts() {
        for (pattern, path, matches) in [
            ("/a", "/a", true),
            ("/a", "/a/", false),
            ("/a", "/ab", false),
            ("/a/*", "/a/{id}", true),
            ("/a/*", "/a/", false),
            ("/a/*", "/a/b/c", false),
            ("/a/*/c", "/a/b/c", true),
            ("/a/**", "/a/b/c", true),
            ("/a/**", "/a", false),
            ("/**", "/a", true),
        ] {
            assert_eq!(Pattern::new(pattern).expect("is one").matches(path), matches, "{pattern} {path}");
        }
        for text in ["a", "", "/a*", "/**/a", "*"] {
            assert!(Pattern::new(text).is_err(), "{text}");
        }
    }
}
