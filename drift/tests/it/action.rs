//! Scripts of the GitHub Action, with stubs for cargo and gh: what they run, print and report, and that no value of a
//! workflow or a document becomes a part of a script.
//!
//! What GitHub itself does is not run here: the expressions of `action.yml`, and the filter that gh applies to comments.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

const OLD: &str =
    "openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths:\n  /a: {get: {}}\n  /b: {get: {}}\n";

fn action() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// `action.yml` as JSON: our own reader takes any YAML below `openapi`.
fn manifest() -> Value {
    let text = fs::read_to_string(action().join("action.yml")).unwrap();
    let document = openapi_drift::Document::parse("action.yml", format!("{text}openapi: 3.1.0\n")).unwrap();
    serde_json::from_str(&document.to_json()).unwrap()
}

/// A runner of GitHub's: a repository with a commit, folders for programs and files, and variables.
struct Runner {
    folder: TempDir,
    env: BTreeMap<String, String>,
}

impl Runner {
    fn new() -> Self {
        let mut runner = Self { folder: tempfile::tempdir().unwrap(), env: BTreeMap::new() };
        for folder in ["repository", "programs", "temp"] {
            fs::create_dir(runner.path(folder)).unwrap();
        }
        // Puts the program where cargo would build it.
        let program = snapbox::cmd::cargo_bin!("openapi-drift");
        runner.stub(
            "cargo",
            &format!(
                "mkdir -p \"$RUNNER_TEMP/openapi-drift/release\"\nln -sf '{}' \"$RUNNER_TEMP/openapi-drift/release/openapi-drift\"",
                program.display()
            ),
        );
        runner.stub(
            "gh",
            "case $* in *--paginate*) printf '%s' \"${GH_IDS:-}\" ;; *) exit \"${GH_STATUS:-0}\" ;; esac",
        );
        runner.commit("api.yaml", OLD);
        let base = runner.git(&["rev-parse", "HEAD"]);
        for (name, value) in [
            ("ACTION_PATH", action().display().to_string()),
            ("RUNNER_TEMP", runner.path("temp").display().to_string()),
            ("GITHUB_OUTPUT", runner.path("output").display().to_string()),
            ("GITHUB_STEP_SUMMARY", runner.path("summary").display().to_string()),
            ("DOCUMENT", "api.yaml".to_owned()),
            ("OLD", String::new()),
            ("FAIL_ON", "breaking".to_owned()),
            ("ALLOW_INCOMPLETE", "false".to_owned()),
            ("BASE_SHA", base.trim().to_owned()),
            ("REPOSITORY", "owner/shop".to_owned()),
            ("HEAD_REPOSITORY", "owner/shop".to_owned()),
            ("PULL_REQUEST", "7".to_owned()),
        ] {
            runner.set(name, &value);
        }
        runner
    }

    fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    fn set(&mut self, name: &str, value: &str) {
        self.env.insert(name.to_owned(), value.to_owned());
    }

