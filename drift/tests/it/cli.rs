//! Program: what can be compared, where reports go, and the exit status.

use std::path::Path;

use snapbox::cmd::{Command, cargo_bin};
use tempfile::TempDir;

const OLD: &str =
    "openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths:\n  /a: {get: {}}\n  /b: {get: {}}\n";

fn new() -> String {
    OLD.replace("'1'", "'2'").replace("  /b: {get: {}}\n", "")
}

struct Place(TempDir);

impl Place {
    /// A folder with `old.yaml`, and with `new.yaml`, in which an operation is gone.
    fn new() -> Self {
        let place = Self(tempfile::tempdir().expect("writable"));
        place.write("old.yaml", OLD);
        place.write("new.yaml", &new());
        place
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, path: &str, content: &str) {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().expect("has one")).expect("writable");
        std::fs::write(path, content).expect("writable");
    }

    fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path().join(path)).expect("readable")
    }

    fn command(&self) -> Command {
        Command::new(cargo_bin!("openapi-drift")).current_dir(self.path()).env_remove("CLICOLOR_FORCE")
    }

    /// Status, output and errors of a command.
    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let output = self.command().args(arguments).output().expect("runs");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("is text");
        (output.status.code().expect("ends"), text(output.stdout), text(output.stderr))
    }
}

#[test]
fn the_status_reports_what_was_found() {
    let place = Place::new();
    place.write("broken.yaml", "openapi: [");
    place.write("added.yaml", &OLD.replace("'1'", "'2'").replace("  /a:", "  /c: {get: {}}\n  /a:"));
    for (old, new, fail_on, status) in [
        ("old.yaml", "new.yaml", "breaking", 1),
        ("old.yaml", "new.yaml", "none", 0),
        ("old.yaml", "added.yaml", "breaking", 0),
        ("old.yaml", "added.yaml", "any", 1),
        ("old.yaml", "old.yaml", "any", 0),
        ("old.yaml", "gone.yaml", "none", 2),
        ("old.yaml", "broken.yaml", "none", 2),
        ("old.yaml", "new.yaml", "nonsense", 2),
        ("-", "-", "none", 2),
        ("old.yaml", ".", "none", 2),
        ("git:--help:x", "new.yaml", "none", 2),
        ("git:HEAD", "new.yaml", "none", 2),
    ] {
        let (found, _, errors) = place.run(&["diff", old, new, "--fail-on", fail_on]);
        assert_eq!(found, status, "{old} {new} {fail_on}: {errors}");
        assert_eq!(errors.starts_with("error: "), status == 2, "{errors}");
    }
}

#[test]
fn every_format_is_written_to_a_file_as_to_the_terminal() {
    let place = Place::new();
    for format in ["text", "json", "markdown", "html", "sarif", "github", "junit"] {
        let arguments = ["diff", "old.yaml", "new.yaml", "--format", format, "--fail-on", "none"];
        let (_, printed, _) = place.run(&arguments);
        assert!(printed.contains("wire: breaking"), "{format}: {printed}");
        let (status, sum, _) = place.run(&[&arguments[..], &["--output", "report"]].concat());
        assert_eq!((status, sum.as_str()), (0, "wire: breaking · version: 1 note\n"));
        assert_eq!(place.read("report"), printed, "{format}");
    }
    let (status, _, errors) = place.run(&["diff", "old.yaml", "new.yaml", "--summary", "--format", "html"]);
    assert_eq!((status, errors.contains("--summary goes with")), (2, true), "{errors}");
    let (_, summary, _) = place.run(&["diff", "old.yaml", "new.yaml", "--summary"]);
    assert!(!summary.contains("/b") && summary.contains("breaking "), "{summary}");
}

#[test]
fn standard_input_is_a_document() {
    let place = Place::new();
    let command = place.command().args(["diff", "old.yaml", "-"]).stdin(new());
    let output = command.output().expect("runs");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).contains("comparing  old.yaml (1) → - (2)"));
}

