//! A position in a list: as callers store it, and as a request contains it.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::FieldError;

/// Prefix of a stored cursor. Another form gets another number.
const FORM: &str = "nd8-cursor-2";

/// A position between two pages of one list, with its filters. It can be stored, so that reading continues after a restart.
///
/// A cursor is one text, whose size does not depend on the number of pages that were read. It belongs to its list: a call
/// for another one reports it as invalid input. One that an older version of this crate stored is refused when it is deserialized.
///
/// A cursor does not hold the ids that were read. Items that are inserted between two reads move others behind the cursor, which
/// then come twice: compare ids if that matters.
///
/// `Debug` does not print it: filters may hold personal data.
///
/// # Example: store a cursor and continue from it
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let server = httpmock::MockServer::start_async().await;
/// # let refund = serde_json::json!({"id": "RF1", "transaction_id": "TX1", "amount": "1.00", "currency": "USD",
/// #     "status": "completed", "created_at": "2026-01-31T12:00:00Z"});
/// # server.mock(|when, then| {
/// #     when.query_param("page_size", "1").query_param_missing("page");
/// #     then.status(200).json_body(serde_json::json!([refund]));
/// # });
/// # server.mock(|when, then| {
/// #     when.query_param("page_size", "1").query_param("page", "2");
/// #     then.status(200).json_body(serde_json::json!([]));
/// # });
/// # let client = nd8::Client::builder("key").base_url(server.base_url()).build()?;
/// let first = client.refunds().list().page_size(1).send().await?;
/// let stored = serde_json::to_string(&first.next)?;
///
/// let cursor: nd8::Cursor = serde_json::from_str(&stored)?;
/// let second = client.refunds().list().resume(cursor).send().await?;
/// assert!(second.is_empty() && second.next.is_none());
///
/// // A cursor of another version is refused.
/// let error = serde_json::from_str::<nd8::Cursor>(r#"{"query": "page=2", "seen": [7]}"#).unwrap_err();
/// assert!(error.to_string().contains("list from the beginning"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Cursor {
    /// Name of the list.
    list: Cow<'static, str>,
    /// Query of the next request. Each page is asked for with several copies of it.
    pub(super) query: Arc<str>,
    pub(super) trail: Trail,
}

impl fmt::Debug for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cursor").field("pages_before", &self.trail.pages).finish_non_exhaustive()
    }
}

impl Cursor {
    pub(super) fn new(list: Cow<'static, str>, query: &str, trail: Trail) -> Self {
        Self { list, query: query.into(), trail }
    }

    fn read(text: &str) -> Result<Self, String> {
        let mut parts = text.splitn(4, ':');
        let form = parts.next().unwrap_or_default();
        if form != FORM {
            let version = form.strip_prefix("nd8-cursor-").filter(|version| version.parse::<u32>().is_ok());
            let found = version.map_or(Cow::Borrowed("of another form"), |version| {
                format!("of version {version} of its form").into()
            });
            return Err(format!("cannot read cursor: it is {found}, not `{FORM}`; list from the beginning"));
        }
        let damaged = "cannot read cursor: it is damaged; list from the beginning";
        let (Some(list), Some(trail), Some(query)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(damaged.to_owned());
        };
        let trail = Trail::read(trail).ok_or(damaged)?;
        Ok(Self { list: list.to_owned().into(), query: query.into(), trail })
    }
}

impl Serialize for Cursor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { list, query, trail } = self;
        serializer.collect_str(&format_args!("{FORM}:{list}:{trail}:{query}"))
    }
}

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = Cursor;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a cursor of the form `{FORM}`; list from the beginning")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Cursor, E> {
                Cursor::read(text).map_err(E::custom)
            }
        }

        deserializer.deserialize_str(Text)
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for Cursor {
    fn schema_name() -> Cow<'static, str> {
        "Cursor".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        String::json_schema(generator)
    }
}

/// Memory of earlier pages, of constant size: enough to detect a circle of pages.
///
/// The last page detects a list that repeats one page, and the first page a list that begins again. The mark detects all other
/// circles: it is renewed at each power of two, so eventually it lies on the circle for a whole round (Brent's algorithm).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Trail {
    pages: u32,
    first: u64,
    last: u64,
    mark: u64,
}

impl Trail {
    /// Returns whether a page with this fingerprint is remembered.
    pub(super) fn has(&self, page: u64) -> bool {
        self.pages > 0 && [self.first, self.last, self.mark].contains(&page)
    }

    /// Advances by a page.
    pub(super) fn after(self, page: u64) -> Self {
        let pages = self.pages.saturating_add(1);
        let first = if pages == 1 { page } else { self.first };
        let mark = if pages.is_power_of_two() { page } else { self.mark };
        Self { pages, first, last: page, mark }
    }

