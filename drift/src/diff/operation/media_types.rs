//! Media types by their names: what one is to another, and which charsets belong together.

use crate::rule::{ApiRule as A, Direction};

/// Returns whether values of a media type are written with their types.
pub(crate) fn is_typed(name: &str) -> bool {
    let base = name.split(';').next().unwrap_or_default();
    base.contains("json") || base.contains("yaml") || base.contains("cbor") || base == "*/*"
}

/// Returns whether a value in one media type is the same in another, as in `text/plain` and `text/plain; charset=UTF-8`.
pub(crate) fn is_same_media_type(was: &str, is: &str) -> bool {
    let [was, is] = [was, is].map(|name| name.to_lowercase().replace(' ', ""));
    was == is || relation(&was, &is, Direction::Request) == Some(A::RequestMediaTypeNameChanged)
}

/// Returns what a media type is to another that it may have become.
pub(crate) fn relation(was: &str, is: &str, direction: Direction) -> Option<A> {
    let split = |name: &str| -> (String, String) {
        let (base, parameters) = name.split_once(';').unwrap_or((name, ""));
        (base.to_owned(), parameters.to_owned())
    };
    let ((was, was_parameters), (is, is_parameters)) = (split(was), split(is));
    let charsets = (charset(&was_parameters), charset(&is_parameters));
    if direction == Direction::Request {
        // The server may refuse any type that it does not name; only how the text is encoded has a default.
        let others = |parameters: &str| -> Vec<String> {
            let all = parameters.split(';').filter(|one| !one.is_empty() && !one.starts_with("charset="));
            all.map(str::to_owned).collect()
        };
        return match was == is && others(&was_parameters) == others(&is_parameters) {
            false => None,
            true if reads(&charsets.1, &charsets.0) => Some(A::RequestMediaTypeNameChanged),
            true => Some(A::MediaTypeCharsetChanged),
        };
    }
    let same_parameters = was_parameters == is_parameters;
    if (narrows(&was, &is) || narrows(&is, &was)) && !reads(&charsets.0, &charsets.1) {
        return Some(A::MediaTypeCharsetChanged);
    }
    match (narrows(&was, &is), narrows(&is, &was)) {
        (true, true) => Some(A::ResponseMediaTypeNameChanged),
        (true, false) | (false, true) if !same_parameters => Some(A::ResponseMediaTypeNameChanged),
        (true, false) => Some(A::ResponseMediaTypeNameSpecialized),
        (false, true) => Some(A::ResponseMediaTypeNameGeneralized),
        (false, false) => None,
    }
}

/// Returns the charset among the parameters of a media type. UTF-8 is what comes without one nowadays.
fn charset(parameters: &str) -> String {
    let named = parameters.split(';').find_map(|parameter| parameter.strip_prefix("charset="));
    match named.map(|name| name.trim_matches(['"', '\''])) {
        None | Some("utf-8" | "utf8") => "utf-8",
        Some("us-ascii" | "ascii") => "us-ascii",
        Some("iso-8859-1" | "latin1" | "iso_8859-1") => "iso-8859-1",
        Some(other) => other,
    }
    .to_owned()
}

/// Returns whether who expects one charset reads the other. ASCII is a part of most that are not UTF-16 or UTF-32.
fn reads(expected: &str, sent: &str) -> bool {
    expected == sent
        || (sent == "us-ascii" && !expected.starts_with("utf-16") && !expected.starts_with("utf-32"))
}

/// Returns whether everything of one media type is of the other: `problem+json` is `json`, and everything is `*/*`.
fn narrows(general: &str, special: &str) -> bool {
    if general == special || general == "*/*" {
        return true;
    }
    let (Some((general_kind, general)), Some((special_kind, special))) =
        (general.split_once('/'), special.split_once('/'))
    else {
        return false;
    };
    let suffix = special.rsplit_once('+').map(|(_, suffix)| suffix);
    general_kind == special_kind && (general == "*" || suffix == Some(general))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_types_that_belong_together() {
        let relations = [
            ("application/json", "application/problem+json", Some(A::ResponseMediaTypeNameSpecialized)),
            ("application/problem+json", "application/json", Some(A::ResponseMediaTypeNameGeneralized)),
            ("application/json", "application/problem+json;q=1", Some(A::ResponseMediaTypeNameChanged)),
            ("text/plain;charset=utf-8", "text/plain", Some(A::ResponseMediaTypeNameChanged)),
            ("*/*", "text/plain", Some(A::ResponseMediaTypeNameSpecialized)),
            ("application/json", "application/xml", None),
            ("text/plain;charset=utf-8", "text/plain;charset=utf-16", Some(A::MediaTypeCharsetChanged)),
            ("text/plain", "text/plain;charset=iso-8859-1", Some(A::MediaTypeCharsetChanged)),
            (
                "text/plain;charset=\"utf-8\"",
                "text/plain;charset=us-ascii",
                Some(A::ResponseMediaTypeNameChanged),
            ),
            (
                "application/json;charset=utf-8",
                "application/problem+json;charset=utf-16",
                Some(A::MediaTypeCharsetChanged),
            ),
        ];
        for (was, is, expected) in relations {
            assert_eq!(relation(was, is, Direction::Response), expected, "{was} {is}");
        }
        let relations = [
            ("application/json", "application/json;charset=utf-8", Some(A::RequestMediaTypeNameChanged)),
            ("text/plain;charset=us-ascii", "text/plain", Some(A::RequestMediaTypeNameChanged)),
            ("text/plain", "text/plain;charset=us-ascii", Some(A::MediaTypeCharsetChanged)),
            ("application/json;version=1", "application/json;version=2", None),
            ("application/json", "application/problem+json", None),
        ];
        for (was, is, expected) in relations {
            assert_eq!(relation(was, is, Direction::Request), expected, "{was} {is}");
        }
    }
}
