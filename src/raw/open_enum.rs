//! The half of the generated open enums that is the same for all of them.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserializer;
use serde::de::{Error, Visitor};

/// Reads an enum from the text of its value, known or not. A blank text is none: in a response, its reader takes that for absent.
pub(crate) fn deserialize<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: for<'a> From<&'a str>,
{
    struct Text<T>(PhantomData<T>);

    impl<T: for<'a> From<&'a str>> Visitor<'_> for Text<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }

        fn visit_str<E: Error>(self, value: &str) -> Result<T, E> {
            let may_be_blank = value.as_bytes().first().is_none_or(u8::is_ascii_whitespace);
            if may_be_blank && value.trim_ascii().is_empty() {
                return Err(E::custom("expected a value, found a blank text"));
            }
            Ok(T::from(value))
        }
    }

    deserializer.deserialize_str(Text(PhantomData))
}
