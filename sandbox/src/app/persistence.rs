//! Writes the state to its file after each change, and undoes changes that cannot be written.
//!
//! No response is sent before the state that it reports is in the file. Responses that wait at the same time wait for one write.
//! Where the file cannot be written, the state goes back to what is in it: so nothing is reported as done that a restart would
//! not find, and a caller that was refused can repeat the request.

use std::io;
use std::sync::{PoisonError, Weak};

use tokio::sync::watch;

use crate::app::app_state::AppState;
use crate::app::seen::Seen;
use crate::store::content::Content;
use crate::store::journal::{self, Delta};
use crate::store::snapshot::FORMAT;
use crate::store::state_file::{StateFile, WriteFailure, Written};

/// Writes the state whenever it has changed, as long as anybody can change it.
pub(crate) async fn write_changes(sandbox: Weak<AppState>, mut grown: watch::Receiver<()>) {
    loop {
        let Some(sandbox) = sandbox.upgrade() else { return };
        let done = tokio::task::spawn_blocking(move || sandbox.write_state()).await;
        // It ends with the changes, whose sender goes away with the sandbox.
        if done.is_err() || grown.changed().await.is_err() {
            return;
        }
    }
}

impl AppState {
    fn write_state(&self) {
        let Some(file) = &self.state_file else { return };
        if file.has_written(self.changes.count()) {
            return;
        }
        let (content, changes) = self.unsaved(file);
        match file.write(&content) {
            Ok(()) => file.succeeded(content, changes),
            Err(error) => self.undo_unsaved(file, &error),
        }
    }

    /// Serializes what is not in the file yet, and returns how many changes the file has with it.
    fn unsaved(&self, file: &StateFile) -> (Written, u64) {
        const FITS: &str = "a state has text keys and nothing that fails to serialize";
        // Not by `state()`, for which taking the changes would be one more change.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let signing_secret = self.signing_secret.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut bytes, written): (_, fn(_) -> _) = if file.needs_whole() {
            state.mark_saved();
            let content = Content {
                format: FORMAT,
                own: &self.initial_credentials,
                signing_secret: &signing_secret,
                initial: &self.initial,
                state: &state,
            };
            (serde_json::to_vec(&content).expect(FITS), Written::Whole)
        } else {
            (serde_json::to_vec(&Delta::take(&mut state, &signing_secret)).expect(FITS), Written::Line)
        };
        bytes.push(b'\n');
        (written(bytes), self.changes.count())
    }

    /// Puts the state back that is in the file. Later changes than those that could not be written may depend on them, so
    /// they are undone as well.
    fn undo_unsaved(&self, file: &StateFile, error: &io::Error) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let undone = self.changes.count();
        if let Some(saved) = file.last_saved() {
            let saved = journal::read(&saved).expect("this very process wrote it");
            *state = saved.state;
            *self.signing_secret.lock().unwrap_or_else(PoisonError::into_inner) = saved.signing_secret;
        }
        file.failed(undone, self.changes.note(), error);
        drop(state);
        self.settle_what_is_processing();
    }

    /// Waits until everything that has happened is in the file, if there is one.
    pub(crate) async fn saved(&self) -> io::Result<()> {
        match &self.state_file {
            Some(file) => file.is_current(self.changes.count()).await.map_err(io::Error::other),
            None => Ok(()),
        }
    }

    /// Waits until a change is in the file, if there is one. Returns false if it was undone.
    pub(crate) async fn is_saved(&self, change: u64) -> bool {
        match &self.state_file {
            Some(file) => file.has(change).await.is_ok(),
            None => true,
        }
    }

    /// Waits until all that a request has made and seen is in the file.
    pub(crate) async fn acknowledged(&self, seen: &Seen) -> Result<(), WriteFailure> {
        let Some(file) = &self.state_file else { return Ok(()) };
        for count in seen.counts() {
            file.has(count).await?;
        }
        Ok(())
    }
}