    fn read(text: &str) -> Option<Self> {
        let is_hex = text.len() == 56 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = |range| u64::from_str_radix(text.get(range)?, 16).ok();
        let pages = number(0..8).filter(|_| is_hex)?;
        let pages = u32::try_from(pages).ok()?;
        Some(Self { pages, first: number(8..24)?, last: number(24..40)?, mark: number(40..56)? })
    }
}

impl fmt::Display for Trail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pages, first, last, mark } = self;
        write!(f, "{pages:08x}{first:016x}{last:016x}{mark:016x}")
    }
}

/// Position of a request in its list.
#[derive(Clone, Default)]
pub struct Place {
    /// Page that the caller wants, if the list has such a parameter.
    pub(in crate::ext) page: Option<u32>,
    /// Page size that the caller wants, if the list has such a parameter.
    pub(in crate::ext) page_size: Option<u32>,
    pub(super) cursor: Option<Cursor>,
    /// Query of a request that only probes the server.
    pub(super) probe: Option<String>,
    /// Is true if the sender of the request detects circles itself.
    pub(super) is_walked: bool,
}

impl Place {
    /// Returns the query that replaces the request's own.
    pub(in crate::ext) fn query(&self) -> Option<String> {
        self.probe.clone().or_else(|| Some(self.cursor.as_ref()?.query.to_string()))
    }

    pub(in crate::ext) fn has_query(&self) -> bool {
        self.probe.is_some() || self.cursor.is_some()
    }

    /// Returns the error of a cursor that does not belong to this list, if it has one.
    pub(in crate::ext) fn misuse(&self, list: &str) -> Option<FieldError> {
        // A server would ignore the filters of another list, and return everything.
        let cursor = self.cursor.as_ref()?;
        (cursor.list != list).then(|| FieldError::new("/cursor", "belongs to another list", None))
    }

    /// Returns whether the request is for the first page.
    pub(super) fn is_start(&self) -> bool {
        self.cursor.is_none() && self.probe.is_none() && self.page.is_none_or(|page| page == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::{Cursor, Trail};

    fn after(pages: &[u64]) -> Trail {
        pages.iter().fold(Trail::default(), |trail, page| trail.after(*page))
    }

    #[test]
    fn circles_of_any_length_are_found_within_a_few_rounds() {
        assert!(!Trail::default().has(0), "no page was read");
        for lead in [0, 1, 5, 100] {
            for length in [1, 2, 3, 7, 50] {
                let page = |number: u64| if number < lead { number } else { lead + (number - lead) % length };
                let mut trail = Trail::default();
                let found = (0..).find(|number| {
                    let is_found = trail.has(page(*number));
                    trail = trail.after(page(*number));
                    is_found
                });
                let found = found.expect("is found");
                assert!(found >= lead + length && found <= 3 * (lead + length), "{lead} {length}: {found}");
            }
        }
    }

    #[test]
    fn a_cursor_has_one_size_and_survives_serialization() {
        let mut sizes = std::collections::BTreeSet::new();
        for pages in [1, 2, 1_000] {
            let pages: Vec<u64> = (0..pages).map(|page: u64| page.wrapping_mul(u64::MAX / 3)).collect();
            let cursor = Cursor::new("list_refunds".into(), "a=b:c&page=7", after(&pages));
            let stored = serde_json::to_string(&cursor).expect("is writable");
            sizes.insert(stored.len());
            assert_eq!(serde_json::from_str::<Cursor>(&stored).expect("is readable"), cursor);
        }
        assert_eq!(sizes.len(), 1, "{sizes:?}");
    }

    #[test]
    fn other_cursors_are_refused_with_advice() {
        let trail = Trail::default().to_string();
        let of = |text: &str| format!("\"{text}\"");
        for (stored, reason) in [
            (
                r#"{"query":"page=2","seen":[1]}"#.to_owned(),
                "invalid type: map, expected a cursor of the form",
            ),
            (of(""), "of another form"),
            (of("page=2"), "of another form"),
            (of(&format!("nd8-cursor-3:list_refunds:{trail}:page=2")), "of version 3 of its form"),
            (of("nd8-cursor-2"), "is damaged"),
            (of(&format!("nd8-cursor-2:list_refunds:{trail}")), "is damaged"),
            (of(&format!("nd8-cursor-2:list_refunds:{}:page=2", &trail[1..])), "is damaged"),
            (of(&format!("nd8-cursor-2:list_refunds:+{}:page=2", &trail[1..])), "is damaged"),
        ] {
            let error = serde_json::from_str::<Cursor>(&stored).expect_err("is none of ours").to_string();
            assert!(error.contains(reason) && error.contains("list from the beginning"), "{stored}: {error}");
        }
    }
}
