//! Whole state in the form of the first line of a state file.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::model::state::State;
use crate::store::snapshot::this_format;

/// Credentials that a sandbox is started with, and shows its owner.
#[derive(Serialize, Deserialize)]
pub(crate) struct InitialCredentials {
    pub(crate) api_key: String,
    pub(crate) session_token: String,
    pub(crate) webhook_secret: String,
}

/// Content of the file.
#[derive(Serialize)]
pub(crate) struct Content<'a> {
    pub(crate) format: u32,
    pub(crate) own: &'a InitialCredentials,
    pub(crate) signing_secret: &'a str,
    pub(crate) initial: &'a RawValue,
    pub(crate) state: &'a State,
}

/// Content that was read.
#[derive(Deserialize)]
pub(crate) struct SavedState {
    #[serde(deserialize_with = "this_format")]
    #[expect(dead_code, reason = "reading it is the check")]
    format: u32,
    pub(crate) own: InitialCredentials,
    /// Secret of webhooks, after any rotation.
    pub(crate) signing_secret: String,
    /// Snapshot that a reset goes back to.
    pub(crate) initial: Box<RawValue>,
    pub(crate) state: State,
}