#[test]
fn folders_are_compared_document_by_document() {
    let place = Place::new();
    for (path, content) in [
        ("old/shop/api.yaml", OLD.to_owned()),
        ("new/shop/api.yaml", new()),
        ("old/gone.yaml", OLD.to_owned()),
        (
            "new/come.json",
            r#"{"openapi": "3.0.3", "info": {"title": "C", "version": "1"}, "paths": {"/c": {"get": {}}}}"#
                .to_owned(),
        ),
        // No documents: parts of one, and something else.
        ("new/shop/parts.yaml", "Pet: {type: object}\n".to_owned()),
        ("new/values.yaml", "a: 1\n---\nb: 2\n".to_owned()),
        ("new/.hidden/api.yaml", OLD.to_owned()),
    ] {
        place.write(path, &content);
    }
    let (status, text, errors) = place.run(&["diff", "old", "new", "--format", "json", "--no-config"]);
    assert_eq!(status, 1, "{errors}");
    let report: serde_json::Value = serde_json::from_str(&text).expect("is JSON");
    let names: Vec<&str> = report["documents"]
        .as_array()
        .expect("is a list")
        .iter()
        .filter_map(|it| it["new"]["name"].as_str())
        .collect();
    assert_eq!(names, ["new/come.json", "new/gone.yaml (absent)", "new/shop/api.yaml"]);
    let found: Vec<(u64, &str, &str)> = report["findings"]
        .as_array()
        .expect("is a list")
        .iter()
        .filter(|it| it["section"] == "paths")
        .map(|it| {
            let name = it["subject"]["name"].as_str().expect("is text");
            (it["document"].as_u64().expect("is a number"), it["severity"].as_str().expect("is text"), name)
        })
        .collect();
    assert_eq!(
        found,
        [
            (0, "safe", "GET /c"),
            (1, "breaking", "GET /a"),
            (1, "breaking", "GET /b"),
            (2, "breaking", "GET /b")
        ]
    );
    for (format, mark) in
        [("text", "comparing  3 documents"), ("html", "3 documents"), ("markdown", "3 documents")]
    {
        let (_, text, _) = place.run(&["diff", "old", "new", "--format", format]);
        assert!(text.contains(mark), "{text}");
    }
    place.write("new/shop/bad.yaml", "openapi: [\n");
    let (status, _, errors) = place.run(&["diff", "old", "new"]);
    assert_eq!((status, errors.contains("new/shop/bad.yaml:")), (2, true), "{errors}");
}

