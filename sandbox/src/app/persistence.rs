//! Writes the state to its file after each change.
//!
//! No response is sent before the state that it reports is in the file. Responses that wait at the same time wait for one write.

use std::io;
use std::sync::Weak;

use tokio::sync::watch;

use crate::app::app_state::AppState;
use crate::store::snapshot::FORMAT;
use crate::store::state_file::Content;

/// Writes the state whenever it has changed, as long as anybody can change it.
pub(crate) async fn write_changes(sandbox: Weak<AppState>, mut grown: watch::Receiver<()>) {
    loop {
        let Some(shared) = sandbox.upgrade() else { return };
        let done = tokio::task::spawn_blocking(move || shared.write_state()).await;
        // It ends with the changes, whose sender goes away with the sandbox.
        if done.is_err() || grown.changed().await.is_err() {
            return;
        }
    }
}

impl AppState {
    fn write_state(&self) {
        let Some(state_file) = &self.state_file else { return };
        let (bytes, changes) = self.serialized();
        state_file.store(&bytes, changes);
    }

    /// Serializes the state, and says how many changes are in it.
    fn serialized(&self) -> (Vec<u8>, u64) {
        let state = self.state();
        let initial = &self.initial;
        let content = Content { format: FORMAT, own: &self.initial_credentials, initial, state: &state };
        let bytes =
            serde_json::to_vec(&content).expect("a state has text keys and nothing that fails to serialize");
        (bytes, self.changes.count())
    }

    /// Waits until everything that has happened is in the file, if there is one.
    pub(crate) async fn saved(&self) -> io::Result<()> {
        match &self.state_file {
            Some(state_file) => state_file.has(self.changes.count()).await,
            None => Ok(()),
        }
    }
}
