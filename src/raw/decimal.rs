//! Decimals on the wire, digit for digit.
//!
//! A JSON number passes through an `f64` in most of serde, unless a crate in the dependency graph enables
//! `serde_json/arbitrary_precision`, and then it is a map instead (rust-decimal#283). So numbers are read and written as their
//! text, through [`RawValue`](serde_json::value::RawValue), which does not depend on that feature.
//!
//! If serde has buffered a value before (`flatten`, tagged and untagged enums, `serde_json::Value`), and in other formats, strings
//! and whole numbers are read, and a fraction that became an `f64` is an error. Binary formats have decimals as strings.
//!
//! Strings and numbers are read at either place, because Django REST Framework has a setting that changes one into the other
//! (`COERCE_DECIMAL_TO_STRING`). A value that does not fit a `Decimal` exactly is an error, and never rounded.
//!
//! Responses are read by a wide grammar, requests by a strict one ([`request`]).

// Their paths are written out because programs that compile generated code on its own include this file from elsewhere.
#[path = "decimal/alternatives.rs"]
mod alternatives;
#[path = "decimal/grammar.rs"]
pub(crate) mod grammar;
#[path = "decimal/parse.rs"]
mod parse;
#[path = "decimal/read.rs"]
mod read;
#[path = "decimal/request.rs"]
pub(crate) mod request;

use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

pub(crate) use self::alternatives::Alternatives;
use self::parse::Response;
use self::read::{read, read_option};

/// A decimal that is sent as a JSON number and is not a property of an object, for example an item of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ExactNumber(#[serde(with = "number")] pub Decimal);

/// A decimal that is sent as a string and is not a property of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ExactString(#[serde(with = "string")] pub Decimal);

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for ExactNumber {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ExactNumber".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "number", "format": "decimal" })
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for ExactString {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ExactString".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "decimal" })
    }
}

impl fmt::Display for ExactNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for ExactString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Defines the modules that both forms have: for a field of a response that may be absent or null, and for one in the body of a PATCH.
macro_rules! optional_forms {
    () => {
        #[allow(dead_code, reason = "used where a document has such a field")]
        pub(crate) mod option {
            use super::{Decimal, Deserializer, Serializer};

            pub(crate) fn serialize<S: Serializer>(
                value: &Option<Decimal>,
                serializer: S,
            ) -> Result<S::Ok, S::Error> {
                match value {
                    Some(value) => super::serialize(value, serializer),
                    None => serializer.serialize_none(),
                }
            }

            pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
                deserializer: D,
            ) -> Result<Option<Decimal>, D::Error> {
                super::super::read_option::<super::super::Response, D>(deserializer)
            }
        }

        /// Absent, null or a value. Only requests have such a field.
        #[allow(dead_code, reason = "used where a document has such a field")]
        pub(crate) mod double_option {
            use super::{Decimal, Serializer, option};

            pub(crate) fn serialize<S: Serializer>(
                value: &Option<Option<Decimal>>,
                serializer: S,
            ) -> Result<S::Ok, S::Error> {
                option::serialize(&value.flatten(), serializer)
            }
        }
    };
}

/// A decimal that is sent as a JSON number: `29.99`.
pub(crate) mod number {
    use super::Decimal;
    use serde::ser::Error as _;
    use serde::{Deserializer, Serialize as _, Serializer};
    use serde_json::value::RawValue;

    pub(crate) fn serialize<S: Serializer>(value: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
        // Only JSON has the raw text of a number.
        if !serializer.is_human_readable() {
            return serializer.collect_str(value);
        }
        RawValue::from_string(value.to_string()).map_err(S::Error::custom)?.serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
        super::read::<super::Response, D>(deserializer)
    }

    optional_forms!();
}

/// A decimal that is sent as a string: `"29.99"`.
pub(crate) mod string {
    use super::Decimal;
    use serde::{Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(value: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
        super::read::<super::Response, D>(deserializer)
    }

    optional_forms!();
}

#[cfg(test)]
#[path = "decimal/tests.rs"]
mod tests;
