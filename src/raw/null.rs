//! Reads nulls: as an empty list in a response, as a value of its own in the body of a PATCH.

use serde::{Deserialize, Deserializer};

/// Reads null as the empty list or map.
pub(crate) fn as_empty<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Reads null as `Some(None)`. With `#[serde(default)]`, an absent key is `None`.
pub(crate) fn double_option<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Both {
        #[serde(default, deserialize_with = "super::as_empty")]
        list: Vec<i64>,
        #[serde(default, deserialize_with = "super::double_option", skip_serializing_if = "Option::is_none")]
        limit: Option<Option<i64>>,
    }

    #[test]
    fn a_list_that_is_null_is_empty_and_a_limit_that_is_null_is_null() {
        for (json, list, limit) in [
            ("{}", vec![], None),
            (r#"{"list":null,"limit":null}"#, vec![], Some(None)),
            (r#"{"list":[1],"limit":2}"#, vec![1], Some(Some(2))),
        ] {
            let both: Both = serde_json::from_str(json).expect("is readable");
            assert_eq!(both, Both { list, limit }, "{json}");
        }
        let cleared = Both { list: vec![], limit: Some(None) };
        assert_eq!(serde_json::to_string(&cleared).expect("is writable"), r#"{"list":[],"limit":null}"#);
    }
}
