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
        use super::{Decimal, Deserializer, Serializer, option};

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

        /// Reads one.
        ///
        /// # Errors
        ///
        /// The value is no decimal.
        pub fn deserialize<'de, D: Deserializer<'de>>(
            deserializer: D,
        ) -> Result<Option<Option<Decimal>>, D::Error> {
            option::deserialize(deserializer).map(Some)
        }
    }
}
