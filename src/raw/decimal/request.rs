//! Reads the decimals of requests: plain digits, as callers write them, or an error.
//!
//! An absent amount has another meaning, such as a refund of everything. So nothing that was written is treated as absent.

use rust_decimal::Decimal;
use serde::{Deserializer, de::Error as _};

use super::grammar::{self, Refusal};
use super::parse::{REFUSAL, TOO_LONG};
use super::read::{Grammar, read, read_option};

/// The grammar of requests. Null is `None`; the reader of the field decides whether that is allowed.
struct Request;

impl Grammar for Request {
    fn json(json: &str) -> Result<Option<Decimal>, &'static str> {
        match json {
            "null" => Ok(None),
            // The string may hold escapes.
            string if string.starts_with('"') => {
                Self::text(&serde_json::from_str::<String>(string).map_err(|_| REFUSAL)?)
            }
            number if number.starts_with(|first: char| first == '-' || first.is_ascii_digit()) => {
                Self::text(number)
            }
            _ => Err(REFUSAL),
        }
    }

    fn text(text: &str) -> Result<Option<Decimal>, &'static str> {
        grammar::parse(text).map(Some).map_err(|refusal| match refusal {
            Refusal::Malformed(reason) => reason,
            Refusal::OutOfRange => TOO_LONG,
        })
    }
}

/// Reads a decimal that must not be absent.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
    read::<Request, D>(deserializer)
}

/// Reads a decimal that may be absent. A null is an error: JavaScript writes one for `NaN`.
pub(crate) fn option<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Decimal>, D::Error> {
    match read_option::<Request, D>(deserializer)? {
        None => Err(D::Error::custom("expected a decimal, found null; leave out the field for none")),
        amount => Ok(amount),
    }
}

/// Reads a decimal that the document allows to be null.
#[allow(dead_code, reason = "used where a document has such a field")]
pub(crate) fn nullable<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Decimal>, D::Error> {
    read_option::<Request, D>(deserializer)
}

/// Reads a decimal in the body of a PATCH, where null clears it.
#[allow(dead_code, reason = "used where a document has such a field")]
pub(crate) fn double_option<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<Decimal>>, D::Error> {
    read_option::<Request, D>(deserializer).map(Some)
}
