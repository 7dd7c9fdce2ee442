//! JSON pointers (RFC 6901): the place of every error.

use std::fmt;

/// A place in a document. The root prints as `#`, everything else as `#/a/b`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Pointer(String);

impl Pointer {
    /// Creates the pointer to the whole document.
    pub(crate) fn root() -> Self {
        Self::default()
    }

    /// Returns the place one step down, by object key or array index.
    pub(crate) fn child(&self, segment: impl fmt::Display) -> Self {
        let segment = segment.to_string().replace('~', "~0").replace('/', "~1");
        Self(format!("{}/{segment}", self.0))
    }

    /// Returns the place that a JSON pointer names.
    pub(crate) fn from_text(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// Returns the last step, as the document writes it.
    pub(crate) fn last(&self) -> String {
        let last = self.0.rsplit('/').next().unwrap_or_default();
        last.replace("~1", "/").replace("~0", "~")
    }

    /// Returns the pointer several steps down.
    pub(crate) fn join<'a>(&self, segments: impl IntoIterator<Item = &'a str>) -> Self {
        segments.into_iter().fold(self.clone(), |place, segment| place.child(segment))
    }

    /// Returns the RFC 6901 text, as `serde_json::Value::pointer` takes it.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::Pointer;

    #[test]
    fn escapes_what_the_rfc_reserves() {
        let place = Pointer::root().join(["paths", "/a~b/"]).child(0);
        assert_eq!(place.as_str(), "/paths/~1a~0b~1/0");
    }
}
