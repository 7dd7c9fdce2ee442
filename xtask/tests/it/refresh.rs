//! `refresh`: its sources, its output, and the files that it writes.

use std::collections::BTreeSet;
use std::io::Write as _;

use crate::support::{Copy, Site, messages};

/// The pinned document as upstream might publish it next: one more operation under another version.
fn next(copy: &Copy) -> String {
    let operation = r#""paths": {"/ping/": {"get": {"responses": {"204": {"description": "Pong"}}}},"#;
    let document = copy.read("openapi/nd8.json");
    let next = with_version(&document.replacen("\"paths\": {", operation, 1), &copy.api_version(), "99.2.0");
    assert_ne!(next, document);
    next
}

fn with_version(document: &str, from: &str, to: &str) -> String {
    document.replacen(&format!("\"version\": \"{from}\""), &format!("\"version\": \"{to}\""), 1)
}

/// The files of the history that begin with a version.
fn history(copy: &Copy, version: &str) -> Vec<String> {
    let start = format!("openapi/history/{version}");
    let mut names: Vec<String> =
        copy.contents().into_keys().filter(|path| path.starts_with(&start)).collect();
    names.sort();
    names
}

fn refresh(copy: &Copy, from: &str, more: &[&str]) -> (Option<i32>, String, String) {
    let output = copy.xtask().args(["refresh", "--from", from]).args(more).output().expect("runs");
    let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    (output.status.code(), out, err)
}

#[test]
fn a_newer_document_changes_every_file_that_depends_on_it() {
    let copy = Copy::new();
    let (before, old, version) = (copy.contents(), copy.read("openapi/nd8.json"), copy.api_version());
    let new = next(&copy);
    let site = Site::of(new.as_str());
    let url = site.url("/openapi.json");

    let (status, printed, _) = refresh(&copy, &url, &["--dry-run"]);
    assert_eq!(status, Some(0));
    let would = printed.lines().last().unwrap_or_default();
    assert!(would.starts_with("nothing was written; it would be: openapi/nd8.json, "), "{printed}");
    assert!(!would.contains("openapi/nd8.yaml"), "it is not there, and would not be: {printed}");
    assert_eq!(copy.contents(), before, "a dry run writes nothing");

    let report = copy.path().join("report.md");
    let (status, printed, warned) = refresh(&copy, &url, &["--report", report.to_str().expect("is text")]);
    assert_eq!(status, Some(0), "{warned}");
    assert!(printed.contains("wire: safe · rust: minor · needs: 0.4.0 → 0.4.1"), "{printed}");
    let warning = format!(
        "{url}:27: GET /ping/ is not in the profile; it is called `get_ping` for now (at #/paths/~1ping~1/get)"
    );
    let todo = "name each in codegen/src/nd8/operations.rs: a derived name may change";
    let title = "warning: operations that the profile does not know: 1";
    assert!(printed.contains(&format!("\n{title}\n  to do: {todo}\n  - {warning}\n")), "{printed}");
    let markdown = copy.read("report.md");
    assert!(markdown.contains("`operation GET /ping/`"), "{markdown}");
    assert!(markdown.contains("is not in the profile; it is called `get_ping` for now"), "{markdown}");
    assert_eq!(copy.read("openapi/nd8.json"), new, "byte for byte");
    let mut entries = history(&copy, &version);
    entries.retain(|path| !before.contains_key(path));
    assert_eq!(entries.len(), 1, "{entries:?}");
    assert_eq!(copy.read(&entries[0]), old);
    assert!(copy.read("src/raw/snapshot/client.rs").contains("/ping/"));
    assert!(copy.read("openapi/surface.txt").contains("get_ping"));
    assert!(copy.read("Cargo.toml").contains("version = \"0.4.0+api.99.2.0\""));
    assert!(copy.read("Cargo.lock").contains("name = \"nd8\"\nversion = \"0.4.0+api.99.2.0\""));
    let lock = copy.read("openapi/nd8.lock.toml");
    for line in
        ["kind = \"published\"", "info_version = \"99.2.0\"", "retrieved = \"2026-12-01\"", "etag = '\""]
    {
        assert!(lock.contains(line), "{line}: {lock}");
    }
    let changed: BTreeSet<String> = copy
        .contents()
        .into_iter()
        .filter(|(path, content)| before.get(path) != Some(content))
        .map(|(path, _)| path)
        .collect();
    let wanted = [
        "Cargo.lock",
        "Cargo.toml",
        entries[0].as_str(),
        "openapi/merged.json",
        "openapi/nd8.json",
        "openapi/nd8.lock.toml",
        "openapi/surface.txt",
        "report.md",
        "sandbox/openapi/merged.json",
        "src/raw/snapshot/api.rs",
        "src/raw/snapshot/client.rs",
        "src/raw/snapshot/mocks.rs",
    ];
    assert_eq!(changed, wanted.map(ToOwned::to_owned).into());

    copy.xtask().args(["codegen", "--check"]).assert().success();

    // The next one asks whether that has changed, and the server reports that it has not.
    let (status, printed, _) = refresh(&copy, &url, &[]);
    assert_eq!(status, Some(0));
    assert!(printed.contains("the document has not changed since 2026-12-01"), "{printed}");
    assert_eq!(site.requests().last(), Some(&("/openapi.json".to_owned(), 304)));
    copy.xtask().args(["drift", "--against", &url]).assert().success();
}

