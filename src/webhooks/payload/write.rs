//! Writers of fields, so that what is stored can be read again.
//!
//! A field that could not be read is in `extra` under its own name. Written under that name, it would make the whole unreadable. So
//! it is written under a name that no field has, and its own name is restored when it is read ([`extra`](crate::raw::extra)).

use serde::de::Deserialize as _;
use serde::ser::{Error as _, Serialize, Serializer};
use serde_json::{Map, Value};

use super::Payload;
use crate::raw::extra::set_aside;
use crate::raw::types::DepositAttempt;

/// Writes the fields that have no place of their own.
pub(super) fn write_extra<T: Payload, S: Serializer>(
    extra: &Map<String, Value>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let is_field = |name: &str| [T::IDS, T::TEXTS, T::OTHERS].iter().any(|names| names.contains(&name));
    let written = |name: &str| if is_field(name) { set_aside(name) } else { name.to_owned() };
    serializer.collect_map(extra.iter().map(|(name, value)| (written(name), value)))
}

/// Writes attempts, whose `extra` may have such fields too.
pub(super) fn write_attempts<S: Serializer>(
    attempts: &Option<Vec<DepositAttempt>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let written = attempts.iter().flatten().map(attempt).collect::<serde_json::Result<Vec<Value>>>();
    written.map_err(S::Error::custom)?.serialize(serializer)
}

fn attempt(attempt: &DepositAttempt) -> serde_json::Result<Value> {
    let mut written = serde_json::to_value(attempt)?;
    let is_read_again = DepositAttempt::deserialize(&written).is_ok_and(|read| read == *attempt);
    if let Value::Object(fields) = &mut written
        && !is_read_again
    {
        for (name, value) in &attempt.extra {
            fields.remove(name);
            fields.insert(set_aside(name), value.clone());
        }
    }
    Ok(written)
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
pub(super) fn is_false(is: &bool) -> bool {
    !is
}
