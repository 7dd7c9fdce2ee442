//! Changes several files of the repository together, or none of them.
//!
//! 1. The new contents and a manifest are written to `.xtask/next/`.
//! 2. `.xtask/next/` is renamed to `.xtask/ready/`. This one rename decides.
//! 3. Each content is renamed over its target, and `.xtask/ready/` is removed.
//!
//! [`exclusive`], which every command that finds either folder calls first, removes `.xtask/next/` and completes
//! `.xtask/ready/`. So a full disk, or a process that is killed at any step, leaves all files or none. A power failure is not
//! covered: the file system may reorder renames, and everything that is replaced is in git.

#[cfg(test)]
mod tests;

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};

use crate::hash::sha256;

/// Folder for the commands' own files. Git ignores it.
const FOLDER: &str = ".xtask";
const NEXT: &str = ".xtask/next";
const READY: &str = ".xtask/ready";
const LOCK: &str = ".xtask/lock";

/// A file to change.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    /// Path from the top of the repository.
    pub(crate) path: String,
    /// New content; none removes the file.
    pub(crate) content: Option<Vec<u8>>,
}

/// Manifest's line for a file.
#[derive(Debug, Deserialize, Serialize)]
struct Entry {
    path: String,
    /// SHA-256 of the content before; none if there is no such file.
    old: Option<String>,
    removed: bool,
}

/// Result of a recovery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Recovered {
    Nothing,
    Undone,
    Completed,
}

/// An operation on the file system that is about to happen.
#[cfg_attr(not(test), expect(dead_code, reason = "the faults of the tests read what is in it"))]
enum Step<'a> {
    /// Writes a file, which may fail half-way.
    Write(&'a Path, &'a [u8]),
    RemoveFolder(&'a Path),
    /// An operation that happens as a whole or not at all.
    Atomic,
}

/// Exclusive access to the repository for one process.
pub(crate) struct Exclusive {
    root: PathBuf,
    /// Called before each operation, so that tests can make every single one fail.
    before: Box<dyn Fn(Step<'_>) -> io::Result<()>>,
    _lock: File,
}

/// Locks the repository for this process, and completes or undoes an interrupted change.
///
/// # Errors
///
/// Fails if another command has the lock, or if the interrupted change can be neither completed nor undone.
pub(crate) fn exclusive(root: &Path) -> Result<Exclusive> {
    fs::create_dir_all(root.join(FOLDER)).with_context(|| format!("cannot create {FOLDER}"))?;
    let lock = File::create(root.join(LOCK)).with_context(|| format!("cannot write {LOCK}"))?;
    // A lock of the operating system, not the existence of a file: it ends with the process, however that ends, so no
    // stale lock has to be removed by hand.
    lock.try_lock()
        .with_context(|| format!("another command is changing the repository ({LOCK} is locked)"))?;
    let exclusive = Exclusive { root: root.to_owned(), before: Box::new(|_| Ok(())), _lock: lock };
    match exclusive.recover()? {
        Recovered::Nothing => {}
        Recovered::Undone => eprintln!("an interrupted refresh was undone"),
        Recovered::Completed => eprintln!("an interrupted refresh was completed"),
    }
    Ok(exclusive)
}

/// Returns whether a change was interrupted, or is being made by another process.
pub(crate) fn is_interrupted(root: &Path) -> bool {
    root.join(NEXT).exists() || root.join(READY).exists()
}

/// Returns the paths whose content would change.
///
/// # Errors
///
/// Fails if a file cannot be read.
pub(crate) fn changed(root: &Path, changes: &[Change]) -> Result<Vec<String>> {
    Ok(needed(root, changes)?.into_iter().map(|(change, _)| change.path.clone()).collect())
}

/// Changes with an effect, and the current content of their files.
type Needed<'c> = Vec<(&'c Change, Option<Vec<u8>>)>;

fn needed<'c>(root: &Path, changes: &'c [Change]) -> Result<Needed<'c>> {
    let mut needed = Vec::new();
    for change in changes {
        let current = read(&root.join(&change.path))?;
        if current != change.content {
            needed.push((change, current));
        }
    }
    Ok(needed)
}

