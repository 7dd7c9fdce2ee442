//! Snapshots and the state file.

pub(crate) mod changes;
pub(crate) mod content;
pub(crate) mod journal;
pub(crate) mod snapshot;
pub(crate) mod state_file;