#[test]
fn what_is_here_was_changed_by_hand_so_the_server_is_not_asked_whether_it_changed() {
    let copy = Copy::new();
    let site = Site::of(next(&copy));
    let url = site.url("/openapi.json");
    assert_eq!(refresh(&copy, &url, &[]).0, Some(0));
    copy.write("openapi/nd8.json", copy.read("openapi/nd8.json").replacen("Pong", "Ping", 1));
    let (status, _, warned) = refresh(&copy, &url, &[]);
    assert_eq!(status, Some(0), "{warned}");
    assert_eq!(site.requests().last(), Some(&("/openapi.json".to_owned(), 200)));
    assert!(copy.read("openapi/nd8.json").contains("Pong"));
}

#[test]
fn other_content_under_the_same_version_is_reported_first() {
    let copy = Copy::new();
    let version = copy.api_version();
    copy.write("next.json", with_version(&next(&copy), "99.2.0", &version));
    let (status, printed, warned) =
        refresh(&copy, copy.path().join("next.json").to_str().expect("is text"), &["--dry-run"]);
    assert_eq!(status, Some(0), "{warned}");
    let first = printed.lines().next().unwrap_or_default();
    assert_eq!(first, format!("The content changed though info.version did not: it is {version} in both."));
}

#[test]
fn a_change_without_a_finding_is_reported_first_too() {
    let copy = Copy::new();
    let version = copy.api_version();
    let next = copy.read("openapi/nd8.json").replacen('{', "{\"x-note\": \"another\",", 1);
    copy.write("next.json", next);
    let next = copy.path().join("next.json");
    let next = next.to_str().expect("is text");
    let (status, printed, warned) = refresh(&copy, next, &["--dry-run"]);
    assert_eq!(status, Some(0), "{warned}");
    let changed = format!("The content changed though info.version did not: it is {version} in both.");
    assert_eq!(printed.lines().next(), Some(&*changed));
    let drift = copy.xtask().args(["drift", "--against", next]).output().expect("runs");
    let drift = String::from_utf8_lossy(&drift.stdout).into_owned();
    assert_eq!(drift.lines().next(), Some(&*changed), "{drift}");
    let would = printed.lines().last().unwrap_or_default();
    assert!(would.contains("src/raw/snapshot/api.rs"), "the hash is part of it: {printed}");
    assert!(!would.contains("src/raw/snapshot/types.rs"), "{printed}");
}

#[test]
fn yaml_is_stored_unchanged_and_built_as_json() {
    let copy = Copy::new();
    // YAML 1.2 takes JSON; what makes it YAML here is the comment before it.
    let yaml = format!("# As published.\n{}", next(&copy));
    let site = Site::start([("/docs/openapi.yaml".to_owned(), yaml.clone().into_bytes())].into(), None);
    let (status, _, warned) = refresh(&copy, &site.url("/docs/openapi.yaml"), &[]);
    assert_eq!(status, Some(0), "{warned}");
    assert_eq!(copy.read("openapi/nd8.yaml"), yaml, "byte for byte");
    let json: serde_json::Value = serde_json::from_str(&copy.read("openapi/nd8.json")).expect("is JSON");
    assert_eq!(json, serde_json::from_str::<serde_json::Value>(&next(&copy_of_before())).expect("is JSON"));
    assert!(copy.read("openapi/nd8.lock.toml").contains("published = \"openapi/nd8.yaml\""));

    // Upstream changes its mind: the YAML goes.
    site.put("/docs/openapi.yaml", serde_json::to_string(&json).expect("is JSON"));
    let (status, printed, warned) =
        refresh(&copy, &site.url("/docs/openapi.yaml"), &["--today", "2026-12-02"]);
    assert_eq!(status, Some(0), "{warned}");
    assert!(printed.contains("the document differs in layout only"), "{printed}");
    assert!(!copy.path().join("openapi/nd8.yaml").exists());
    assert!(!copy.read("openapi/nd8.lock.toml").contains("nd8.yaml"));
    copy.xtask().args(["codegen", "--check"]).assert().success();
}

fn copy_of_before() -> Copy {
    Copy::new()
}

