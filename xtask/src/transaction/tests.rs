//! A machine that stops, and a disk that is full, at every single operation.

use std::cell::Cell;
use std::fs;
use std::io;
use std::path::Path;

use super::{Change, Disk, FOLDER, Files, Recovered, commit, exclusive, is_interrupted, recover};

/// How the operations go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// The machine stops in the middle of the operation: nothing after it happens.
    Stop,
    /// From the operation on no write succeeds; what needs no room does.
    Full,
    /// Only this operation fails.
    Once,
}

/// A disk on which operations from a certain one on go wrong. It never syncs: the operating system does not stop in tests.
struct Faulty {
    at: usize,
    fault: Fault,
    operations: Cell<usize>,
}

impl Faulty {
    fn new(at: usize, fault: Fault) -> Self {
        Self { at, fault, operations: Cell::new(0) }
    }

    /// Whether this operation goes wrong.
    fn is_hit(&self, is_write: bool) -> bool {
        let number = self.operations.get();
        self.operations.set(number + 1);
        match self.fault {
            Fault::Stop => number >= self.at,
            Fault::Full => number >= self.at && is_write,
            Fault::Once => number == self.at,
        }
    }

    fn error() -> io::Error {
        io::Error::from(io::ErrorKind::StorageFull)
    }

    fn run(&self, operation: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        if self.is_hit(false) { Err(Self::error()) } else { operation() }
    }
}

impl Disk for Faulty {
    fn write(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        let first_stop = self.fault != Fault::Stop || self.operations.get() == self.at;
        if self.is_hit(true) {
            if first_stop {
                fs::write(path, &content[..content.len() / 2])?;
            }
            return Err(Self::error());
        }
        fs::write(path, content)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.run(|| Files.rename(from, to))
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.run(|| Files.remove(path))
    }

    fn sync_folder(&self, _path: &Path) -> io::Result<()> {
        self.run(|| Ok(()))
    }

    fn create_folder(&self, path: &Path) -> io::Result<()> {
        self.run(|| Files.create_folder(path))
    }
}

/// More operations than a commit of [`changes`] has.
const MANY: usize = 60;

fn before(root: &Path) {
    for (path, content) in [("a", "old a"), ("sub/b", "old b"), ("gone", "old gone"), ("same", "same")] {
        let path = root.join(path);
        fs::create_dir_all(path.parent().expect("has one")).expect("writable");
        fs::write(path, content).expect("writable");
    }
}

fn changes() -> Vec<Change> {
    let change = |path: &str, content: Option<&str>| Change {
        path: path.to_owned(),
        content: content.map(|text| text.as_bytes().to_vec()),
    };
    vec![
        change("a", Some("new a")),
        change("sub/b", Some("new b")),
        change("new/c", Some("new c")),
        change("gone", None),
        change("same", Some("same")),
    ]
}

/// Everything that is there, but for empty folders and the lock.
fn contents(root: &Path) -> Vec<(String, String)> {
    let files =
        walkdir::WalkDir::new(root).sort_by_file_name().into_iter().map(|entry| entry.expect("readable"));
    files
        .filter(|entry| entry.file_type().is_file() && !entry.path().ends_with(super::LOCK))
        .map(|entry| {
            let path = entry.path().strip_prefix(root).expect("is within").to_string_lossy().into_owned();
            (path, fs::read_to_string(entry.path()).expect("readable"))
        })
        .collect()
}

fn old_and_new() -> [Vec<(String, String)>; 2] {
    let pairs =
        |list: &[(&str, &str)]| list.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
    [
        pairs(&[("a", "old a"), ("gone", "old gone"), ("same", "same"), ("sub/b", "old b")]),
        pairs(&[("a", "new a"), ("new/c", "new c"), ("same", "same"), ("sub/b", "new b")]),
    ]
}

fn sorted(mut list: Vec<(String, String)>) -> Vec<(String, String)> {
    list.sort();
    list
}

