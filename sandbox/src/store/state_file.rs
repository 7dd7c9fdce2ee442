//! File that stores the state of a sandbox across restarts.
//!
//! Its first line is a whole state, and each further line has the changes of one write (`journal`). A whole state is written to a
//! draft in the same folder, which then replaces the file. A line is appended; one that breaks off is ignored by the next start.
//! So the file has one state or the next at any moment, however the process ends.
//!
//! The file contains credentials in clear text, because a restart has to print them again; only its owner can read it. A lock file
//! next to it prevents two sandboxes from using one file.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rand::distr::{Alphanumeric, SampleString as _};
use tokio::sync::watch;

use crate::store::content::SavedState;
use crate::store::journal;

/// File of one sandbox, locked as long as this lives.
#[derive(Debug)]
pub(crate) struct StateFile {
    path: PathBuf,
    _lock: File,
    progress: watch::Sender<Progress>,
    /// True if lines of changes would not lead to the present state.
    replaced: AtomicBool,
    /// Content of the file: a whole state, and lines of what has changed since.
    saved: Mutex<Option<Vec<u8>>>,
}

/// Progress of writing.
#[derive(Clone, Debug, Default)]
struct Progress {
    /// Number of changes that are in the file or were undone.
    changes: u64,
    /// True if anything was written at all.
    begun: bool,
    /// Changes that were undone, the latest last.
    undone: VecDeque<Undone>,
    /// Reports why the latest attempt to write failed, if it did.
    failing: Option<WriteFailure>,
}

/// Changes that could not be written: those after the first count, up to the second.
#[derive(Clone, Debug)]
struct Undone {
    after: u64,
    up_to: u64,
    failure: WriteFailure,
}

/// Reports that a change is not in the file, and was undone.
#[derive(Clone, Debug, thiserror::Error)]
#[error(
    "cannot write the state file {path}: {reason}; the change was undone, repeat it when the file can be written again"
)]
pub(crate) struct WriteFailure {
    path: Arc<str>,
    reason: Arc<str>,
}

/// Number of undone ranges that are stored: more than there are between a request's change and its response.
const MAX_UNDONE: usize = 1024;
/// Time to wait before each further attempt to write.
const RETRIES: [Duration; 3] =
    [Duration::from_millis(20), Duration::from_millis(80), Duration::from_millis(200)];
/// End of a draft's name, after random letters.
const DRAFT: &str = ".draft";

/// Length of a file that is never worth to be written anew.
const MIN_JOURNAL: usize = 1024 * 1024;

/// Record that is written at once.
#[derive(Debug)]
pub(crate) enum Written {
    /// A whole state, which replaces the file.
    Whole(Vec<u8>),
    /// A line of changes, which is appended to it.
    Line(Vec<u8>),
}