#[test]
fn openapi_3_1_is_taken() {
    let copy = Copy::new();
    copy.write("next.json", next(&copy).replacen("\"3.0.3\"", "\"3.1.0\"", 1));
    let next = copy.path().join("next.json");
    let (status, printed, warned) = refresh(&copy, next.to_str().expect("is text"), &[]);
    assert_eq!(status, Some(0), "{warned}");
    assert!(printed.contains("wire: safe · rust: minor · needs: 0.4.0 → 0.4.1"), "{printed}");
    let merged: serde_json::Value = serde_json::from_str(&copy.read("openapi/merged.json")).expect("is JSON");
    assert_eq!(merged["openapi"], "3.0.3", "what is derived is lowered");
    copy.xtask().args(["codegen", "--check"]).assert().success();
}

#[test]
fn what_cannot_be_used_changes_nothing() {
    let copy = Copy::new();
    let version = |version: &str| copy.read("openapi/nd8.json").replacen("\"3.0.3\"", version, 1);
    let dangling = next(&copy).replacen("#/components/schemas/Refund\"", "#/components/schemas/Gone\"", 1);
    let site = Site::of("");
    site.redirect("/loop", "/loop");
    site.redirect("/file", "file:///etc/hostname");
    site.redirect("/password", "http://somebody:word@127.0.0.1/");
    for (path, content, problem) in [
        ("/openapi.json", version("\"3.3.0\""), "OpenAPI `3.3.0` is not read, only 3.0, 3.1 and 3.2"),
        ("/openapi.json", dangling, "`$ref` resolves to nothing: `#/components/schemas/Gone`"),
        ("/openapi.json", "{\"openapi\": \"3.0.3\",".to_owned(), "/openapi.json:1:"),
        ("/openapi.json", "{\"swagger\": \"2.0\"}".to_owned(), "Swagger 2.0 is not read"),
        (
            "/openapi.json",
            "{\"openapi\": \"3.0.3\", \"x\": \"".to_owned() + &"x".repeat(65 << 20) + "\"}",
            "is longer than 67108864 bytes",
        ),
        ("/gone.json", String::new(), "/gone.json returned status 404"),
        ("/loop", String::new(), "more than 5 redirects"),
        ("/file", String::new(), "`file:` is neither http nor https"),
        ("/password", String::new(), "an address with a user or a password in it"),
    ] {
        site.put("/openapi.json", content);
        let before = copy.contents();
        let (status, _, printed) = refresh(&copy, &site.url(path), &[]);
        assert_eq!(status, Some(2), "{printed}");
        assert!(printed.contains(problem), "{problem}: {printed}");
        assert_eq!(copy.contents(), before);
    }
}

#[test]
fn a_document_without_an_operation_of_a_table_is_reported_and_not_taken() {
    let copy = Copy::new();
    let mut document: serde_json::Value =
        serde_json::from_str(&copy.read("openapi/nd8.json")).expect("is JSON");
    let paths = document["paths"].as_object_mut().expect("is a map");
    paths.remove("/refunds/").expect("is there");
    copy.write("next.json", document.to_string());
    let (before, report) = (copy.contents(), tempfile::NamedTempFile::new().expect("writable"));
    let more = ["--report", report.path().to_str().expect("is text")];
    let next = copy.path().join("next.json");
    let (status, printed, warned) = refresh(&copy, next.to_str().expect("is text"), &more);
    assert_eq!(status, Some(2));
    let lacks = "`refunds().list()` needs the operation GET /refunds/, which this document does not have";
    assert!(printed.contains(&format!("to do  {lacks}")), "{printed}");
    let stale = "to do  the overlay's entry for `list_refunds` matches nothing in the document\n";
    assert_eq!(printed.matches(stale).count(), 1, "{printed}");
    let sum = "wire: breaking · rust: major · needs: 0.4.0 → 0.5.0 · version: 2 notes\n";
    assert!(printed.ends_with(sum), "{printed}");
    assert!(warned.contains("the client cannot be generated from it, so nothing is written"), "{warned}");
    assert!(warned.contains("openapi/overlay.json:"), "each with its place: {warned}");
    assert!(std::fs::read_to_string(report.path()).expect("is there").contains(&format!("- [ ] {lacks}")));
    assert_eq!(copy.contents(), before);
}

