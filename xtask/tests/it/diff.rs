//! `diff` and `explain`: the reports of the repository's own history, what can be compared, and the exit status.

use std::path::Path;

use snapbox::data::DataFormat;
use snapbox::{Data, file};

use crate::support::{Copy, Site, xtask};

/// Reports of the history are snapshots, which change only on purpose.
#[test]
fn reports_of_the_history() {
    let copy = Copy::new();
    // The third revision is the pinned document, until a refresh makes history of it.
    if !copy.path().join("openapi/history/1.1.0-c.json").exists() {
        copy.write("openapi/history/1.1.0-c.json", copy.read("openapi/nd8.json"));
    }
    for (old, new) in [("1.0.0", "1.1.0-b"), ("1.1.0-b", "1.1.0-c")] {
        for (format, ending) in [("text", "txt"), ("markdown", "md")] {
            let arguments = ["diff", old, new, "--format", format, "--fail-on", "none", "--no-accepted"];
            let assert = copy.xtask().args(arguments).assert().success();
            let path = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join(format!("tests/it/reports/{old}-to-{new}.{ending}"));
            assert.stdout_eq(Data::read_from(&path, Some(DataFormat::Text)).raw());
        }
    }
}

#[test]
fn the_machine_readable_forms_end_in_the_sum_as_well() {
    for format in ["json", "github", "junit"] {
        let output = xtask()
            .args(["diff", "1.0.0", "1.1.0-b", "--no-rust", "--no-accepted", "--format", format])
            .output()
            .expect("runs");
        let text = String::from_utf8(output.stdout).expect("is text");
        let end: String = text.lines().rev().take(5).collect();
        assert!(end.contains("wire: "), "{format}: {end}");
    }
}

#[test]
fn what_reaches_the_bar_decides_the_status() {
    let copy = Copy::new();
    let old = r#"{"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": {"/a": {"get": {"responses": {"204": {"description": "A"}}}}}}"#;
    copy.write("old.json", old);
    copy.write("removed.json", old.replace("\"/a\"", "\"/b\"").replace("\"1\"", "\"2\""));
    copy.write(
        "added.json",
        old.replace("\"get\"", "\"put\": {\"responses\": {\"204\": {\"description\": \"B\"}}}, \"get\"")
            .replace("\"1\"", "\"2\""),
    );
    for (new, bar, status) in [
        ("removed.json", "breaking", 1),
        ("removed.json", "none", 0),
        ("added.json", "breaking", 0),
        ("added.json", "dangerous", 0),
        ("added.json", "any", 1),
        ("old.json", "any", 0),
        ("missing.json", "none", 2),
        ("added.json", "nonsense", 2),
    ] {
        copy.xtask()
            .current_dir(copy.path())
            .args(["diff", "old.json", new, "--no-rust", "--fail-on", bar])
            .assert()
            .code(status);
    }
}

#[test]
fn files_addresses_revisions_and_commits_can_be_compared() {
    if std::process::Command::new("git").arg("--version").output().is_err() {
        println!("skipped: git is not installed");
        return;
    }
    let copy = Copy::new();
    let site = Site::of(copy.read("openapi/nd8.json"));
    let git = |arguments: &[&str]| {
        let identity = ["-c", "user.name=T", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"];
        let status = std::process::Command::new("git")
            .args(identity)
            .args(arguments)
            .current_dir(copy.path())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .status()
            .expect("git runs");
        assert!(status.success());
    };
    git(&["init", "--quiet"]);
    git(&["add", "openapi"]);
    git(&["commit", "--quiet", "--message", "x"]);
    let (url, version) = (site.url("/openapi.json"), copy.api_version());
    for (named, name) in [
        ("openapi/nd8.json", "openapi/nd8.json"),
        (url.as_str(), url.as_str()),
        ("git:HEAD", "git:HEAD:openapi/nd8.json"),
        ("git:HEAD:openapi/nd8.json", "git:HEAD:openapi/nd8.json"),
    ] {
        let assert =
            copy.xtask().args(["diff", "openapi/nd8.json", named, "--no-rust", "--fail-on", "any"]).assert();
        assert.success().stdout_eq(format!(
            "comparing  openapi/nd8.json ({version}) → {name} ({version})\n\nwire: no change\n"
        ));
    }
    for (name, problem) in [
        ("git:HEAD:nowhere.json", "error: git has no nowhere.json in `HEAD`: [..]\n"),
        ("git:--help", "error: `--help` is no revision\n"),
        (
            "../1.0.0",
            "error: `../1.0.0` is no file, no address, no revision of openapi/history/ and no `git:REV`\n",
        ),
    ] {
        copy.xtask().args(["diff", name, "1.0.0"]).assert().code(2).stderr_eq(problem);
    }
}

/// A document of another API: it shares neither the title nor an operation.
#[test]
fn of_another_api_there_is_no_rust() {
    let copy = Copy::new();
    let other = r#"{"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": {"/a": {"get": {"responses": {"204": {"description": "A"}}}}}}"#;
    copy.write("other.json", other);
    copy.write("renamed.json", copy.read("openapi/nd8.json").replacen("\"ND8 API\"", "\"Renamed\"", 1));
    for (name, verdict) in [("other.json", "rust: not known"), ("renamed.json", "rust: ")] {
        let output = copy
            .xtask()
            .current_dir(copy.path())
            .args(["diff", name, name, "--fail-on", "none"])
            .output()
            .expect("runs");
        let text = String::from_utf8(output.stdout).expect("is text");
        assert!(text.contains(verdict), "{name}: {text}");
        assert_eq!(text.contains("describes another API"), name == "other.json", "{name}: {text}");
    }
}

#[test]
fn rules_are_explained() {
    xtask().args(["explain", "endpoint-added"]).assert().success().stdout_eq(
        "\
endpoint-added: safe

An operation was added. Nothing needs to be done.
",
    );
    xtask().args(["explain", "endpoint-addde"]).assert().code(2).stderr_eq(
        "\
error: invalid value 'endpoint-addde' for '<RULE>': there is no rule `endpoint-addde`
  did you mean `endpoint-added`?
...
",
    );
}

#[test]
fn help_lists_the_exit_status() {
    let output = xtask().args(["diff", "--help"]).output().expect("runs");
    snapbox::assert_data_eq!(output.stdout, file!["reports/diff-help.txt": Text].raw());
}