    /// Writes a program that records its arguments, one a line, before it does anything.
    fn stub(&self, name: &str, body: &str) {
        let path = self.path("programs").join(name);
        let calls = self.path(&format!("{name}.calls"));
        let text = format!(
            "#!/usr/bin/env bash\n{{ printf '%s\\n' \"$@\"; echo; }} >> '{}'\n{body}\n",
            calls.display()
        );
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn calls(&self, name: &str) -> String {
        fs::read_to_string(self.path(&format!("{name}.calls"))).unwrap_or_default()
    }

    fn git(&self, arguments: &[&str]) -> String {
        let identity = ["-c", "user.name=T", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"];
        let mut command = Command::new("git");
        command.args(identity).args(arguments).current_dir(self.path("repository"));
        let output = command.env("GIT_CONFIG_GLOBAL", "/dev/null").output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn write(&self, path: &str, content: &str) {
        let path = self.path("repository").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    fn commit(&self, path: &str, content: &str) {
        self.write(path, content);
        self.git(&["init", "--quiet"]);
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", "x"]);
    }

    /// Runs a script, and returns its status and what it printed.
    fn run(&self, script: &str) -> (i32, String) {
        let mut command = Command::new("bash");
        command.args(["-c", "PATH=\"$0:$PATH\" exec bash \"$1\""]).arg(self.path("programs"));
        command.arg(action().join("action").join(script)).current_dir(self.path("repository"));
        command.envs(&self.env).env("GIT_CONFIG_GLOBAL", "/dev/null");
        let output = command.output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.code().unwrap(), String::from_utf8(text).unwrap())
    }

    /// Builds and compares, and returns the outputs.
    fn compare(&mut self) -> (BTreeMap<String, String>, String) {
        assert_eq!(self.run("build.sh").0, 0);
        let (status, text) = self.run("compare.sh");
        assert_eq!(status, 0, "{text}");
        let outputs = fs::read_to_string(self.path("output")).unwrap();
        let outputs: BTreeMap<String, String> = outputs
            .lines()
            .map(|line| line.split_once('=').expect("a name and a value"))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        self.set("REPORT", outputs.get("markdown").map_or("", |path| path));
        self.set("WORST", &outputs["worst"]);
        self.set("STATUS", &outputs["status"]);
        self.set("SUMMARY", &outputs["summary"]);
        (outputs, text)
    }
}

#[test]
fn inputs_reach_scripts_through_the_environment_only() {
    let manifest = manifest();
    let steps = manifest["runs"]["steps"].as_array().unwrap();
    assert_eq!(steps.len(), 4);
    let mut given: Vec<&str> = Vec::new();
    for step in steps {
        let run = step["run"].as_str().unwrap();
        let script = run.strip_prefix("bash \"$ACTION_PATH/action/").and_then(|run| run.strip_suffix('"'));
        let script = script.unwrap_or_else(|| panic!("`run` only starts a script: {run}"));
        assert_eq!((step["shell"].as_str(), step.get("uses")), (Some("bash"), None));
        // Every variable of a script is set by its step, or by the runner.
        let text = fs::read_to_string(action().join("action").join(script)).unwrap();
        assert!(text.contains("set -euo pipefail") && !text.contains("eval"), "{script}");
        let env = step["env"].as_object().unwrap();
        for (at, _) in text.match_indices('$') {
            let name: String = text[at + 1..]
                .trim_start_matches('{')
                .chars()
                .take_while(|it| it.is_ascii_uppercase() || *it == '_')
                .collect();
            let is_given = name.is_empty()
                || env.contains_key(&name)
                || name.starts_with("GITHUB_")
                || name == "RUNNER_TEMP";
            assert!(is_given, "{script}: {name}");
        }
        given.extend(env.values().filter_map(Value::as_str));
    }
    let used = given.join(" ") + &steps.iter().filter_map(|step| step["if"].as_str()).collect::<String>();
    for input in manifest["inputs"].as_object().unwrap().keys() {
        assert!(used.contains(&format!("inputs.{input}")), "{input}");
    }
}

#[test]
fn a_change_that_breaks_fails_after_its_report_was_written() {
    let mut runner = Runner::new();
    runner.write("api.yaml", &OLD.replace("  /b: {get: {}}\n", ""));
    let (outputs, text) = runner.compare();
    assert_eq!((&*outputs["status"], &*outputs["worst"]), ("fails", "breaking"));
    assert_eq!(outputs["summary"], "wire: breaking · version: 2 notes");
    assert!(text.contains("::error title=breaking api-path-removed-without-deprecation::"), "{text}");
    let summary = fs::read_to_string(runner.path("summary")).unwrap();
    assert!(summary.contains("## API drift: ") && summary.contains("GET /b"), "{summary}");
    assert!(fs::read_to_string(&outputs["html"]).unwrap().starts_with("<!DOCTYPE html>"));
    let build = runner.calls("cargo");
    assert!(build.starts_with("build\n--release\n--locked\n--package\nopenapi-drift\n"), "{build}");
    // A new comment, as there is none.
    assert_eq!(runner.run("comment.sh").0, 0);
    let calls = runner.calls("gh");
    assert!(calls.contains("POST\nrepos/owner/shop/issues/7/comments\n--field\nbody=@"), "{calls}");
    let body = fs::read_to_string(runner.path("temp/openapi-drift/comment.md")).unwrap();
    assert!(body.starts_with("<!-- openapi-drift ") && body.len() < 65_536, "{body}");
    assert!(body.ends_with(&fs::read_to_string(&outputs["markdown"]).unwrap()));
    assert_eq!(runner.run("result.sh"), (1, format!("fails: {}\n", outputs["summary"])));
    // The next run updates it.
    runner.set("GH_IDS", "41\n42");
    assert_eq!(runner.run("comment.sh").0, 0);
    assert!(runner.calls("gh").contains("PATCH\nrepos/owner/shop/issues/comments/41\n--field\n"));
}

#[test]
fn a_comment_that_may_not_be_written_fails_nothing() {
    let mut runner = Runner::new();
    runner.write("api.yaml", &OLD.replace("/b:", "/c: {get: {}}\n  /b:"));
    runner.compare();
    runner.set("HEAD_REPOSITORY", "somebody/shop");
    let (status, text) = runner.run("comment.sh");
    assert_eq!((status, text.contains("comes from a fork")), (0, true), "{text}");
    assert_eq!(runner.calls("gh"), "");
    runner.set("HEAD_REPOSITORY", "owner/shop");
    for ids in ["", "42"] {
        runner.set("GH_IDS", ids);
        runner.set("GH_STATUS", "1");
        let (status, text) = runner.run("comment.sh");
        assert_eq!((status, text.contains("pull-requests: write")), (0, true), "{text}");
    }
    assert_eq!(runner.run("result.sh").0, 0);
}

#[test]
fn nothing_new_writes_no_comment_but_updates_one() {
    let mut runner = Runner::new();
    let (outputs, text) = runner.compare();
    assert_eq!((&*outputs["status"], &*outputs["worst"]), ("passes", "none"), "{text}");
    let (_, text) = runner.run("comment.sh");
    assert!(text.contains("nothing changed") && !runner.calls("gh").contains("POST"), "{text}");
    runner.set("GH_IDS", "42");
    assert_eq!(runner.run("comment.sh").0, 0);
    assert!(runner.calls("gh").contains("PATCH"));
    assert_eq!(runner.run("result.sh").0, 0);
}

#[test]
fn without_an_earlier_document_there_is_nothing_to_compare() {
    let mut runner = Runner::new();
    for (document, base) in [
        ("new.yaml", None),
        ("api.yaml", Some("0000000000000000000000000000000000000000")),
        ("api.yaml", Some("")),
    ] {
        runner.write(document, OLD);
        runner.set("DOCUMENT", document);
        let before = runner.env["BASE_SHA"].clone();
        runner.set("BASE_SHA", base.unwrap_or(&before));
        let (outputs, text) = runner.compare();
        assert_eq!(&*outputs["status"], "skipped", "{text}");
        assert_eq!(runner.run("result.sh").0, 0);
        runner.set("BASE_SHA", &before);
    }
}

#[test]
fn what_cannot_be_compared_fails() {
    let mut runner = Runner::new();
    runner.write("api.yaml", "openapi: [\n");
    let (outputs, text) = runner.compare();
    assert_eq!(&*outputs["status"], "error", "{text}");
    assert!(text.contains("error: api.yaml:"), "{text}");
    assert_eq!(runner.run("result.sh").0, 1);
    runner.write("api.yaml", &OLD.replace("/b: {get: {}}", "/b: {$ref: 'absent.yaml'}"));
    runner.set("FAIL_ON", "none");
    assert_eq!(&*runner.compare().0["status"], "incomplete");
    assert_eq!(runner.run("result.sh").0, 1);
    runner.set("ALLOW_INCOMPLETE", "true");
    assert_eq!(&*runner.compare().0["status"], "passes");
    runner.set("FAIL_ON", "none --output=/dev/null");
    assert_eq!(&*runner.compare().0["status"], "error", "one argument, whatever is in it");
}

/// Values of a workflow and texts of a document that would be commands of a shell or of a workflow.
#[test]
fn no_value_becomes_a_command() {
    let mut runner = Runner::new();
    let hostile = "--x $(touch pwned) `touch pwned`; touch pwned -->.yaml";
    runner.commit(hostile, OLD);
    let base = runner.git(&["rev-parse", "HEAD"]);
    runner.set("BASE_SHA", base.trim());
    runner.set("DOCUMENT", hostile);
    runner.write(
        hostile,
        &OLD.replace("title: T", "title: \"$(touch pwned)\\n::error::x\\n##[error]x\\n@everyone\""),
    );
    let (outputs, text) = runner.compare();
    assert_eq!(&*outputs["worst"], "docs", "{text}");
    assert_eq!(runner.run("comment.sh").0, 0);
    let body = fs::read_to_string(runner.path("temp/openapi-drift/comment.md")).unwrap();
    let marker = body.lines().next().unwrap();
    let key = marker.strip_prefix("<!-- openapi-drift ").and_then(|rest| rest.strip_suffix(" -->")).unwrap();
    assert!(key.len() == 16 && key.bytes().all(|byte| byte.is_ascii_hexdigit()), "{marker}");
    // A parser that quotes the document.
    runner.write(hostile, "openapi: 3.0.3\n\"::add-mask::x\\n::error::x\": [\n");
    let (_, text) = runner.compare();
    for line in text.lines() {
        let line = line.trim_start();
        let is_own = ["::error ", "::warning ", "::notice "].iter().any(|own| line.starts_with(own));
        assert!(!line.starts_with("::") || is_own, "{line}");
    }
    let outputs = fs::read_to_string(runner.path("output")).unwrap();
    assert!(outputs.lines().all(|line| line.contains('=')), "{outputs}");
    assert!(!runner.path("repository/pwned").exists() && !Path::new("pwned").exists());
}
