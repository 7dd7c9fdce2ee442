//! Several files of the repository changed together, or not at all.
//!
//! The order makes it so, whenever the machine stops or the disk is full:
//!
//! 1. A journal names the files, as *staging*.
//! 2. Each new content is written beside its target and synced.
//! 3. The journal is replaced by one that says *committed*. This one rename decides.
//! 4. The contents are renamed over their targets, and the journal is removed.
//!
//! [`recover`] runs at the start of every command: what was staging is thrown away, what was committed is completed. It
//! refuses if somebody changed the files in between, for then neither the old nor the new state is theirs to give up.

mod disk;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail};
use serde::{Deserialize, Serialize};

pub(crate) use self::disk::{Disk, Files};
use crate::hash::sha256;

/// Where the journal and the lock are; in no commit.
const FOLDER: &str = ".xtask";
const JOURNAL: &str = ".xtask/journal.json";
const NEXT_JOURNAL: &str = ".xtask/journal.json.new";
const LOCK: &str = ".xtask/lock";

/// A file to change.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    /// From the top of the repository.
    pub(crate) path: String,
    /// What it shall hold; none removes it.
    pub(crate) content: Option<Vec<u8>>,
}

/// What a recovery found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Recovered {
    /// Nothing was interrupted.
    Nothing,
    /// A change had been begun; the old state is kept.
    RolledBack,
    /// A change had been decided on; the new state is complete.
    Completed,
}

#[derive(Debug, Deserialize, Serialize)]
struct Journal {
    state: State,
    entries: Vec<Entry>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Staging,
    Committed,
}

#[derive(Debug, Deserialize, Serialize)]
struct Entry {
    path: String,
    /// SHA-256 of what the file holds before; none if it is not there.
    old: Option<String>,
    /// SHA-256 of what it shall hold; none if it shall go.
    new: Option<String>,
}

/// Held while the repository is changed, so that two commands do not recover from each other.
#[derive(Debug)]
pub(crate) struct Exclusive {
    _lock: File,
}

/// Waits for nobody: fails if another command holds the lock.
pub(crate) fn exclusive(root: &Path) -> Result<Exclusive> {
    fs::create_dir_all(root.join(FOLDER))?;
    let lock = File::create(root.join(LOCK)).with_context(|| format!("cannot write {LOCK}"))?;
    lock.try_lock()
        .map_err(|error| anyhow!("another command is changing the repository ({LOCK}: {error})"))?;
    Ok(Exclusive { _lock: lock })
}

/// Whether a change was interrupted.
pub(crate) fn is_interrupted(root: &Path) -> bool {
    root.join(JOURNAL).exists()
}

/// The paths of those changes that would change anything.
///
/// # Errors
///
/// If a file cannot be read.
pub(crate) fn changed(root: &Path, changes: &[Change]) -> Result<Vec<String>> {
    Ok(needed(root, changes)?.into_iter().map(|(_, entry)| entry.path).collect())
}

fn needed<'c>(root: &Path, changes: &'c [Change]) -> Result<Vec<(&'c Change, Entry)>> {
    let entries = changes.iter().map(|change| Ok((change, entry(root, change)?)));
    entries
        .filter(|change: &Result<(_, Entry)>| change.as_ref().map_or(true, |(_, it)| it.old != it.new))
        .collect()
}

/// Makes all changes, or none.
///
/// # Errors
///
/// If a change cannot be made. The message says which state the files are in.
pub(crate) fn commit(
    root: &Path,
    disk: &dyn Disk,
    changes: &[Change],
    _exclusive: &Exclusive,
) -> Result<Vec<String>> {
    let changes = needed(root, changes)?;
    if changes.is_empty() {
        return Ok(Vec::new());
    }
    let Err(error) = attempt(root, disk, &changes) else {
        return Ok(changes.into_iter().map(|(_, entry)| entry.path).collect());
    };
    match recover(root, disk) {
        Ok(Recovered::Completed) => Ok(changes.into_iter().map(|(_, entry)| entry.path).collect()),
        Ok(Recovered::Nothing | Recovered::RolledBack) => Err(error.context("no file was changed")),
        Err(second) => Err(error.context(format!(
            "interrupted, and the next `cargo xtask` command will finish or undo it ({second:#})"
        ))),
    }
}

