//! A sandbox's state as a text: taken, put back, and how it was in the beginning.
//!
//! A snapshot has no credential that could be sent: of keys it has what recognises them. It fits any sandbox of the same
//! version. Not here: the file that keeps a state across restarts (`keep`).

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::shared::Shared;
use crate::state::State;

/// The form of snapshots and state files; another number cannot be read.
pub(crate) const FORMAT: u32 = 1;

/// The state of a sandbox at one moment; made by [`Sandbox::snapshot`](crate::Sandbox::snapshot).
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

impl Snapshot {
    pub(crate) fn of(state: &State) -> Snapshot {
        let json = serde_json::value::to_raw_value(&Written { format: FORMAT, state });
        Snapshot { json: json.expect("a state has text keys and nothing that fails to serialize") }
    }

    /// Gives the snapshot as JSON, to be stored.
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

    fn state(&self) -> Result<State, InvalidSnapshot> {
        let read: Result<Read, _> = serde_json::from_str(self.json.get());
        read.map(|read| read.state).map_err(|source| InvalidSnapshot { source })
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot").field("bytes", &self.json.get().len()).finish_non_exhaustive()
    }
}

impl Shared {
    /// Puts a state in the place of the present one. The credentials that this sandbox was started with stay valid,
    /// if the snapshot's own first key is.
    pub(crate) fn restore(&self, snapshot: &Snapshot) -> Result<(), InvalidSnapshot> {
        let mut restored = snapshot.state()?;
        restored.credentials.adopt(&self.own.session_token, &self.own.api_key);
        *self.state() = restored;
        self.settle_what_is_processing();
        Ok(())
    }

    /// Has refunds completed that nobody is completing any more.
    pub(crate) fn settle_what_is_processing(&self) {
        let state = self.state();
        state.refunds.rows().iter().filter(|refund| refund.is_processing()).for_each(|refund| {
            self.settle_later(&refund.key.public);
        });
    }
}
