//! Parses a page from a response: bare arrays, and the envelopes that servers put around them.
//!
//! The reference shows bare arrays; Django REST Framework has a setting that wraps them (`count`, `next`, `previous`, `results`), and
//! there are others. The position of the next page is parsed strictly: an unknown form may refer to the rest of the list.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeOwned, Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::sealed::Paged;
use super::window::{fingerprint, keys};
use super::{Cursor, Lead, Page};
use crate::ext::envelope::failure;
use crate::raw::scan::Scanned;
use crate::raw::{self, ResponseValue};

/// Maximum number of objects around an envelope, such as `{"success": true, "data": {"results": []}}`.
const MOST_WRAPPERS: usize = 2;

/// Converts the result of the generated client, which supports bare arrays only, to a page.
///
/// # Errors
///
/// Those of the generated client, and an invalid payload without a line number if the page has an unknown form.
#[allow(clippy::result_large_err, reason = "the generated client's error, handed through")]
pub(in crate::ext) fn read<R: Paged>(
    request: &R,
    raw: &raw::Client,
    result: Result<ResponseValue<Vec<R::Item>>, raw::Error<()>>,
) -> Result<ResponseValue<Page<R::Item>>, raw::Error<()>> {
    let attempt = raw.inner.attempt();
    let sent = attempt.and_then(|attempt| attempt.sent_query()).unwrap_or_default();
    match result {
        Ok(response) => {
            let (status, headers) = (response.status(), response.headers().clone());
            let listed = Listed { items: response.into_inner(), count: None, next: Next::Unknown };
            let page =
                page(request, sent, listed).map_err(|problem| invalid(bytes::Bytes::new(), &problem))?;
            Ok(ResponseValue::new(page, status, headers))
        }
        Err(raw::Error::InvalidResponsePayload(body, error)) => {
            let Some(received) = attempt.and_then(|attempt| attempt.received()) else {
                return Err(raw::Error::InvalidResponsePayload(body, error));
            };
            let (status, headers) = (received.status, received.headers.clone());
            let text = raw::without_mark(&body).trim_ascii();
            let listed = match text.first() {
                Some(b'{') => envelope(text),
                Some(b'[') => Err(std::str::from_utf8(text).ok().and_then(unreadable_item::<R::Item>)),
                _ => Err(None),
            };
            let page = listed.and_then(|listed| page(request, sent, listed).map_err(Some));
            match page {
                Ok(page) => Ok(ResponseValue::new(page, status, headers)),
                Err(Some(problem)) => Err(invalid(body, &problem)),
                Err(None) => Err(raw::Error::InvalidResponsePayload(body, error)),
            }
        }
        Err(error) => Err(error),
    }
}

fn invalid(body: bytes::Bytes, problem: &str) -> raw::Error<()> {
    raw::Error::InvalidResponsePayload(body, serde_json::Error::custom(problem))
}

/// A parsed response.
struct Listed<T> {
    items: Vec<T>,
    count: Option<u64>,
    next: Next,
}

/// Report of a response about the next page.
enum Next {
    /// Nothing.
    Unknown,
    /// There is none.
    None,
    /// There is one, without its position.
    Somewhere,
    /// It has this query.
    Query(String),
}

fn page<R: Paged>(request: &R, sent: &str, listed: Listed<R::Item>) -> Result<Page<R::Item>, String> {
    let Listed { items, count, next } = listed;
    if R::HAS_IDS
        && let Some(index) = items.iter().position(|item| R::id(item).is_none())
    {
        return Err(format!("item {} of {} has no id", index + 1, items.len()));
    }
    let place = request.place();
    let is_missing = place.is_start() && count.is_some_and(|count| count > items.len() as u64);
    let (query, lead) = match next {
        Next::Query(query) => (Some(query), Lead::Reported),
        Next::Somewhere => (Some(query_after(sent)), Lead::Promised),
        // A count proves no end: it may count the items of the page.
        Next::Unknown if !items.is_empty() => (Some(query_after(sent)), Lead::Numbered),
        Next::None if is_missing && !items.is_empty() => (Some(query_after(sent)), Lead::Numbered),
        Next::None | Next::Unknown => (None, Lead::Numbered),
    };
    let keys = keys::<R>(&items);
    let fingerprint = fingerprint(&keys);
    let trail = place.cursor.as_ref().map(|cursor| cursor.trail).unwrap_or_default();
    let next = query.map(|query| Cursor::new(request.list(), &query, trail.after(fingerprint)));
    Ok(Page { items, count, next, lead, keys, fingerprint })
}

