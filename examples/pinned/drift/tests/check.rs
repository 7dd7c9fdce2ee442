//! The check as people and CI run it: the binary on documents, and the steps of the workflow against a server.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_nd8-pinned-drift");
const LIST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../api-operations.txt");

/// A change of the document, and the expected output of the check.
struct Case {
    name: &'static str,
    change: fn(&mut Value),
    status: i32,
    expected: &'static [&'static str],
}

const CASES: &[Case] = &[
    Case {
        name: "nothing changed",
        change: |_| {},
        status: 0,
        expected: &["wire: no change", "nd8 0.1.0+api.1.1.0 is built from the published document"],
    },
    Case {
        name: "an operation that nobody here uses is gone",
        change: |it| drop(it["paths"].as_object_mut().expect("an object").remove("/refunds/")),
        status: 0,
        expected: &["wire: no change", "nd8 0.2.0+api.1.2.0 would follow", "wire breaking, Rust major"],
    },
    Case {
        name: "an operation that is used is gone",
        change: |it| drop(it["paths"].as_object_mut().expect("an object").remove("/transactions/{id}/")),
        status: 1,
        expected: &["breaking: 1", "operation GET /transactions/{id}/: the path was removed"],
    },
    Case {
        name: "an optional field of a response is gone",
        change: |it| {
            let fields = &mut it["components"]["schemas"]["Transaction"]["properties"];
            drop(fields.as_object_mut().expect("an object").remove("amount"));
        },
        status: 0,
        expected: &["dangerous: 1", "the property `amount` was removed", "Rust major"],
    },
    Case {
        name: "a field of a response has another type",
        change: |it| {
            it["components"]["schemas"]["Transaction"]["properties"]["amount"] =
                json!({"type": "array", "items": {}});
        },
        status: 1,
        expected: &["breaking: 1", "Transaction.amount"],
    },
    Case {
        name: "the server moved, which concerns each operation",
        change: |it| it["servers"][0]["url"] = json!("https://api.other.example/v2"),
        status: 1,
        expected: &["[server-changed ", "would follow"],
    },
    Case {
        name: "texts only",
        change: |it| it["paths"]["/transactions/{id}/"]["get"]["summary"] = json!("Another text"),
        status: 0,
        expected: &[
            "wire: no change",
            "changes of descriptions and examples, not listed: 2",
            "nd8 0.1.1+api.1.2.0 would follow",
        ],
    },
    Case {
        name: "a document that yields no Rust",
        change: |it| {
            it["components"]["schemas"]["Transaction"] = json!({ "$ref": "#/components/schemas/Gone" })
        },
        status: 1,
        expected: &["would follow", "no Rust yet: "],
    },
];

fn run(published: &Path, list: &str) -> Output {
    Command::new(BINARY).arg(published).arg(list).output().expect("can be run")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("is text")
}

#[test]
fn a_change_fails_only_the_crates_that_it_breaks() {
    let folder = tempfile::tempdir().expect("can be made");
    for Case { name, change, status, expected } in CASES {
        let mut document: Value = serde_json::from_slice(nd8::API.document()).expect("is JSON");
        change(&mut document);
        if serde_json::from_slice::<Value>(nd8::API.document()).expect("is JSON") != document {
            document["info"]["version"] = json!("1.2.0");
        }
        let published = folder.path().join("published.json");
        fs::write(&published, document.to_string()).expect("can be written");
        let output = run(&published, LIST);
        let printed = text(&output.stdout);
        assert_eq!(output.status.code(), Some(*status), "{name}: {printed}{}", text(&output.stderr));
        for part in *expected {
            assert!(printed.contains(part), "{name}: `{part}` is not in\n{printed}");
        }
    }
}

#[test]
fn a_part_that_could_not_be_read_is_no_pass() {
    let mut document: Value = serde_json::from_slice(nd8::API.document()).expect("is JSON");
    document["info"]["version"] = json!("1.2.0");
    document["components"]["schemas"]["Elsewhere"] = json!({"$ref": "other.json#/Elsewhere"});
    let folder = tempfile::tempdir().expect("can be made");
    let published = folder.path().join("published.json");
    fs::write(&published, document.to_string()).expect("can be written");
    let output = run(&published, LIST);
    let printed = format!("{}{}", text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(2), "{printed}");
    assert!(printed.contains("other.json") && printed.contains("not compared"), "{printed}");
}

