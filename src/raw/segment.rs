//! One path parameter as one segment of a URL.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything but the unreserved characters of RFC 3986. progenitor's own set leaves `\` alone, which URL parsers take
/// for a slash.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Encodes a parameter so that it stays the segment it was meant to be.
///
/// `.` and `..` have no encoded form: URL parsers take `%2e` for a dot as well, and climb. They are sent encoded twice,
/// which names nothing on any server, instead of naming another endpoint.
pub(crate) fn path_segment(parameter: &str) -> String {
    match parameter {
        "." => "%252e".to_owned(),
        ".." => "%252e%252e".to_owned(),
        parameter => utf8_percent_encode(parameter, RESERVED).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::path_segment;

    #[test]
    fn a_parameter_cannot_leave_its_segment() {
        for hostile in
            [".", "..", "../refunds", "a/b", "a?b=c", "a#b", "%2e%2e", "a\nb", "TX 1", "a\\b", "\\..\\x"]
        {
            let base = "https://api.test/api/transactions/";
            let url =
                reqwest::Url::parse(&format!("{base}{}/refund/", path_segment(hostile))).expect("is a URL");
            let path = url.path();
            assert!(
                path.starts_with("/api/transactions/") && path.ends_with("/refund/"),
                "{hostile:?}: {path}"
            );
            assert_eq!(path.matches('/').count(), 5, "{hostile:?}: {path}");
            assert_eq!((url.query(), url.fragment()), (None, None), "{hostile:?}");
        }
    }
}