#[test]
fn commits_have_documents_and_folders() {
    if std::process::Command::new("git").arg("--version").output().is_err() {
        println!("skipped: git is not installed");
        return;
    }
    let place = Place::new();
    let git = |arguments: &[&str]| {
        let identity = ["-c", "user.name=T", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"];
        let mut command = std::process::Command::new("git");
        let command = command.args(identity).args(arguments).current_dir(place.path());
        assert!(command.env("GIT_CONFIG_GLOBAL", "/dev/null").status().expect("git runs").success());
    };
    place.write("api/shop.yaml", OLD);
    git(&["init", "--quiet"]);
    git(&["add", "api"]);
    git(&["commit", "--quiet", "--message", "x"]);
    place.write("api/shop.yaml", &new());
    for (old, new) in
        [("git:HEAD:api/shop.yaml", "api/shop.yaml"), ("git:HEAD:api", "api"), ("git:HEAD:", ".")]
    {
        std::fs::remove_file(place.path().join("old.yaml")).ok();
        std::fs::remove_file(place.path().join("new.yaml")).ok();
        let (status, text, errors) = place.run(&["diff", old, new, "--format", "github"]);
        assert_eq!(status, 1, "{errors}");
        // What is gone is only in the commit, which annotations cannot show.
        assert!(text.contains("::error title=breaking api-path-removed-without-deprecation::"), "{text}");
    }
    let (status, _, errors) = place.run(&["diff", "git:HEAD:nowhere", "api"]);
    assert_eq!((status, errors.starts_with("error: git has no nowhere in `HEAD`")), (2, true), "{errors}");
}

#[test]
fn decisions_are_recorded_applied_and_run_out() {
    let place = Place::new();
    let (_, text, _) = place.run(&["diff", "old.yaml", "new.yaml"]);
    // As a person would copy it.
    let found = text.split_once("[api-path-removed-without-deprecation ").expect("is there").1;
    let fingerprint = &found[..16];
    let accept = |rule: &str, fingerprint: &str, until: &str| {
        let arguments =
            ["accept", rule, fingerprint, "--reason", "agreed", "--until", until, "--today", "2026-06-01"];
        place.run(&arguments)
    };
    let rule = "api-path-removed-without-deprecation";
    for (rule, fingerprint, until, problem) in [
        ("no-such-rule", fingerprint, "2026-06-30", "there is no rule `no-such-rule`"),
        (rule, "x", "2026-06-30", "a fingerprint has 16 digits"),
        (rule, fingerprint, "2026-05-31", "2026-05-31 is over"),
    ] {
        let (status, _, errors) = accept(rule, fingerprint, until);
        assert_eq!((status, errors.contains(problem)), (2, true), "{errors}");
    }
    assert!(!place.path().join("openapi-drift.toml").exists());
    assert_eq!(accept(rule, fingerprint, "2026-06-30").0, 0);
    let diff = |more: &[&str]| {
        place.run(&[&["diff", "old.yaml", "new.yaml", "--today", "2026-06-30"], more].concat())
    };
    let (status, text, _) = diff(&[]);
    assert_eq!(
        (status, text.ends_with("wire: breaking (1 accepted) · version: 1 note\n")),
        (0, true),
        "{text}"
    );
    assert_eq!(diff(&["--no-config"]).0, 1);
    let (status, _, errors) = place.run(&["diff", "old.yaml", "new.yaml", "--today", "2026-07-01"]);
    assert_eq!((status, errors.contains("was accepted until 2026-06-30")), (1, true), "{errors}");
    let (status, _, errors) = place.run(&["diff", "old.yaml", "old.yaml", "--today", "2026-06-30"]);
    assert_eq!((status, errors.contains("matches nothing; remove it")), (1, true), "{errors}");
    place.write("openapi-drift.toml", "[severities]\nno-such-rule = \"safe\"\n");
    let (status, _, errors) = diff(&[]);
    assert_eq!((status, errors.contains("no rule `no-such-rule`")), (2, true), "{errors}");
    assert_eq!(diff(&["--config", "nowhere.toml"]).0, 2, "a file that was named has to be there");
}

#[test]
fn rules_are_listed_and_explained() {
    let place = Place::new();
    let (_, text, _) = place.run(&["rules"]);
    assert_eq!(text.lines().count(), openapi_drift::Rule::all().len());
    assert!(text.contains("safe       endpoint-added\n"), "{text}");
    let (status, text, _) = place.run(&["explain", "endpoint-added"]);
    assert_eq!((status, text.starts_with("endpoint-added: safe\n\n")), (0, true), "{text}");
    let (status, _, errors) = place.run(&["explain", "endpoint-addde"]);
    assert_eq!((status, errors.contains("did you mean `endpoint-added`?")), (2, true), "{errors}");
}

/// A document whose only path is in another file.
fn split(reference: &str) -> String {
    format!(
        "openapi: 3.0.3\ninfo: {{title: T, version: '1'}}\npaths:\n  /a: {{$ref: '{reference}'}}\n  /b: {{get: {{}}}}\n"
    )
}

#[test]
fn what_was_not_compared_is_reported_and_fails_unless_it_is_allowed() {
    let place = Place::new();
    place.write("api/whole.yaml", &split("paths/a.yaml"));
    place.write("api/paths/a.yaml", "get: {}\n");
    place.write("api/absent.yaml", &split("paths/absent.yaml"));
    place.write("api/address.yaml", &split("https://example.com/a.yaml"));
    place.write("api/out.yaml", &split("../../../../../../../../etc/passwd"));
    place.write("api/breaks.yaml", &split("paths/absent.yaml").replace("/b:", "/c:"));
    for (name, plain, allowed) in [
        ("whole", 0, 0),
        ("absent", 2, 0),
        ("address", 2, 0),
        ("out", 2, 0),
        // That something breaks is more than that something is not known.
        ("breaks", 1, 1),
    ] {
        let path = format!("api/{name}.yaml");
        let old = if name == "breaks" { "api/absent.yaml" } else { &path };
        let arguments = ["diff", old, &path];
        let (status, text, errors) = place.run(&arguments);
        assert_eq!(status, plain, "{name}: {text}{errors}");
        assert_eq!(text.contains("incomplete: "), name != "whole", "{text}");
        assert_eq!(text.contains("not compared: "), name != "whole", "{text}");
        let (status, ..) = place.run(&[&arguments[..], &["--allow-incomplete"]].concat());
        assert_eq!(status, allowed, "{name}");
        for format in ["json", "markdown", "html", "sarif", "github", "junit"] {
            let (_, text, _) = place.run(&[&arguments[..], &["--format", format]].concat());
            let reported = text.contains("incomplete: ") && text.contains(&format!("api/{name}.yaml"));
            assert_eq!(reported, name != "whole", "{format}: {text}");
        }
    }
}

#[test]
fn a_document_may_be_in_several_files_below_a_root() {
    let place = Place::new();
    for (folder, item) in [("old", "get: {}\n"), ("new", "put: {}\n")] {
        place.write(&format!("{folder}/api.yaml"), &split("paths/a.yaml"));
        place.write(&format!("{folder}/paths/a.yaml"), item);
        place.write(&format!("{folder}/part/api.yaml"), &split("../paths/a.yaml"));
    }
    let (status, text, _) = place.run(&["diff", "old/api.yaml", "new/api.yaml"]);
    assert_eq!(status, 1);
    assert!(text.contains("old/paths/a.yaml:1:1"), "{text}");
    // As folders: the parts are no documents.
    let (status, text, _) = place.run(&["diff", "old", "new", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&text).expect("is JSON");
    assert_eq!((status, report["documents"].as_array().map(Vec::len)), (1, Some(2)), "{text}");
    // Not below the root that was named: a document reaches its own folder only.
    let (status, ..) = place.run(&["diff", "old/part/api.yaml", "old/part/api.yaml"]);
    assert_eq!(status, 0);
    let (status, text, _) = place.run(&["diff", "old/part/api.yaml", "old/part/api.yaml", "--root", "new"]);
    assert_eq!((status, text.contains("not compared: ")), (2, true), "{text}");
    #[cfg(unix)]
    {
        std::fs::remove_file(place.path().join("old/paths/a.yaml")).expect("is there");
        std::os::unix::fs::symlink("/etc/hostname", place.path().join("old/paths/a.yaml")).expect("writable");
        let (status, text, _) = place.run(&["diff", "old/api.yaml", "old/api.yaml"]);
        assert_eq!((status, text.contains("leads out of the root")), (2, true), "{text}");
    }
}

#[test]
fn notes_about_the_version_have_a_word_of_their_own() {
    let place = Place::new();
    place.write("same.yaml", &OLD.replace("title: T", "title: U"));
    for (fail_on, status) in
        [("dangerous", 0), ("process", 1), ("breaking,process", 1), ("any", 1), ("none", 0)]
    {
        let (found, text, _) = place.run(&["diff", "old.yaml", "same.yaml", "--fail-on", fail_on]);
        assert_eq!(found, status, "{fail_on}");
        assert!(text.ends_with("wire: docs · version: 1 note\n"), "{text}");
    }
}

/// Recipe of `docs/drift.md`, copied verbatim.
#[cfg(unix)]
#[test]
fn git_prints_reports_as_the_guide_describes() {
    let guide =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/drift.md")).expect("is there");
    let (_, recipe) = guide.split_once("## In `git diff`\n\n```sh\n").expect("has the recipe");
    let (recipe, _) = recipe.split_once("```").expect("ends");
    let place = Place::new();
    let programs = cargo_bin!("openapi-drift").parent().expect("has one").display().to_string();
    let shell = |script: &str| {
        let script = format!("PATH='{programs}':$PATH\n{script}");
        let mut command = std::process::Command::new("sh");
        command.args(["-ec", &script]).current_dir(place.path());
        let output =
            command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_PAGER", "cat").output().expect("runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("is text")
    };
    let commit = "git add --all && git -c user.name=T -c user.email=t@example.com -c commit.gpgsign=false commit --quiet --message x";
    place.write("openapi.yaml", OLD);
    place.write("other.yaml", OLD);
    shell(&format!("git init --quiet\n{recipe}{commit}"));
    place.write("openapi.yaml", &new());
    place.write("other.yaml", &new());
    let text = shell("git diff");
    assert!(text.contains("[api-path-removed-without-deprecation "), "{text}");
    assert!(text.contains("diff --git a/other.yaml") && text.contains("-  /b: {get: {}}"), "{text}");
    let text = shell("git log --patch --ext-diff");
    assert!(text.contains("openapi.yaml was added or removed"), "{text}");
    place.write("openapi.yaml", "openapi: [");
    shell("git diff openapi.yaml");
}