#[test]
fn all_changes_are_made_and_nothing_else_stays() {
    let folder = tempfile::tempdir().expect("writable");
    before(folder.path());
    let lock = exclusive(folder.path()).expect("is free");
    let written = commit(folder.path(), &Files, &changes(), &lock).expect("works");
    assert_eq!(written, ["a", "sub/b", "new/c", "gone"]);
    assert_eq!(sorted(contents(folder.path())), old_and_new()[1]);
}

#[test]
fn wherever_the_machine_stops_the_next_run_finds_one_state_or_the_other() {
    let [old, new] = old_and_new();
    let mut seen = [false; 3];
    for stop in 0..MANY {
        for again in 0..MANY {
            let folder = tempfile::tempdir().expect("writable");
            let root = folder.path();
            before(root);
            let lock = exclusive(root).expect("is free");
            let first = commit(root, &Faulty::new(stop, Fault::Stop), &changes(), &lock);
            // The recovery stops as well, and a later one does not.
            let second = recover(root, &Faulty::new(again, Fault::Stop));
            let third = recover(root, &Files).unwrap_or_else(|error| panic!("{stop}, {again}: {error:#}"));
            let after = sorted(contents(root));
            assert!(after == old || after == new, "{stop}, {again}: {after:?}");
            if first.is_ok() {
                assert_eq!(after, new);
            }
            for recovered in second.ok().into_iter().chain([third]) {
                seen[recovered as usize] = true;
            }
            if first.is_ok() || again > 20 {
                break;
            }
        }
    }
    assert_eq!(seen, [true; 3], "some were untouched, some rolled back, some completed");
}

#[test]
fn a_full_disk_leaves_the_old_state_at_once() {
    let [old, new] = old_and_new();
    let mut results = [0; 2];
    for fault in [Fault::Full, Fault::Once] {
        for at in 0..MANY {
            let folder = tempfile::tempdir().expect("writable");
            let root = folder.path();
            before(root);
            let lock = exclusive(root).expect("is free");
            match commit(root, &Faulty::new(at, fault), &changes(), &lock) {
                Ok(_) => assert_eq!(sorted(contents(root)), new, "{fault:?} at {at}"),
                Err(error) => {
                    assert_eq!(sorted(contents(root)), old, "{fault:?} at {at}: {error:#}");
                    assert!(format!("{error:#}").starts_with("no file was changed: "), "{error:#}");
                }
            }
            results[usize::from(sorted(contents(root)) == new)] += 1;
            assert!(!is_interrupted(root));
        }
    }
    assert!(results.iter().all(|number| *number > 0), "{results:?}");
}

#[test]
fn what_somebody_changed_in_between_is_not_overwritten() {
    let [_, new] = old_and_new();
    let mut refused = 0;
    for stop in 0..MANY {
        let folder = tempfile::tempdir().expect("writable");
        let root = folder.path();
        before(root);
        let lock = exclusive(root).expect("is free");
        if commit(root, &Faulty::new(stop, Fault::Stop), &changes(), &lock).is_ok() {
            break;
        }
        fs::write(root.join("a"), "mine").expect("writable");
        match recover(root, &Files) {
            Ok(recovered) => assert_ne!(recovered, Recovered::Completed, "{stop}"),
            Err(error) => {
                refused += 1;
                assert!(
                    error.to_string().contains("a was changed after an interrupted refresh"),
                    "{error:#}"
                );
            }
        }
        assert_eq!(fs::read_to_string(root.join("a")).expect("is there"), "mine");
        fs::write(root.join("a"), "new a").expect("writable");
        recover(root, &Files).expect("works again");
        let after = sorted(contents(root));
        assert!(refused == 0 || after == new, "{after:?}");
    }
    assert!(refused > 0);
}

#[test]
fn two_commands_do_not_change_the_repository_at_once() {
    let folder = tempfile::tempdir().expect("writable");
    let _lock = exclusive(folder.path()).expect("is free");
    let error = exclusive(folder.path()).expect_err("is held");
    assert!(error.to_string().starts_with("another command is changing the repository"), "{error:#}");
    assert!(folder.path().join(FOLDER).exists());
}