fn attempt(root: &Path, disk: &dyn Disk, changes: &[(&Change, Entry)]) -> Result<()> {
    let entries = || {
        changes.iter().map(|(_, it)| Entry {
            path: it.path.clone(),
            old: it.old.clone(),
            new: it.new.clone(),
        })
    };
    let mut journal = Journal { state: State::Staging, entries: entries().collect() };
    disk.create_folder(&root.join(FOLDER))?;
    write_journal(root, disk, &journal)?;
    for (change, _) in changes {
        if let Some(content) = &change.content {
            let staged = staged(root, &change.path);
            staged.parent().map_or(Ok(()), |folder| disk.create_folder(folder))?;
            disk.write(&staged, content).with_context(|| format!("cannot write the new {}", change.path))?;
        }
    }
    sync_folders(root, disk, &journal)?;
    journal.state = State::Committed;
    write_journal(root, disk, &journal)?;
    complete(root, disk, &journal)
}

/// Brings the repository back to a whole state, if a change was interrupted.
///
/// # Errors
///
/// If the files are not as the interrupted change left them, or cannot be changed.
pub(crate) fn recover(root: &Path, disk: &dyn Disk) -> Result<Recovered> {
    disk.remove(&root.join(NEXT_JOURNAL))?;
    let journal: Journal = match fs::read(root.join(JOURNAL)) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .with_context(|| format!("{JOURNAL} is damaged; look at `git status`, then remove it"))?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Recovered::Nothing),
        Err(error) => return Err(error).context(format!("cannot read {JOURNAL}")),
    };
    match journal.state {
        State::Staging => {
            for entry in &journal.entries {
                disk.remove(&staged(root, &entry.path))?;
            }
            remove_journal(root, disk)?;
            Ok(Recovered::RolledBack)
        }
        State::Committed => {
            complete(root, disk, &journal)?;
            Ok(Recovered::Completed)
        }
    }
}

/// Puts the staged contents in place. May have been done in part before.
fn complete(root: &Path, disk: &dyn Disk, journal: &Journal) -> Result<()> {
    let mut pending = Vec::new();
    for entry in &journal.entries {
        let (target, staged) = (root.join(&entry.path), staged(root, &entry.path));
        let (current, waiting) = (hash_of(&target)?, hash_of(&staged)?);
        if current == entry.new && waiting.is_none() {
            continue;
        }
        if (current == entry.old || current == entry.new) && waiting == entry.new {
            pending.push((entry, target, staged));
            continue;
        }
        bail!(
            "{} was changed after an interrupted refresh; restore it (`git checkout -- {0}`) or remove {FOLDER} to \
             give the refresh up",
            entry.path
        );
    }
    for (entry, target, staged) in pending {
        let done = match entry.new {
            Some(_) => disk.rename(&staged, &target),
            None => disk.remove(&target),
        };
        done.with_context(|| format!("cannot replace {}", entry.path))?;
    }
    sync_folders(root, disk, journal)?;
    remove_journal(root, disk)
}

fn entry(root: &Path, change: &Change) -> Result<Entry> {
    Ok(Entry {
        path: change.path.clone(),
        old: hash_of(&root.join(&change.path))?,
        new: change.content.as_deref().map(sha256),
    })
}

fn write_journal(root: &Path, disk: &dyn Disk, journal: &Journal) -> Result<()> {
    let text = serde_json::to_vec_pretty(journal)?;
    disk.write(&root.join(NEXT_JOURNAL), &text).with_context(|| format!("cannot write {NEXT_JOURNAL}"))?;
    disk.rename(&root.join(NEXT_JOURNAL), &root.join(JOURNAL))?;
    Ok(disk.sync_folder(&root.join(FOLDER))?)
}

fn remove_journal(root: &Path, disk: &dyn Disk) -> Result<()> {
    disk.remove(&root.join(JOURNAL))?;
    // All is done. Should the journal come back after a power cut, it finds nothing to do.
    drop(disk.sync_folder(&root.join(FOLDER)));
    Ok(())
}

fn sync_folders(root: &Path, disk: &dyn Disk, journal: &Journal) -> Result<()> {
    let targets: Vec<PathBuf> = journal.entries.iter().map(|entry| root.join(&entry.path)).collect();
    let folders: BTreeSet<&Path> = targets.iter().filter_map(|target| target.parent()).collect();
    folders.into_iter().filter(|folder| folder.exists()).try_for_each(|folder| Ok(disk.sync_folder(folder)?))
}

/// Where a content waits: beside its target, so that a rename does not leave the file system.
fn staged(root: &Path, path: &str) -> PathBuf {
    let target = root.join(path);
    let name = target.file_name().unwrap_or_default().to_string_lossy().into_owned();
    target.with_file_name(format!(".{name}.staged"))
}

fn hash_of(path: &Path) -> Result<Option<String>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(sha256(&bytes))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}
