//! Encodes a path parameter as one segment of a URL.
//!
//! progenitor has an encoding of its own, which is replaced because it does not encode `.`, `..` and `\`, and URL parsers resolve
//! them: an id `..` would turn `/transactions/../refund/` into `/refund/`, and `\` is a slash to them. Ids come from webhooks,
//! databases and users, so one of them could choose another endpoint for a request that has the merchant's credential.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// All characters except the unreserved ones of RFC 3986: an allow list does not depend on what a URL parser treats as special.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Encodes a parameter so that it stays one segment of the path.
///
/// `.` and `..` have no encoded form: URL parsers resolve `%2e` like a dot. They are encoded twice, so that the server finds
/// nothing by that name, instead of another endpoint.
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
