//! The file that keeps a sandbox's state across restarts.
//!
//! The whole state is written beside the file and renamed over it, so that the file is at each moment one state or the
//! next, however the process ends. No answer leaves before the state it tells of is there: whatever was acknowledged is
//! found again. Answers that wait at the same time wait for one write.
//!
//! The file has the sandbox's credentials in the clear, because a restart has to print them again; it is readable by its
//! owner only. A lock beside it keeps two sandboxes off one file.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use axum::extract::{Request, State as Extract};
use axum::middleware::Next;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tokio::sync::watch;

use crate::django::server_error;
use crate::shared::{Own, Shared};
use crate::snapshot::{FORMAT, this_format};
use crate::state::State;

/// Counts the changes of a state.
#[derive(Debug)]
pub(crate) struct Changes {
    count: AtomicU64,
    grown: watch::Sender<()>,
}

impl Changes {
    pub(crate) fn new() -> Changes {
        Changes { count: AtomicU64::new(0), grown: watch::Sender::new(()) }
    }

    /// Notes a change; called under the state's lock.
    pub(crate) fn note(&self) {
        self.count.fetch_add(1, Ordering::Release);
        self.grown.send_replace(());
    }

    /// Hears of changes to come.
    pub(crate) fn hear(&self) -> watch::Receiver<()> {
        self.grown.subscribe()
    }

    fn count(&self) -> u64 {
        self.count.load(Ordering::Acquire)
    }
}

/// What stands in the file.
#[derive(Serialize)]
struct Content<'a> {
    format: u32,
    own: &'a Own,
    initial: &'a RawValue,
    state: &'a State,
}

/// What was read from it.
#[derive(Deserialize)]
pub(crate) struct Kept {
    #[serde(deserialize_with = "this_format")]
    #[expect(dead_code, reason = "reading it is the check")]
    format: u32,
    pub(crate) own: Own,
    /// The snapshot that a reset goes back to.
    pub(crate) initial: Box<RawValue>,
    pub(crate) state: State,
}

/// The file of one sandbox, locked as long as this lives.
#[derive(Debug)]
pub(crate) struct Keeper {
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

/// Takes a file as [`Keeper::open`] does, and gives another sandbox a moment to let go of it: one that was dropped still
/// answers the requests it was answering.
pub(crate) async fn open(path: &Path) -> io::Result<(Keeper, Option<Kept>)> {
    const TRIES: u32 = 40;
    for _ in 1..TRIES {
        match Keeper::open(path) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            opened => return opened,
        }
    }
    Keeper::open(path)
}

impl Keeper {
    /// Takes a file, which need not be there yet, and reads what it has.
    fn open(path: &Path) -> io::Result<(Keeper, Option<Kept>)> {
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
        Ok((Keeper { path: path.to_owned(), _lock: lock, written }, kept))
    }

    /// Waits until this many changes are in the file.
    async fn has(&self, changes: u64) -> io::Result<()> {
        let mut written = self.written.subscribe();
        let reached = written.wait_for(|written| written.changes >= Some(changes)).await;
        // The other end is a field of this very struct.
        match reached.map(|written| written.failed) {
            Ok(None) => Ok(()),
            Ok(Some(kind)) => Err(kind.into()),
            Err(error) => Err(io::Error::other(error)),
        }
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

/// Writes the state whenever it has changed, as long as anybody can change it.
pub(crate) async fn keep_state(sandbox: Weak<Shared>, mut grown: watch::Receiver<()>) {
    loop {
        let Some(shared) = sandbox.upgrade() else { return };
        let done = tokio::task::spawn_blocking(move || shared.write_down()).await;
        // It ends with the changes, whose sender goes away with the sandbox.
        if done.is_err() || grown.changed().await.is_err() {
            return;
        }
    }
}

impl Shared {
    fn write_down(&self) {
        let Some(keeper) = &self.keeper else { return };
        let (bytes, changes) = self.to_keep();
        let failed = keeper.write(&bytes).err();
        if let Some(error) = &failed {
            tracing::error!(%error, path = %keeper.path.display(), "the state could not be written");
        }
        keeper
            .written
            .send_replace(Written { changes: Some(changes), failed: failed.map(|error| error.kind()) });
    }

    /// Serializes the state, and says how many changes are in it.
    fn to_keep(&self) -> (Vec<u8>, u64) {
        let state = self.state();
        let initial = &self.initial;
        let content = Content { format: FORMAT, own: &self.own, initial, state: &state };
        let bytes =
            serde_json::to_vec(&content).expect("a state has text keys and nothing that fails to serialize");
        (bytes, self.changes.count())
    }

    /// Waits until everything that has happened is in the file, if there is one.
    pub(crate) async fn saved(&self) -> io::Result<()> {
        match &self.keeper {
            Some(keeper) => keeper.has(self.changes.count()).await,
            None => Ok(()),
        }
    }
}

/// Holds an answer back until what it tells of is in the file. What could not be written is not acknowledged.
pub(crate) async fn acknowledge(
    Extract(sandbox): Extract<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Response {
    let response = next.run(request).await;
    match sandbox.saved().await {
        Ok(()) => response,
        Err(error) => {
            tracing::error!(%error, "a request was not acknowledged");
            server_error()
        }
    }
}

/// Another file in the same folder, where a rename cannot fail for the distance.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}
