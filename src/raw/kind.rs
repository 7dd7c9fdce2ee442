//! Reads fields whose kind is fixed in Rust from the other form that a document may give them: an id that is a number, a number
//! that is a text.
//!
//! Values are read through [`RawValue`]: a number that serde has parsed loses digits, or is a map if another crate enables
//! `serde_json/arbitrary_precision`.

use serde::{Deserialize as _, Deserializer};
use serde_json::value::RawValue;

/// Reads a text, or a number as its digits.
pub(crate) mod text {
    use super::{Deserializer, read_text, value};

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
        read_text(&value(deserializer)?)
    }

    /// Reads a text or a number that may be absent or null.
    pub(crate) fn option<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
        match &*value(deserializer)? {
            raw if raw.get() == "null" => Ok(None),
            raw => read_text(raw).map(Some),
        }
    }
}

/// Reads a whole number, or a text of its digits.
pub(crate) mod integer {
    use super::{Deserializer, read_integer, value};

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
        read_integer(&value(deserializer)?)
    }

    /// Reads a whole number that may be absent or null.
    pub(crate) fn option<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
        match &*value(deserializer)? {
            raw if raw.get() == "null" => Ok(None),
            raw => read_integer(raw).map(Some),
        }
    }
}

fn value<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Box<RawValue>, D::Error> {
    Box::<RawValue>::deserialize(deserializer)
}

fn read_text<E: serde::de::Error>(raw: &RawValue) -> Result<String, E> {
    let written = raw.get();
    match written.starts_with(|first: char| first == '-' || first.is_ascii_digit()) {
        true => Ok(written.to_owned()),
        false => serde_json::from_str(written).map_err(E::custom),
    }
}

fn read_integer<E: serde::de::Error>(raw: &RawValue) -> Result<i64, E> {
    let written = raw.get();
    match written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(digits) => digits.parse().map_err(E::custom),
        None => serde_json::from_str(written).map_err(E::custom),
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Thing {
        #[serde(deserialize_with = "super::text::deserialize")]
        id: String,
        #[serde(default, deserialize_with = "super::text::option")]
        note: Option<String>,
        #[serde(default, deserialize_with = "super::integer::option")]
        count: Option<i64>,
    }

    #[test]
    fn either_form_is_read() {
        let thing =
            |id: &str, note: Option<&str>, count| Thing { id: id.into(), note: note.map(Into::into), count };
        for (json, expected) in [
            (r#"{"id":"TX1"}"#, thing("TX1", None, None)),
            (r#"{"id":42,"note":null,"count":null}"#, thing("42", None, None)),
            (r#"{"id":123456789012345678901234567890,"note":7,"count":"12"}"#, {
                thing("123456789012345678901234567890", Some("7"), Some(12))
            }),
            (r#"{"id":"a\"b","count":-3}"#, thing("a\"b", None, Some(-3))),
        ] {
            assert_eq!(serde_json::from_str::<Thing>(json).expect(json), expected);
        }
        for json in
            [r#"{"id":true}"#, r#"{"id":null}"#, r#"{"id":"a","count":"x"}"#, r#"{"id":"a","count":1.5}"#]
        {
            assert!(serde_json::from_str::<Thing>(json).is_err(), "{json}");
        }
        #[derive(Deserialize)]
        struct Number(#[serde(deserialize_with = "super::integer::deserialize")] i64);
        assert_eq!(serde_json::from_str::<Number>("\"5\"").expect("is a number").0, 5);
    }
}