/// Opens a file as [`StateFile::open`] does, and waits a moment for another sandbox to release it: one that was dropped still
/// sends the responses in flight.
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
    /// Locks a file, which need not exist yet, and reads it.
    fn open(path: &Path) -> io::Result<(StateFile, Option<SavedState>)> {
        let named = |error: io::Error| {
            io::Error::new(error.kind(), format!("cannot use the state file {}: {error}", path.display()))
        };
        let lock = options().create(true).truncate(false).write(true).open(with_suffix(path, ".lock"));
        let lock = lock.map_err(named)?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::Error(error) => named(error),
            TryLockError::WouldBlock => {
                named(io::Error::new(io::ErrorKind::WouldBlock, "another sandbox uses it"))
            }
        })?;
        remove_drafts(path).map_err(named)?;
        let bytes = read(path).map_err(named)?;
        let saved = match &bytes {
            Some(bytes) if !bytes.is_empty() => {
                Some(journal::read(bytes).map_err(|error| named(error.into()))?)
            }
            _ => None,
        };
        let file = StateFile {
            path: path.to_owned(),
            _lock: lock,
            progress: watch::Sender::new(Progress::default()),
            replaced: AtomicBool::new(false),
            saved: Mutex::new(bytes.filter(|_| saved.is_some())),
        };
        Ok((file, saved))
    }

    /// Returns whether so many changes were written or undone.
    pub(crate) fn has_written(&self, changes: u64) -> bool {
        let progress = self.progress.borrow();
        progress.begun && progress.changes >= changes
    }

    /// Waits until a change is in the file.
    ///
    /// # Errors
    ///
    /// If it was undone.
    pub(crate) async fn has(&self, change: u64) -> Result<(), WriteFailure> {
        let progress = self.reached(change).await;
        let undone = progress.undone.iter().find(|undone| undone.after < change && change <= undone.up_to);
        undone.map_or(Ok(()), |undone| Err(undone.failure.clone()))
    }

    /// Waits until a change was written or undone.
    ///
    /// # Errors
    ///
    /// If the latest attempt to write failed.
    pub(crate) async fn is_current(&self, change: u64) -> Result<(), WriteFailure> {
        self.reached(change).await.failing.map_or(Ok(()), Err)
    }

    async fn reached(&self, change: u64) -> Progress {
        let mut progress = self.progress.subscribe();
        let reached = progress.wait_for(|progress| progress.begun && progress.changes >= change).await;
        // The other end is a field of this very struct.
        reached.map(|progress| progress.clone()).unwrap_or_default()
    }

    /// Returns what is in the file.
    pub(crate) fn last_saved(&self) -> Option<Vec<u8>> {
        self.saved.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Makes the next write a whole state, because another state was put in the place of the present one. Called under its lock.
    pub(crate) fn replaced(&self) {
        self.replaced.store(true, Ordering::Release);
    }

    /// Returns whether the next write has to be a whole state: the first one, one after the state was replaced or a write has
    /// failed, and one after so many lines that they are longer than the state.
    pub(crate) fn needs_whole(&self) -> bool {
        if self.replaced.swap(false, Ordering::AcqRel) {
            return true;
        }
        let saved = self.saved.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(saved) = saved.as_ref().filter(|_| self.progress.borrow().begun) else { return true };
        let whole = saved.iter().position(|byte| *byte == b'\n').unwrap_or(saved.len());
        saved.len() > MIN_JOURNAL.max(2 * whole)
    }

    /// Notes that this content, with so many changes, is in the file.
    pub(crate) fn succeeded(&self, written: Written, changes: u64) {
        {
            let mut saved = self.saved.lock().unwrap_or_else(PoisonError::into_inner);
            match written {
                Written::Whole(content) => *saved = Some(content),
                Written::Line(line) => saved.get_or_insert_default().extend(line),
            }
        }
        self.progress.send_modify(|progress| {
            if progress.failing.take().is_some() {
                tracing::warn!(path = %self.path.display(), "the state file is written again");
            }
            (progress.begun, progress.changes) = (true, changes);
        });
    }

    /// Notes that all changes up to `undone` are not in the file, and that the state is what is in it after `changes`.
    pub(crate) fn failed(&self, undone: u64, changes: u64, error: &io::Error) {
        let path = Arc::from(self.path.display().to_string());
        // The file may have a part of a line.
        self.replaced();
        let failure = WriteFailure { path, reason: Arc::from(error.to_string()) };
        tracing::error!("{failure}");
        self.progress.send_modify(|progress| {
            if progress.undone.len() == MAX_UNDONE {
                progress.undone.pop_front();
            }
            progress.undone.push_back(Undone {
                after: progress.changes,
                up_to: undone,
                failure: failure.clone(),
            });
            progress.failing = Some(failure);
            (progress.begun, progress.changes) = (true, changes);
        });
    }

    /// Replaces the file, and tries again for a while where that fails. Blocks.
    pub(crate) fn write(&self, content: &Written) -> io::Result<()> {
        let write = || match content {
            Written::Whole(content) => self.replace(content),
            Written::Line(line) => self.append(line),
        };
        for wait in RETRIES {
            match write() {
                Ok(()) => return Ok(()),
                Err(error) => {
                    tracing::warn!(%error, path = %self.path.display(), "cannot write the state file, retrying");
                    std::thread::sleep(wait);
                }
            }
        }
        write()
    }

    /// Appends a line, or leaves the file unchanged.
    fn append(&self, line: &[u8]) -> io::Result<()> {
        let length =
            self.saved.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map_or(0, Vec::len) as u64;
        // By its name each time, so that a file that was removed or moved is noticed.
        let mut file = options().append(true).open(&self.path)?;
        if file.metadata()?.len() != length {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "another program has changed it"));
        }
        let written = file.write_all(line).and_then(|()| file.sync_data());
        if written.is_err() {
            // What was refused must not be found by the next start. Where this fails as well, the line that breaks off is ignored.
            let _ = file.set_len(length);
        }
        written
    }

    fn replace(&self, content: &[u8]) -> io::Result<()> {
        let random = Alphanumeric.sample_string(&mut rand::rng(), 16);
        let draft = with_suffix(&self.path, &format!(".{random}{DRAFT}"));
        let written = options().write(true).create_new(true).open(&draft).and_then(|mut file| {
            file.write_all(content)?;
            // Otherwise a machine that loses its power could have the new name and not what belongs to it.
            file.sync_all()?;
            fs::rename(&draft, &self.path)
        });
        if written.is_err() {
            // It may not exist, and the error to report is the first one.
            let _ = fs::remove_file(&draft);
        }
        written?;
        sync_folder(&self.path)
    }
}

/// Reads a regular file; nothing if there is none. Anything else in its place is refused: a link could lead to a file of
/// somebody else, and reading a pipe never ends.
fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let mut file = match options().read(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    if !file.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

/// Removes what killed processes left behind. The lock is held, so none of it is in use.
fn remove_drafts(path: &Path) -> io::Result<()> {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return Ok(()) };
    for entry in fs::read_dir(folder_of(path))? {
        let entry = entry?;
        let is_draft = entry.file_name().to_str().is_some_and(|other| {
            let random =
                other.strip_prefix(name).and_then(|rest| rest.strip_prefix('.')?.strip_suffix(DRAFT));
            random.is_some_and(|random| {
                random.len() == 16 && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
            })
        });
        if is_draft {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Syncs the folder of a file, so that its new name lasts. Elsewhere than on Unix, folders cannot be opened.
fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder_of(path))?.sync_all() } else { Ok(()) }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Returns options that follow no link, wait for no pipe, and create files for their owner only.
#[cfg(unix)]
fn options() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;

    let mut options = OpenOptions::new();
    options.mode(0o600).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK);
    options
}

#[cfg(not(unix))]
fn options() -> OpenOptions {
    OpenOptions::new()
}

/// Returns another path in the same folder, where a rename cannot fail because it crosses file systems.
fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}
