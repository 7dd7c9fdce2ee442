//! Ids that are texts.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Unexpected, Visitor};
use serde::{Deserialize as _, Deserializer};

/// Declares ids: each is a text, and can be created from an `i64` where the API also has numbers.
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident $(from $number:ty)?;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
        #[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Returns the id as text on the wire.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Returns the id if it can name anything.
            ///
            /// # Errors
            ///
            /// Fails with the reason why it cannot, worded to follow the name of the id.
            #[cfg(feature = "client")]
            #[allow(dead_code, reason = "not every id is sent")]
            pub(crate) fn check(&self) -> Result<&str, &'static str> {
                $crate::ids::text::check(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(id: &str) -> Self {
                Self(id.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(id: String) -> Self {
                Self(id)
            }
        }

        /// Converts a text. There is no conversion from any `AsRef<str>`, because ids implement it and one would convert to another.
        impl From<&String> for $name {
            fn from(id: &String) -> Self {
                Self(id.clone())
            }
        }

        impl From<&Self> for $name {
            fn from(id: &Self) -> Self {
                id.clone()
            }
        }

        $(impl From<$number> for $name {
            fn from(id: $number) -> Self {
                Self(id.to_string())
            }
        })?

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl From<&$name> for String {
            fn from(id: &$name) -> Self {
                id.0.clone()
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::convert::Infallible;

            fn from_str(id: &str) -> Result<Self, Self::Err> {
                Ok(Self::from(id))
            }
        }

        impl std::ops::Deref for $name {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.0 == other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.0 == *other
            }
        }

        impl PartialEq<String> for $name {
            fn eq(&self, other: &String) -> bool {
                self.0 == *other
            }
        }

        impl PartialEq<$name> for str {
            fn eq(&self, other: &$name) -> bool {
                *self == *other.0
            }
        }

        impl PartialEq<$name> for &str {
            fn eq(&self, other: &$name) -> bool {
                **self == *other.0
            }
        }

        impl PartialEq<$name> for String {
            fn eq(&self, other: &$name) -> bool {
                *self == other.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&self.0)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}({:?})", stringify!($name), self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::ids::text::deserialize(deserializer)
            }
        }
    )*};
}
pub(super) use ids;

/// Reads an id from a text, or from a whole number as its digits: servers write either.
pub(super) fn deserialize<'de, D: Deserializer<'de>, T: From<String>>(
    deserializer: D,
) -> Result<T, D::Error> {
    // Binary formats do not support `deserialize_any`, and this crate writes a text in them.
    match deserializer.is_human_readable() {
        true => deserializer.deserialize_any(Id(PhantomData)),
        false => String::deserialize(deserializer).map(T::from),
    }
}

struct Id<T>(PhantomData<T>);

impl<'de, T: From<String>> Visitor<'de> for Id<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or a whole number")
    }

    fn visit_str<E: Error>(self, id: &str) -> Result<T, E> {
        Ok(T::from(id.to_owned()))
    }

    fn visit_string<E: Error>(self, id: String) -> Result<T, E> {
        Ok(T::from(id))
    }

    fn visit_u64<E: Error>(self, id: u64) -> Result<T, E> {
        Ok(T::from(id.to_string()))
    }

    /// Reads a whole number of a format that has signed ones only, such as TOML.
    fn visit_i64<E: Error>(self, id: i64) -> Result<T, E> {
        match u64::try_from(id) {
            Ok(id) => self.visit_u64(id),
            Err(_) => Err(E::invalid_value(Unexpected::Signed(id), &self)),
        }
    }

    /// Reads the form that a number has with `serde_json/arbitrary_precision`.
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        let number = serde_json::Number::deserialize(MapAccessDeserializer::new(map))?.to_string();
        match number.bytes().all(|byte| byte.is_ascii_digit()) {
            true => Ok(T::from(number)),
            false => Err(A::Error::custom("an id is no fraction and not negative")),
        }
    }
}

/// Returns the id if it can be a segment of a path: it is not blank, `.` or `..`.
#[cfg(feature = "client")]
pub(super) fn check(id: &str) -> Result<&str, &'static str> {
    match id.trim() {
        "" => Err("is empty"),
        "." | ".." => Err("is not an id"),
        _ => Ok(id),
    }
}
