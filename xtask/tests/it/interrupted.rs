//! A refresh that is stopped, or runs out of disk space, while it writes: by limits of the operating system, not by
//! hooks in the program.

use std::fmt::Write as _;
use std::process::{Command, Output};

use crate::support::{Copy, cargo_stub};

/// Runs a refresh that must not write a file longer than so many blocks of 512 bytes. Whether exceeding that kills the
/// process, or is an error of the write, is up to the shell that starts it.
fn limited(copy: &Copy, blocks: usize, prelude: &str) -> Output {
    let program = snapbox::cmd::cargo_bin!("xtask");
    let script = format!("{prelude} ulimit -f {blocks}; exec \"$0\" \"$@\"");
    Command::new("sh")
        .args(["-c", &script])
        .arg(program)
        .env("CARGO", cargo_stub())
        .arg("--repository")
        .arg(copy.path())
        .args(["refresh", "--today", "2026-12-01", "--from"])
        .arg(copy.path().join("long.yaml"))
        .output()
        .expect("there is a shell")
}

fn prepared() -> Copy {
    let copy = Copy::new();
    let mut operations = String::new();
    for number in 0..20 {
        let operation = r#"{"get": {"responses": {"204": {"description": "Pong"}}}}"#;
        write!(operations, "\"/ping/{number}/\": {operation}, ").expect("memory takes all");
    }
    let next =
        copy.read("openapi/nd8.json").replacen("\"paths\": {", &format!("\"paths\": {{{operations}"), 1);
    copy.write("next.json", next);
    copy
}

/// Enough for every file but the YAML that is staged after the first.
const BLOCKS: usize = 1024;

/// The same document behind a comment that is longer than the limit.
fn prepared_yaml() -> Copy {
    let copy = prepared();
    let comment = "# As published.\n".repeat(BLOCKS * 512 / 10);
    copy.write("long.yaml", comment + &copy.read("next.json"));
    copy
}

#[test]
#[cfg(unix)]
fn a_write_that_fails_leaves_the_old_state() {
    let copy = prepared_yaml();
    let before = copy.contents();
    let output = limited(&copy, BLOCKS, "trap '' XFSZ;");
    let printed = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{printed}");
    assert!(
        printed.contains("error: no file was changed: cannot write the new openapi/nd8.yaml"),
        "{printed}"
    );
    assert_eq!(copy.contents(), before);
}

#[test]
#[cfg(unix)]
fn a_process_that_is_killed_while_it_writes_leaves_the_old_state_to_the_next() {
    use std::os::unix::process::ExitStatusExt as _;

    let copy = prepared_yaml();
    let before = copy.contents();
    let output = limited(&copy, BLOCKS, "");
    assert!(output.status.signal().is_some(), "{output:?}");
    let left = copy.contents();
    assert!(left.contains_key(".xtask/next/files/openapi/nd8.json"));
    for (path, content) in &before {
        assert_eq!(left.get(path), Some(content), "{path} is unchanged even before the recovery");
    }
    let assert = copy.xtask().args(["explain", "endpoint-added"]).assert();
    assert.success().stderr_eq("an interrupted refresh was undone\n");
    assert_eq!(copy.contents(), before);
}

/// A file system of its own that is too small for the new files, where the machine lets a user make one.
#[test]
#[cfg(target_os = "linux")]
fn a_full_file_system_leaves_the_old_state() {
    let copy = prepared();
    let place = tempfile::tempdir().expect("writable");
    let script = r#"
        set -e
        mount -t tmpfs -o size=700k tmpfs "$2"
        cp -R "$1"/. "$2"/
        (cd "$2"; find . -type f ! -path './.xtask/*' | sort | xargs cat) > "$1/before"
        status=0; "$0" --repository "$2" refresh --today 2026-12-01 --from "$1/next.json" > "$1/out" 2>&1 || status=$?
        (cd "$2"; find . -type f ! -path './.xtask/*' | sort | xargs cat) > "$1/after"
        find "$2/.xtask" -name next -o -name ready > "$1/left"
        exit $status"#;
    let output = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "sh", "-c", script])
        .arg(snapbox::cmd::cargo_bin!("xtask"))
        .args([copy.path(), place.path()])
        .env("CARGO", cargo_stub())
        .output();
    let output = match output {
        Ok(output) if copy.path().join("left").exists() => output,
        other => {
            println!("skipped: no small file system can be mounted here: {other:?}");
            return;
        }
    };
    let printed = copy.read("out");
    assert_eq!(output.status.code(), Some(2), "{printed}");
    assert!(printed.contains("error: no file was changed: cannot write the new"), "{printed}");
    assert!(printed.contains("No space left on device"), "{printed}");
    assert_eq!(copy.read("before"), copy.read("after"));
    assert_eq!(copy.read("left"), "");
}