/// Members of an envelope.
struct Envelope<'a>(BTreeMap<Cow<'a, str>, &'a RawValue>);

impl<'de: 'a, 'a> Deserialize<'de> for Envelope<'a> {
    /// Fails if a name comes twice: of two lists, none is known to be the right one.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Envelope<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Envelope<'de>, A::Error> {
                let mut members = BTreeMap::new();
                while let Some((name, value)) = map.next_entry::<Cow<'de, str>, &'de RawValue>()? {
                    if members.insert(name, value).is_some() {
                        return Err(A::Error::custom("a name comes twice"));
                    }
                }
                Ok(Envelope(members))
            }
        }

        deserializer.deserialize_map(Members)
    }
}

impl<'a> Envelope<'a> {
    fn get(&self, name: &str) -> Option<&'a RawValue> {
        self.0.get(name).copied()
    }

    /// Returns whether it reports that the request failed. A list next to such a report is not the requested list.
    fn is_failure(&self) -> bool {
        self.0.iter().any(|(name, value)| failure::is_member(name, value))
    }

    /// Returns the number of items on all pages.
    fn count(&self) -> Option<u64> {
        let counts = ["count", "total_count", "total_items"];
        counts.iter().filter_map(|name| raw::decode(self.get(name)?.get().as_bytes()).ok()).max()
    }

    fn next(&self) -> Result<Next, String> {
        let next = match self.get("next") {
            None => Next::Unknown,
            Some(value) => {
                let url = serde_json::from_str::<Option<String>>(value.get());
                match url.map_err(|_| "its `next` is no address")?.as_deref().map(str::trim) {
                    None | Some("") => Next::None,
                    // Ending here silently would cut off the list.
                    Some(url) => Next::Query(query_of(url).ok_or("its `next` has no query to go on with")?),
                }
            }
        };
        let has_more = self.0.iter().any(|(name, value)| {
            let name = name.replace('_', "").to_ascii_lowercase();
            let is_report = matches!(
                name.as_str(),
                "hasmore"
                    | "hasnext"
                    | "hasnextpage"
                    | "nextcursor"
                    | "nextpage"
                    | "nextpagetoken"
                    | "nexttoken"
            );
            is_report && !matches!(value.get(), "null" | "false" | "0" | "\"\"")
        });
        Ok(if has_more { next.or(Next::Somewhere) } else { next })
    }
}

/// Parses a body that is an object. Fails with the reason, or with `None` if the body is truncated.
fn envelope<T: DeserializeOwned>(body: &[u8]) -> Result<Listed<T>, Option<String>> {
    if let Ok(text) = std::str::from_utf8(body)
        && let Ok(envelope) = serde_json::from_str(text)
    {
        return listed(&envelope, MOST_WRAPPERS).map_err(Some);
    }
    // One value that JSON cannot hold does not hide the others.
    let scanned = Scanned::new(body);
    if scanned.is_truncated {
        return Err(None);
    }
    let envelope = serde_json::from_str(&scanned.text);
    let envelope = envelope.map_err(|_| Some("its envelope cannot be read".to_owned()))?;
    listed(&envelope, MOST_WRAPPERS).map_err(Some)
}