impl Exclusive {
    /// Makes all changes, or none, and returns the paths of the files that changed.
    ///
    /// # Errors
    ///
    /// Fails if a change cannot be made. The message states whether files were changed.
    pub(crate) fn commit(&self, changes: &[Change]) -> Result<Vec<String>> {
        let changes = needed(&self.root, changes)?;
        let paths = changes.iter().map(|(change, _)| change.path.clone()).collect();
        if changes.is_empty() {
            return Ok(paths);
        }
        let Err(error) = self.stage(&changes).and_then(|()| self.complete()) else { return Ok(paths) };
        // The error may come from before or after the deciding rename, and only the folders show which.
        match self.recover() {
            Ok(Recovered::Completed) => Ok(paths),
            Ok(Recovered::Nothing | Recovered::Undone) => Err(error.context("no file was changed")),
            Err(second) => Err(error.context(format!(
                "interrupted, and the next `cargo xtask` command will complete or undo it ({second:#})"
            ))),
        }
    }

    /// Writes all new contents. Everything that needs disk space happens here, before the decision.
    fn stage(&self, changes: &Needed<'_>) -> Result<()> {
        let next = self.root.join(NEXT);
        let mut entries = Vec::new();
        for (Change { path, content }, old) in changes {
            // The hash detects an edit between an interruption and its recovery, which must not be overwritten.
            let old = old.as_deref().map(sha256);
            entries.push(Entry { path: path.clone(), old, removed: content.is_none() });
            let Some(content) = content else { continue };
            // Creating a folder can fail on a full disk as well, so it is done before the decision.
            self.create_folder_of(&self.root.join(path))?;
            self.write(&staged(&next, path), content)
                .with_context(|| format!("cannot write the new {path}"))?;
        }
        self.write(&manifest(&next), &serde_json::to_vec_pretty(&entries)?)
            .with_context(|| format!("cannot write to {NEXT}"))?;
        Ok(self.atomic(|| fs::rename(&next, self.root.join(READY)))?)
    }

    /// Puts the staged contents in place. Some may be in place already.
    fn complete(&self) -> Result<()> {
        let ready = self.root.join(READY);
        // It is removed last: without it, everything is in place.
        if let Some(text) = read(&manifest(&ready))? {
            let entries: Vec<Entry> = serde_json::from_slice(&text)
                .with_context(|| format!("{READY} is damaged; see `git status`, then remove it"))?;
            let is_pending = |entry: &&Entry| {
                // A rename leaves no staged file behind, so its absence shows that the entry was completed before.
                let place =
                    if entry.removed { self.root.join(&entry.path) } else { staged(&ready, &entry.path) };
                place.exists()
            };
            let pending: Vec<&Entry> = entries.iter().filter(is_pending).collect();
            for Entry { path, old, .. } in &pending {
                if read(&self.root.join(path))?.as_deref().map(sha256) != *old {
                    bail!(
                        "{path} was changed after an interrupted refresh; restore it (`git checkout -- {path}`) or \
                         remove {READY} to give the refresh up"
                    );
                }
            }
            for Entry { path, removed, .. } in pending {
                let target = self.root.join(path);
                let replace = || {
                    if *removed {
                        fs::remove_file(&target)
                    } else {
                        fs::rename(staged(&ready, path), &target)
                    }
                };
                self.atomic(replace).with_context(|| format!("cannot replace {path}"))?;
            }
        }
        self.remove_folder(&ready)
    }

    fn recover(&self) -> Result<Recovered> {
        let (next, ready) = (self.root.join(NEXT), self.root.join(READY));
        if ready.exists() {
            self.complete()?;
            return Ok(Recovered::Completed);
        }
        if next.exists() {
            self.remove_folder(&next)?;
            return Ok(Recovered::Undone);
        }
        Ok(Recovered::Nothing)
    }

    /// Waits until the content is on the disk: some file systems report only then that the disk is full.
    fn write(&self, path: &Path, content: &[u8]) -> Result<()> {
        self.create_folder_of(path)?;
        (self.before)(Step::Write(path, content))?;
        let mut file = File::create(path)?;
        file.write_all(content)?;
        Ok(file.sync_all()?)
    }

    fn create_folder_of(&self, path: &Path) -> Result<()> {
        path.parent().map_or(Ok(()), |folder| Ok(self.atomic(|| fs::create_dir_all(folder))?))
    }

    fn remove_folder(&self, path: &Path) -> Result<()> {
        (self.before)(Step::RemoveFolder(path))?;
        fs::remove_dir_all(path).with_context(|| format!("cannot remove {}", path.display()))
    }

    fn atomic(&self, operation: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        (self.before)(Step::Atomic)?;
        operation()
    }
}

fn manifest(folder: &Path) -> PathBuf {
    folder.join("manifest.json")
}

fn staged(folder: &Path, path: &str) -> PathBuf {
    folder.join("files").join(path)
}

fn read(path: &Path) -> Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}