#[test]
fn what_could_not_be_compared_is_neither_a_pass_nor_a_break() {
    let folder = tempfile::tempdir().expect("can be made");
    let file = |name: &str, content: &str| {
        let path = folder.path().join(name);
        fs::write(&path, content).expect("can be written");
        path
    };
    let pinned = file("pinned.json", text(nd8::API.document()));
    let marked = file("marked.txt", "\u{feff}GET /transactions/{id}/\r\nGET /transactions/{id}/\r\n");
    let output = run(&pinned, marked.to_str().expect("is text"));
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let bare = r#"{"openapi": "3.0.3", "info": {"title": "ND8 API", "version": "2"}, "paths": {}}"#;
    let alien =
        r#"{"openapi": "3.0.3", "info": {"title": "Pets", "version": "1"}, "paths": {"/pets": {"get": {}}}}"#;
    for (published, list, expected) in [
        (file("page.html", "<!DOCTYPE html><html></html>"), LIST.into(), "page.html:1:1: this is a web page"),
        (file("empty.json", ""), LIST.into(), "empty.json"),
        (file("bare.json", bare), LIST.into(), "has no operation, so nothing"),
        (file("alien.json", alien), LIST.into(), "describes another API"),
        (folder.path().join("absent.json"), LIST.into(), "cannot read"),
        (pinned.clone(), folder.path().join("absent.txt"), "cannot read"),
        (pinned.clone(), file("none.txt", "# none yet\n"), "lists no operation"),
        (pinned.clone(), file("wrong.txt", "GET /refunds/\n\nGET /refund/\n"), "wrong.txt:3: nd8 0.1.0"),
        (pinned, file("half.txt", "/refunds/"), "half.txt:1:"),
    ] {
        let output = run(&published, list.to_str().expect("is text"));
        let printed = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{expected}: {printed}");
        assert!(
            printed.starts_with("error: ") && printed.contains(expected),
            "`{expected}` is not in {printed}"
        );
    }
    let output = Command::new(BINARY).output().expect("can be run");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("expected two arguments"));
}

/// Runs a script as GitHub does, in a folder with the list, with this binary in place of `cargo run`.
fn shell(script: &str, folder: &Path, url: &str) -> Option<Output> {
    let cargo = format!(
        "#!/bin/sh\n[ \"$1 $2 $3 $4 $5\" = 'run --locked --package nd8-pinned-drift --' ] || exit 9\nshift 5\nexec '{BINARY}' \"$@\"\n"
    );
    let tools = folder.join("tools");
    fs::create_dir_all(&tools).expect("can be made");
    fs::write(tools.join("cargo"), cargo).expect("can be written");
    let script = format!("chmod +x tools/cargo\nexport PATH=\"$PWD/tools:$PATH\"\n{script}");
    match Command::new("bash")
        .args(["--noprofile", "--norc", "-e", "-c", &script])
        .current_dir(folder)
        .env("DOCUMENT_URL", url)
        .env("GITHUB_STEP_SUMMARY", folder.join("summary.md"))
        .output()
    {
        Ok(output) => Some(output),
        Err(error) => {
            println!("skipped: bash cannot be run: {error}");
            None
        }
    }
}

/// Returns the scripts of the workflow's named steps.
fn steps() -> Vec<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../.github/workflows/api-drift.yml");
    let text = fs::read(path).expect("is there");
    let source = openapi_source::Source::parse("api-drift.yml", text).expect("is YAML");
    let workflow: Value = serde_json::from_str(&source.to_json()).expect("is JSON");
    let steps = workflow["jobs"]["compare"]["steps"].as_array().expect("a list");
    let named = steps.iter().filter(|step| step["name"].is_string());
    named.map(|step| step["run"].as_str().expect("a script").to_owned()).collect()
}

/// Returns the commands of the guide that use the published document.
fn guide() -> String {
    let guide = include_str!("../../../../docs/pinning.md");
    let blocks = guide.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap_or_default());
    let block = blocks.filter(|block| block.contains("published.json")).collect::<String>();
    assert!(block.contains("curl") && block.contains("nd8-pinned-drift"), "{block}");
    block
}

fn has_curl() -> bool {
    let found = Command::new("curl").arg("--version").output().is_ok_and(|output| output.status.success());
    if !found {
        println!("skipped: curl is not installed");
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn the_workflow_and_the_guide_run() {
    if !has_curl() {
        return;
    }
    let sandbox = nd8_sandbox::Sandbox::start().await.expect("starts");
    let origin = sandbox.base_url().trim_end_matches("/api").to_owned();
    let url = format!("{origin}/_sandbox/openapi.json");
    for script in [steps().join("\n"), guide()] {
        let folder = tempfile::tempdir().expect("can be made");
        fs::copy(LIST, folder.path().join("api-operations.txt")).expect("can be copied");
        // What the sandbox serves is narrower than the reference, which the comparison calls breaking.
        let Some(output) = shell(&script, folder.path(), &url) else { return };
        let printed = text(&output.stdout);
        assert_eq!(output.status.code(), Some(1), "{script}: {printed}{}", text(&output.stderr));
        assert!(printed.contains("wire: breaking") && printed.contains("would follow"), "{printed}");
    }

    let folder = tempfile::tempdir().expect("can be made");
    fs::copy(LIST, folder.path().join("api-operations.txt")).expect("can be copied");
    if let Some(output) = shell(&steps().join("\n"), folder.path(), &format!("{origin}/_sandbox/gone")) {
        assert!(!output.status.success());
        assert!(!folder.path().join("summary.md").exists(), "nothing was compared");
    }
}