#[test]
fn what_was_accepted_of_a_difference_goes_when_it_is_taken() {
    let copy = Copy::new();
    copy.write("next.json", next(&copy));
    let next = copy.path().join("next.json");
    let accept = |fingerprint: &str| {
        let arguments =
            ["accept", "endpoint-added", fingerprint, "--reason", "Not ours", "--until", "2027-01-01"];
        copy.xtask().args(arguments).assert().success();
    };
    let output = copy.xtask().args(["diff", "openapi/nd8.json", "--no-rust", "--format", "json"]).arg(&next);
    let output = output.output().expect("runs").stdout;
    let report: serde_json::Value = serde_json::from_slice(&output).expect("is JSON");
    let mut findings = report["findings"].as_array().expect("is a list").iter();
    let ping = findings.find(|it| it["id"] == "endpoint-added").expect("is found");
    let ping = ping["fingerprint"].as_str().expect("is text");
    accept(ping);
    accept("0123456789abcdef");
    let (status, printed, warned) = refresh(&copy, next.to_str().expect("is text"), &["--dry-run"]);
    assert_eq!(status, Some(0), "{warned}");
    assert!(printed.contains("accepted: Not ours"), "{printed}");
    assert_eq!(refresh(&copy, next.to_str().expect("is text"), &[]).0, Some(0));
    let rest = copy.read("openapi/accepted.toml");
    assert!(!rest.contains(ping) && rest.contains("0123456789abcdef"), "{rest}");
}

#[test]
fn a_file_is_bounded_like_a_download_and_may_be_gzip() {
    let copy = Copy::new();
    let long = copy.path().join("long.json");
    std::fs::File::create(&long).and_then(|file| file.set_len((64 << 20) + 1)).expect("writable");
    let long = long.to_str().expect("is text");
    for arguments in [
        &["refresh", "--from", long][..],
        &["diff", "openapi/nd8.json", long, "--no-rust"],
        &["drift", "--no-rust", "--against", long],
    ] {
        let assert = copy.xtask().args(arguments).assert().code(2);
        assert.stderr_eq(format!("error: {long} is longer than 67108864 bytes\n"));
    }
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(copy.read("openapi/nd8.json").as_bytes()).expect("memory takes all");
    copy.write("packed.json.gz", packed.finish().expect("memory takes all"));
    let packed = copy.path().join("packed.json.gz");
    let (status, printed, errors) = refresh(&copy, packed.to_str().expect("is text"), &[]);
    assert_eq!(status, Some(0), "{errors}");
    assert!(printed.contains("is the same, byte for byte"), "{printed}");
}

/// The error is one that Cargo printed, for a document with one more query parameter.
#[test]
fn a_client_that_does_not_compile_is_reported_and_nothing_is_written() {
    let copy = Copy::new();
    copy.write("next.json", next(&copy));
    let next = copy.path().join("next.json");
    let out = copy.path().join("target/refresh-check/debug/build/nd8-0/out");
    std::fs::create_dir_all(&out).expect("writable");
    let above = "impl Client {\n".to_owned() + &"    more();\n".repeat(692);
    let method = "    /// Sends a `GET` request to `/refunds/`\n    pub async fn list_refunds<'a>(\n";
    std::fs::write(out.join("client.rs"), above + method + &"        more: u8,\n".repeat(20))
        .expect("writable");
    let before = copy.contents();
    for more in [&[][..], &["--dry-run"]] {
        let calls = tempfile::tempdir().expect("writable");
        let command =
            copy.xtask().env("STUB_MESSAGES", messages("fails.json")).env("STUB_CALLS", calls.path());
        let output = command.args(["refresh", "--from"]).arg(&next).args(more).output().expect("runs");
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{errors}");
        let wanted = format!(
            "error: nothing is written: the client of {0} does not compile: 1 error\nsrc/ext/refunds.rs:232, which uses \
             generated item `Client::list_refunds`, from {0}#/paths/~1refunds~1/get\n    error[E0061]: this method",
            next.display()
        );
        assert!(errors.contains(&wanted), "{errors}");
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(printed.contains("needs: 0.4.0 → 0.4.1"), "the report is printed all the same: {printed}");
        let call = |name: &str| std::fs::read_to_string(calls.path().join(name)).expect("was called");
        assert_eq!(call("document"), copy.read("next.json"), "the candidate is compiled, not what is here");
        assert!(call("arguments").starts_with("check --package=nd8 --lib "), "{}", call("arguments"));
        assert_eq!(copy.contents(), before);
    }
}

#[test]
fn generation_names_the_document_that_was_given() {
    let copy = Copy::new();
    let dangling = next(&copy).replacen("#/components/schemas/Refund\"", "#/components/schemas/Gone\"", 1);
    copy.write("next.json", &dangling);
    let next = copy.path().join("next.json");
    let (status, _, errors) = refresh(&copy, next.to_str().expect("is text"), &[]);
    assert_eq!(status, Some(2));
    let line = dangling.lines().position(|line| line.contains("schemas/Gone")).expect("is there") + 1;
    let place = format!("{}:{line}: `$ref` resolves to nothing: ", next.display());
    assert!(errors.contains(&place), "{place}\n{errors}");
    assert!(!errors.contains("openapi/nd8.json"), "{errors}");
}
