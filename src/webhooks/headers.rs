//! The four headers of a delivery, and their lookup in the header types of web frameworks.

use std::collections::{BTreeMap, HashMap};

use http::{HeaderMap, HeaderValue};

use super::error::{Error, Kind};

/// The header with the event's name. It is not signed; the name is in the body too, and is read from there.
pub const EVENT_HEADER: &str = "X-Webhook-Event";
/// The header with the delivery's id, a UUID that is new for each delivery. It is not signed.
pub const DELIVERY_ID_HEADER: &str = "X-Webhook-Delivery-Id";
/// The header with the time of sending, in Unix seconds. It is not signed. Milliseconds, smaller units, fractions and ISO 8601
/// dates are read as well.
pub const TIMESTAMP_HEADER: &str = "X-Webhook-Timestamp";
/// The header with the signature over the body: `sha256=<hex>`.
pub const SIGNATURE_HEADER: &str = "X-Webhook-Signature";

/// Headers of a request, looked up by name in any case.
///
/// Implemented for [`http::HeaderMap`], for lists of pairs and for maps, whatever the case their names are written in.
///
/// # Example: headers that are plain pairs
///
/// ```
/// use nd8::webhooks::Headers;
///
/// let headers = [("x-WEBHOOK-timestamp", "1767322800")];
/// let found: Vec<&[u8]> = headers.values("X-Webhook-Timestamp").collect();
/// assert_eq!(found, [b"1767322800"]);
/// ```
pub trait Headers {
    /// Returns all values of a header. Names are ASCII, and compared without case.
    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]>;
}

impl Headers for HeaderMap {
    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.get_all(name).iter().map(HeaderValue::as_bytes)
    }
}

impl<K: AsRef<str>, V: AsRef<[u8]>> Headers for [(K, V)] {
    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        matching(self.iter().map(|(key, value)| (key, value)), name)
    }
}

impl<K: AsRef<str>, V: AsRef<[u8]>, const N: usize> Headers for [(K, V); N] {
    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.as_slice().values(name)
    }
}

impl<K: AsRef<str>, V: AsRef<[u8]>> Headers for Vec<(K, V)> {
    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.as_slice().values(name)
    }
}

impl<K: AsRef<str>, V: AsRef<[u8]>, S> Headers for HashMap<K, V, S> {
    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        matching(self.iter(), name)
    }
}

impl<K: AsRef<str>, V: AsRef<[u8]>> Headers for BTreeMap<K, V> {
    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        matching(self.iter(), name)
    }
}

impl<H: Headers + ?Sized> Headers for &H {
    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        (**self).values(name)
    }
}

fn matching<'a, K: AsRef<str> + 'a, V: AsRef<[u8]> + 'a>(
    pairs: impl Iterator<Item = (&'a K, &'a V)>,
    name: &'a str,
) -> impl Iterator<Item = &'a [u8]> {
    pairs.filter(|(key, _)| key.as_ref().eq_ignore_ascii_case(name)).map(|(_, value)| value.as_ref())
}

/// Finds the one value of a header, without the white space around it.
///
/// Two values are refused: a proxy may check one of them and this program the other.
pub(super) fn single<'a, H: Headers + ?Sized>(headers: &'a H, name: &'static str) -> Result<&'a [u8], Error> {
    let mut values = headers.values(name);
    let value = values.next().ok_or(Kind::MissingHeader(name))?;
    match values.next() {
        Some(_) => Err(Kind::RepeatedHeader(name).into()),
        None => Ok(value.trim_ascii()),
    }
}

/// Finds the one value of a header that consists of `1..=max` visible ASCII characters.
pub(super) fn token<'a, H: Headers + ?Sized>(
    headers: &'a H,
    name: &'static str,
    max: usize,
) -> Result<&'a str, Error> {
    let value = single(headers, name)?;
    let is_fine = (1..=max).contains(&value.len()) && value.iter().all(u8::is_ascii_graphic);
    let text = is_fine.then(|| str::from_utf8(value).ok()).flatten();
    text.ok_or_else(|| Kind::MalformedHeader(name).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Looks the signature header up in one kind of headers.
    fn found(headers: &(impl Headers + ?Sized)) -> Result<&[u8], Error> {
        single(headers, SIGNATURE_HEADER)
    }

    #[test]
    fn every_kind_of_headers_is_searched_in_any_case() {
        for name in
            ["X-Webhook-Signature", "x-webhook-signature", "X-WEBHOOK-SIGNATURE", "x-Webhook-signaturE"]
        {
            let pair = (name, " value\t");
            let owned = (name.to_owned(), b"value".to_vec());
            let name = http::HeaderName::from_bytes(name.as_bytes()).unwrap();
            let mut map = HeaderMap::new();
            map.insert(name.clone(), HeaderValue::from_static("value"));
            let typed = [(name, HeaderValue::from_static("value"))];
            for value in [
                found(&map),
                found(&&map),
                found(&typed),
                found(&[pair]),
                found([("other", "x"), pair].as_slice()),
                found(&vec![owned.clone()]),
                found(&HashMap::from([pair])),
                found(&BTreeMap::from([owned])),
            ] {
                assert_eq!(value, Ok(b"value".as_slice()));
            }
        }
    }

    #[test]
    fn a_header_that_is_there_twice_or_not_at_all_is_refused() {
        let twice = [("x-webhook-signature", "a"), ("X-Webhook-Signature", "a")];
        assert_eq!(found(&twice), Err(Kind::RepeatedHeader(SIGNATURE_HEADER).into()));
        let mut map = HeaderMap::new();
        assert_eq!(found(&map), Err(Kind::MissingHeader(SIGNATURE_HEADER).into()));
        map.append("x-webhook-signature", HeaderValue::from_static("a"));
        map.append("x-webhook-signature", HeaderValue::from_static("b"));
        assert_eq!(found(&map), Err(Kind::RepeatedHeader(SIGNATURE_HEADER).into()));
    }

    #[test]
    fn tokens_are_short_and_visible() {
        let read = |value: &[u8]| token(&[("x-webhook-event", value)], EVENT_HEADER, 4).map(str::to_owned);
        assert_eq!(read(b" abcd "), Ok("abcd".to_owned()));
        for refused in [b"".as_slice(), b" ", b"abcde", b"a b", b"a\0", "\u{e9}".as_bytes(), b"\xff"] {
            assert_eq!(read(refused), Err(Kind::MalformedHeader(EVENT_HEADER).into()), "{refused:?}");
        }
    }
}
