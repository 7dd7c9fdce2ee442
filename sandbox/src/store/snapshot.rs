//! State of a sandbox as a text.
//!
//! A snapshot contains no usable credential, only the tags of API keys. It can be restored into any sandbox of the same version.
//! Not here: the state file (`state_file`).

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::model::state::State;

/// Form of snapshots and state files; another number cannot be read.
pub(crate) const FORMAT: u32 = 2;

/// State of a sandbox at one moment; made by [`Sandbox::snapshot`](crate::Sandbox::snapshot).
#[derive(Clone)]
pub struct Snapshot {
    json: Box<RawValue>,
}

/// A text is no snapshot, or one of another version.
#[derive(Debug, thiserror::Error)]
#[error("no snapshot of this version of the sandbox")]
#[non_exhaustive]
pub struct InvalidSnapshot {
    #[source]
    source: serde_json::Error,
}

#[derive(Serialize)]
struct Written<'a> {
    format: u32,
    state: &'a State,
}

#[derive(Deserialize)]
struct Read {
    #[serde(deserialize_with = "this_format")]
    #[expect(dead_code, reason = "reading it is the check")]
    format: u32,
    state: State,
}

/// Reads the number of the format, and stops at any but ours.
pub(crate) fn this_format<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    match u32::deserialize(deserializer)? {
        FORMAT => Ok(FORMAT),
        other => Err(serde::de::Error::custom(format!("format {other} is not known here"))),
    }
}

impl InvalidSnapshot {
    pub(crate) fn new(source: serde_json::Error) -> InvalidSnapshot {
        InvalidSnapshot { source }
    }
}

impl Snapshot {
    pub(crate) fn of(state: &State) -> Snapshot {
        let json = serde_json::value::to_raw_value(&Written { format: FORMAT, state });
        Snapshot { json: json.expect("a state has text keys and nothing that fails to serialize") }
    }

    /// Returns the snapshot as JSON, to be stored.
    pub fn as_json(&self) -> &str {
        self.json.get()
    }

    /// Takes a snapshot that was stored.
    ///
    /// # Errors
    ///
    /// If the text is no snapshot of this version.
    pub fn from_json(json: &str) -> Result<Snapshot, InvalidSnapshot> {
        let invalid = |source| InvalidSnapshot { source };
        let json: Box<RawValue> = serde_json::from_str(json).map_err(invalid)?;
        serde_json::from_str::<Read>(json.get()).map_err(invalid)?;
        Ok(Snapshot { json })
    }

    pub(crate) fn into_raw(self) -> Box<RawValue> {
        self.json
    }

    pub(crate) fn state(&self) -> Result<State, InvalidSnapshot> {
        let read: Result<Read, _> = serde_json::from_str(self.json.get());
        read.map(|read| read.state).map_err(|source| InvalidSnapshot { source })
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot").field("bytes", &self.json.get().len()).finish_non_exhaustive()
    }
}
