//! The file that stores the state of a sandbox across restarts.
//!
//! The whole state is written to a draft in the same folder, which then replaces the file. So the file has one state or
//! the next at any moment, however the process ends.
//!
//! The file contains credentials in clear text, because a restart has to print them again; only its owner can read it. A lock file
//! next to it prevents two sandboxes from using one file.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tokio::sync::watch;

use crate::model::state::State;
use crate::store::snapshot::this_format;

/// The credentials that a sandbox is started with, and shows its owner.
#[derive(Serialize, Deserialize)]
pub(crate) struct InitialCredentials {
    pub(crate) api_key: String,
    pub(crate) session_token: String,
    pub(crate) webhook_secret: String,
}

/// What stands in the file.
#[derive(Serialize)]
pub(crate) struct Content<'a> {
    pub(crate) format: u32,
    pub(crate) own: &'a InitialCredentials,
    pub(crate) initial: &'a RawValue,
    pub(crate) state: &'a State,
}

/// What was read from it.
#[derive(Deserialize)]
pub(crate) struct SavedState {
    #[serde(deserialize_with = "this_format")]
    #[expect(dead_code, reason = "reading it is the check")]
    format: u32,
    pub(crate) own: InitialCredentials,
    /// The snapshot that a reset goes back to.
    pub(crate) initial: Box<RawValue>,
    pub(crate) state: State,
}

/// The file of one sandbox, locked as long as this lives.
#[derive(Debug)]
pub(crate) struct StateFile {
    path: PathBuf,
    _lock: File,
    written: watch::Sender<Written>,
}

/// How far writing has come.
#[derive(Clone, Copy, Debug, Default)]
struct Written {
    /// How many changes were in the latest state that was written; nothing before the first.
    changes: Option<u64>,
    /// Why it is not in the file.
    failed: Option<io::ErrorKind>,
}

/// Takes a file as [`StateFile::open`] does, and gives another sandbox a moment to let go of it: one that was dropped still
/// answers the requests it was answering.
pub(crate) async fn open(path: &Path) -> io::Result<(StateFile, Option<SavedState>)> {
    const TRIES: u32 = 40;
    for _ in 1..TRIES {
        match StateFile::open(path) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            opened => return opened,
        }
    }
    StateFile::open(path)
}

impl StateFile {
    /// Takes a file, which need not be there yet, and reads what it has.
    fn open(path: &Path) -> io::Result<(StateFile, Option<SavedState>)> {
        let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(beside(path, ".lock"));
        let lock = lock.map_err(named)?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::Error(error) => named(error),
            TryLockError::WouldBlock => {
                let text = format!("{}: another sandbox keeps its state there", path.display());
                io::Error::new(io::ErrorKind::WouldBlock, text)
            }
        })?;
        let kept = match fs::read(path) {
            Ok(bytes) if bytes.is_empty() => None,
            Ok(bytes) => Some(serde_json::from_slice(&bytes).map_err(|error| named(error.into()))?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(named(error)),
        };
        let written = watch::Sender::new(Written::default());
        Ok((StateFile { path: path.to_owned(), _lock: lock, written }, kept))
    }

    /// Waits until this many changes are in the file.
    pub(crate) async fn has(&self, changes: u64) -> io::Result<()> {
        let mut written = self.written.subscribe();
        let reached = written.wait_for(|written| written.changes >= Some(changes)).await;
        // The other end is a field of this very struct.
        match reached.map(|written| written.failed) {
            Ok(None) => Ok(()),
            Ok(Some(kind)) => Err(kind.into()),
            Err(error) => Err(io::Error::other(error)),
        }
    }

    /// Writes a state with so many changes in it, and notifies whoever waits for it.
    pub(crate) fn store(&self, bytes: &[u8], changes: u64) {
        let failed = self.write(bytes).err();
        if let Some(error) = &failed {
            tracing::error!(%error, path = %self.path.display(), "the state could not be written");
        }
        let failed = failed.map(|error| error.kind());
        self.written.send_replace(Written { changes: Some(changes), failed });
    }

    fn write(&self, bytes: &[u8]) -> io::Result<()> {
        let draft = beside(&self.path, ".new");
        let mut options = OpenOptions::new();
        options.create(true).write(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&draft)?;
        file.write_all(bytes)?;
        // Otherwise a machine that loses its power could have the new name and not what belongs to it.
        file.sync_all()?;
        fs::rename(&draft, &self.path)
    }
}

/// Another file in the same folder, where a rename cannot fail for the distance.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}
