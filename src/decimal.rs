//! Serde for a [`Decimal`] in a struct of your own, digit for digit.
//!
//! [`Decimal`] itself implements serde: it is written as a string and read from one, in any format. It is also read from a number,
//! and most of serde passes a number as binary floating point (`f64`), which holds 15 digits: `0.1234567890123456789` becomes
//! another value, without an error. With `serde_json/arbitrary_precision`, a number is an error. A string of more than 28 digits
//! is rounded.
//!
//! With `#[serde(with = "nd8::decimal")]`, a number is read by its own digits, with that feature on or off. If those may be lost
//! already, because `flatten`, a tagged or untagged enum or a `serde_json::Value` has buffered a fraction as binary floating point,
//! reading fails with an error that names this cause; with that feature the digits are available, and it is read. serde replaces the
//! error of an untagged enum by its own, "data did not match any variant". Whole numbers that fit 64 bits are never lost. Keep
//! amounts as strings.
//!
//! Strings are read as in responses: with or without a sign, surrounding blanks, an exponent from -28 to 28 or a bare point. A value
//! that does not fit exactly is an error.
//!
//! # Example: an order with a total
//!
//! ```
//! use nd8::Decimal;
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Serialize, Deserialize)]
//! struct Order {
//!     #[serde(with = "nd8::decimal")]
//!     total: Decimal,
//!     #[serde(default, with = "nd8::decimal::option")]
//!     discount: Option<Decimal>,
//! }
//!
//! let order: Order = serde_json::from_str(r#"{"total": 0.1234567890123456789}"#)?;
//! assert_eq!(order.total.to_string(), "0.1234567890123456789");
//! assert_eq!(serde_json::to_string(&order)?, r#"{"total":"0.1234567890123456789","discount":null}"#);
//!
//! let buffered: serde_json::Value = serde_json::from_str(r#"{"total": "29.99"}"#)?;
//! assert_eq!(serde_json::from_value::<Order>(buffered)?.total.to_string(), "29.99");
//! # Ok::<(), serde_json::Error>(())
//! ```

use rust_decimal::Decimal;
use serde::{Deserializer, Serializer};

use crate::raw::decimal::string;

/// Writes a decimal as a string.
///
/// # Errors
///
/// Fails if the serializer does.
pub fn serialize<S: Serializer>(value: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
    string::serialize(value, serializer)
}

/// Reads a decimal from a string or a number.
///
/// # Errors
///
/// Fails for anything else, for null and a blank string, for a value of more than 28 digits, and for a number that was buffered as
/// binary floating point.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
    string::deserialize(deserializer)
}

/// Serde for a field that may be absent, null or blank. Use it with `#[serde(default)]`.
pub mod option {
    use rust_decimal::Decimal;
    use serde::{Deserializer, Serializer};

    use crate::raw::decimal::string::option;

    /// Writes a decimal as a string, or null.
    ///
    /// # Errors
    ///
    /// Fails if the serializer does.
    pub fn serialize<S: Serializer>(value: &Option<Decimal>, serializer: S) -> Result<S::Ok, S::Error> {
        option::serialize(value, serializer)
    }

    /// Reads a decimal from a string or a number; `None` for null and a blank string.
    ///
    /// # Errors
    ///
    /// Fails as [`deserialize`](super::deserialize) does.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Decimal>, D::Error> {
        option::deserialize(deserializer)
    }
}
