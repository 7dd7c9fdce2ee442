//! A process that is killed, and a disk that is full, at every single operation.

use std::cell::Cell;
use std::fs;
use std::io;
use std::path::Path;

use super::{Change, Exclusive, LOCK, Step, exclusive, is_interrupted};

/// Kind of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// Process is killed in the middle of the operation: nothing after it happens.
    Killed,
    /// From the operation on no write succeeds; operations that need no disk space do.
    Full,
    /// Only this operation fails.
    Once,
}

/// More operations than committing [`changes`] has.
const MANY: usize = 40;

/// Takes the repository, with a file system whose operations fail from a certain one on.
fn faulty(root: &Path, at: usize, fault: Fault) -> Exclusive {
    let number = Cell::new(0);
    let before = move |step: Step<'_>| {
        let now = number.replace(number.get() + 1);
        let fails = match fault {
            Fault::Killed => now >= at,
            Fault::Full => now >= at && matches!(step, Step::Write(..)),
            Fault::Once => now == at,
        };
        match (fails, step) {
            (false, _) => return Ok(()),
            // Half of it is done by then.
            (true, Step::Write(path, content)) if now == at => {
                fs::write(path, &content[..content.len() / 2])?
            }
            (true, Step::RemoveFolder(path)) if now == at => fs::remove_file(super::manifest(path))?,
            (true, _) => {}
        }
        Err(io::Error::from(io::ErrorKind::StorageFull))
    };
    let exclusive = exclusive(root).expect("is free");
    Exclusive { before: Box::new(before), ..exclusive }
}

fn prepared() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("writable");
    for (path, content) in [("a", "old a"), ("sub/b", "old b"), ("gone", "old gone"), ("same", "same")] {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("has one")).expect("writable");
        fs::write(path, content).expect("writable");
    }
    folder
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

const OLD: &str = "a=old a, gone=old gone, same=same, sub/b=old b";
const NEW: &str = "a=new a, new/c=new c, same=same, sub/b=new b";

/// Returns every file with its content, but for the lock.
fn contents(root: &Path) -> String {
    let entries = walkdir::WalkDir::new(root).into_iter().map(|entry| entry.expect("readable"));
    let mut files: Vec<String> = entries
        .filter(|entry| entry.file_type().is_file() && !entry.path().ends_with(LOCK))
        .map(|entry| {
            let path = entry.path().strip_prefix(root).expect("is within").to_string_lossy();
            format!("{path}={}", fs::read_to_string(entry.path()).expect("readable"))
        })
        .collect();
    files.sort();
    files.join(", ")
}

#[test]
fn all_changes_are_made_and_nothing_else_stays() {
    let folder = prepared();
    let written = exclusive(folder.path()).expect("is free").commit(&changes()).expect("works");
    assert_eq!(written, ["a", "sub/b", "new/c", "gone"]);
    assert_eq!(contents(folder.path()), NEW);
}

#[test]
fn wherever_the_process_is_killed_the_next_one_finds_one_state_or_the_other() {
    let mut seen = [false; 3];
    for (at, again) in (0..MANY).flat_map(|at| (0..8).map(move |again| (at, again))) {
        let folder = prepared();
        let root = folder.path();
        let first = faulty(root, at, Fault::Killed).commit(&changes());
        if first.is_ok() && again > 0 {
            continue;
        }
        // The recovery is killed as well, and a later one is not. A lock would recover at once.
        let mut recovery = faulty_without_recovery(root, again);
        let second = recovery.recover();
        recovery.before = Box::new(|_| Ok(()));
        let third = recovery.recover().unwrap_or_else(|error| panic!("{at}, {again}: {error:#}"));
        let after = contents(root);
        assert!(after == OLD || after == NEW, "{at}, {again}: {after}");
        assert!(first.is_err() || after == NEW, "{at}, {again}: {after}");
        second.ok().into_iter().chain([third]).for_each(|recovered| seen[recovered as usize] = true);
    }
    assert_eq!(seen, [true; 3], "some were untouched, some undone, some completed");
}

/// Simulates the process of a recovery that is killed.
fn faulty_without_recovery(root: &Path, at: usize) -> Exclusive {
    let elsewhere = tempfile::tempdir().expect("writable");
    Exclusive { root: root.to_owned(), ..faulty(elsewhere.path(), at, Fault::Killed) }
}

#[test]
fn a_full_disk_leaves_the_old_state_at_once() {
    let mut results = [0; 2];
    for (fault, at) in [Fault::Full, Fault::Once].into_iter().flat_map(|it| (0..MANY).map(move |at| (it, at)))
    {
        let folder = prepared();
        let root = folder.path();
        let result = faulty(root, at, fault).commit(&changes());
        if let Err(error) = &result {
            assert!(
                format!("{error:#}").starts_with("no file was changed: "),
                "{fault:?} at {at}: {error:#}"
            );
        }
        assert_eq!(contents(root), if result.is_ok() { NEW } else { OLD }, "{fault:?} at {at}");
        assert!(!is_interrupted(root));
        results[usize::from(result.is_ok())] += 1;
    }
    assert!(results.iter().all(|number| *number > 0), "{results:?}");
}

#[test]
fn what_somebody_changed_in_between_is_not_overwritten() {
    let mut refused = 0;
    for at in 0..MANY {
        let folder = prepared();
        let root = folder.path();
        if faulty(root, at, Fault::Killed).commit(&changes()).is_ok() {
            break;
        }
        let untouched = fs::read_to_string(root.join("sub/b")).expect("is there") == "old b";
        fs::write(root.join("sub/b"), "mine").expect("writable");
        let recovered = exclusive(root).map(drop);
        assert_eq!(fs::read_to_string(root.join("sub/b")).expect("is there"), "mine", "{at}");
        if let Err(error) = recovered {
            assert!(
                error.to_string().contains("sub/b was changed after an interrupted refresh"),
                "{error:#}"
            );
            refused += 1;
            fs::write(root.join("sub/b"), "old b").expect("writable");
            drop(exclusive(root).expect("works again"));
            assert_eq!(contents(root), NEW, "{at}");
            assert!(untouched);
        }
    }
    assert!(refused > 0);
}

#[test]
fn two_commands_do_not_change_the_repository_at_once() {
    let folder = tempfile::tempdir().expect("writable");
    let _lock = exclusive(folder.path()).expect("is free");
    let error = exclusive(folder.path()).err().expect("is held");
    assert!(error.to_string().starts_with("another command is changing the repository"), "{error:#}");
}
