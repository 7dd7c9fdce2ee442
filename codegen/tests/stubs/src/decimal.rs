//! The adapters that decimals are read and written with; here, both forms are strings.

pub use self::string as number;

/// A decimal as a string.
pub mod string {
    use rust_decimal::Decimal;
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    /// Writes one.
    ///
    /// # Errors
    ///
    /// As the serializer's.
    pub fn serialize<S: Serializer>(value: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    /// Reads one.
    ///
    /// # Errors
    ///
    /// The value is no decimal.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }

    /// The same, where it can be absent.
    pub mod option {
        use super::{Decimal, Deserializer, Serializer};

        /// Writes one, or null.
        ///
        /// # Errors
        ///
        /// As the serializer's.
        pub fn serialize<S: Serializer>(value: &Option<Decimal>, serializer: S) -> Result<S::Ok, S::Error> {
            match value {
                Some(value) => super::serialize(value, serializer),
                None => serializer.serialize_none(),
            }
        }

        /// Reads one.
        ///
        /// # Errors
        ///
        /// The value is no decimal.
        pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Decimal>, D::Error> {
            super::deserialize(deserializer).map(Some)
        }
    }
    /// The same in the body of a PATCH, where it can be null as well.
    pub mod double_option {
        use super::{Decimal, Serializer, option};

        /// Writes one, or null.
        ///
        /// # Errors
        ///
        /// As the serializer's.
        pub fn serialize<S: Serializer>(
            value: &Option<Option<Decimal>>,
            serializer: S,
        ) -> Result<S::Ok, S::Error> {
            option::serialize(&value.flatten(), serializer)
        }
    }
}

/// The readers of requests.
pub mod request {
    use rust_decimal::Decimal;
    use serde::{Deserialize, Deserializer};

    /// Reads one.
    ///
    /// # Errors
    ///
    /// The value is no decimal.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
        super::string::deserialize(deserializer)
    }

    /// The same, where it can be absent.
    ///
    /// # Errors
    ///
    /// The value is no decimal.
    pub fn option<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Decimal>, D::Error> {
        deserialize(deserializer).map(Some)
    }

    /// The same, where it can be null.
    ///
    /// # Errors
    ///
    /// The value is no decimal.
    pub fn nullable<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Decimal>, D::Error> {
        Option::deserialize(deserializer)
    }

    /// The same in the body of a PATCH.
    ///
    /// # Errors
    ///
    /// The value is no decimal.
    pub fn double_option<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Option<Decimal>>, D::Error> {
        Option::deserialize(deserializer).map(Some)
    }
}

/// A value that is yet to be read as one of several types.
pub struct Alternatives(serde_json::Value);

impl Alternatives {
    /// Reads the value as a type.
    ///
    /// # Errors
    ///
    /// The value has another form.
    pub fn read<T: serde::de::DeserializeOwned>(&self) -> serde_json::Result<T> {
        serde_json::from_value(self.0.clone())
    }

    /// Returns the error for a value that has none of the forms.
    pub fn refusal<E: serde::de::Error>(&self, problem: &str) -> E {
        E::custom(problem)
    }
}

impl<'de> serde::Deserialize<'de> for Alternatives {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        serde::Deserialize::deserialize(deserializer).map(Self)
    }
}