fn listed<T: DeserializeOwned>(envelope: &Envelope<'_>, wrappers: usize) -> Result<Listed<T>, String> {
    if envelope.is_failure() {
        return Err("its envelope reports a failure".to_owned());
    }
    let names = ["results", "data", "items"];
    let values: Vec<&str> = names.into_iter().filter_map(|name| Some(envelope.get(name)?.get())).collect();
    let starting_with = |start: char| values.iter().filter(move |value| value.starts_with(start));
    let (mut count, mut next) = (envelope.count(), envelope.next()?);
    for part in ["links", "meta", "pagination"].into_iter().filter_map(|name| envelope.get(name)) {
        if part.get().starts_with('{') {
            let part: Envelope<'_> = serde_json::from_str(part.get())
                .map_err(|_| "what its envelope reports about other pages cannot be read")?;
            count = count.or(part.count());
            next = next.or(part.next()?);
        }
    }
    if starting_with('[').count() > 1 {
        return Err("its envelope has several lists".to_owned());
    }
    if let Some(list) = starting_with('[').next() {
        return Ok(Listed { items: items(list)?, count, next });
    }
    if let Some(object) = starting_with('{').next().filter(|_| wrappers > 0 && values.len() == 1) {
        let inner = serde_json::from_str(object).map_err(|_| "its envelope cannot be read")?;
        let inner = listed(&inner, wrappers - 1)?;
        return Ok(Listed { count: inner.count.or(count), next: inner.next.or(next), ..inner });
    }
    match next {
        // Some serializers write an empty list like this.
        Next::None | Next::Unknown if count == Some(0) && values == ["null"] => {
            Ok(Listed { items: Vec::new(), count, next: Next::None })
        }
        _ if values == ["null"] => Err("its list is null, which does not prove that it is empty".to_owned()),
        _ => Err("it is an object without a list".to_owned()),
    }
}

impl Next {
    /// Of two reports, takes the one that has more pages.
    fn or(self, other: Self) -> Self {
        match (&self, &other) {
            (Self::Query(_), _) | (_, Self::Unknown) => self,
            (_, Self::Query(_)) | (Self::Unknown, _) => other,
            (Self::Somewhere, _) | (Self::None, Self::None) => self,
            (Self::None, Self::Somewhere) => other,
        }
    }
}

fn items<T: DeserializeOwned>(list: &str) -> Result<Vec<T>, String> {
    let unreadable = || unreadable_item::<T>(list).unwrap_or_else(|| "its items cannot be read".to_owned());
    raw::decode(list.as_bytes()).map_err(|_| unreadable())
}

/// Describes the first item of a list that cannot be read. A page without it would not be complete.
fn unreadable_item<T: DeserializeOwned>(list: &str) -> Option<String> {
    let items: Vec<&RawValue> = serde_json::from_str(list).ok()?;
    let index = items.iter().position(|item| raw::decode::<T>(item.get().as_bytes()).is_err())?;
    let why = if items[index].get().starts_with('{') { "has no id" } else { "is no object" };
    Some(format!("item {} of {} {why}", index + 1, items.len()))
}

/// Returns the query of a URL, whatever the rest of it is.
fn query_of(url: &str) -> Option<String> {
    let (_, query) = url.split_once('?')?;
    Some(query.split('#').next().unwrap_or_default().to_owned())
}

/// Returns the query of the page after one that reports nothing about it.
fn query_after(sent: &str) -> String {
    let page = number_in(sent, "page").unwrap_or(1);
    with(sent, &[("page", Some(&page.saturating_add(1).to_string()))])
}

/// Returns a query with other values for some parameters, or without them. The values need no encoding.
pub(super) fn with(query: &str, changes: &[(&str, Option<&str>)]) -> String {
    let is_other = |pair: &&str| {
        let name = pair.split('=').next().unwrap_or_default();
        !pair.is_empty() && changes.iter().all(|(changed, _)| *changed != name)
    };
    let mut changed = String::with_capacity(query.len() + 16);
    for pair in query.split('&').filter(is_other) {
        changed.extend([pair, "&"]);
    }
    for (name, value) in changes {
        if let Some(value) = value {
            changed.extend([name, "=", value, "&"]);
        }
    }
    // The last pair has nothing behind it.
    changed.pop();
    changed
}

pub(super) fn number_in(query: &str, name: &str) -> Option<u64> {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(key, _)| *key == name)?.1.parse().ok()
}
