//! Compares the dependencies that the README names with those of this crate.

use std::path::Path;

/// Reads a file of the repository.
fn read(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    std::fs::read_to_string(root.join(path)).expect("is there")
}

/// Finds the version in a line such as `name = "1"` or `name = { version = "1", … }`.
fn version(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once(" = ")?;
    let value = value.strip_prefix("{ version = ").unwrap_or(value).strip_prefix('"')?;
    Some((name, value.split('"').next()?.trim_start_matches('=')))
}

#[test]
fn the_dependencies_of_the_readme_are_those_of_the_crate() {
    let (readme, manifest) = (read("README.md"), read("Cargo.toml"));
    let (_, snippet) = readme.split_once("```toml\n[dependencies]\n").expect("has the snippet");
    let (snippet, _) = snippet.split_once("```").expect("ends");
    let mut names = Vec::new();
    for (name, promised) in snippet.lines().filter_map(version) {
        let own = manifest.lines().find_map(|line| line.strip_prefix("version = ")).expect("has a version");
        let built = match name {
            "nd8" => own.trim_matches('"'),
            _ => {
                let mut lines = manifest.lines().filter_map(version);
                lines.find(|(it, _)| *it == name).unwrap_or_else(|| panic!("{name} is no dependency")).1
            }
        };
        assert!(built.starts_with(&format!("{promised}.")), "{name} {promised} is built as {built}");
        names.push(name);
    }
    assert_eq!(names, ["nd8", "tokio", "futures-util", "serde_json"]);
}

/// Types of other crates that appear in signatures need no dependency.
#[test]
fn what_appears_in_signatures_is_re_exported() {
    let _: nd8::http::Method = nd8::http::Method::GET;
    let _: Option<nd8::jiff::Timestamp> = None;
    let _: nd8::uuid::Uuid = nd8::uuid::Uuid::nil();
    let secret = nd8::SecretString::from("k");
    let _: fn(nd8::Builder<nd8::Client>, nd8::reqwest::Client) -> nd8::Builder<nd8::Client> =
        nd8::Builder::http_client;
    let client = nd8::Client::builder(secret).base_url("http://127.0.0.1:9/api").build().expect("is fine");
    let call = client.refunds().list().created_from(nd8::jiff::Timestamp::UNIX_EPOCH);
    assert!(!format!("{call:?}").is_empty());
}
