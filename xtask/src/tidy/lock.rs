//! `openapi/nd8.lock.toml` names exactly the documents that are there.

use anyhow::Result;
use openapi_drift::Document;
use toml::Table;

use crate::document_info;
use crate::hash::sha256;

/// Compares versions, hashes and counts with the documents.
pub(super) fn check(lock: &str, read: &dyn Fn(&str) -> Result<String>) -> Vec<String> {
    let lock: Table = match lock.parse() {
        Ok(lock) => lock,
        Err(error) => return vec![format!("the lock file is not TOML: {error}")],
    };
    ["document", "supplement"].iter().flat_map(|name| entry(&lock, name, read)).collect()
}

fn entry(lock: &Table, name: &str, read: &dyn Fn(&str) -> Result<String>) -> Vec<String> {
    let Some(entry) = lock.get(name).and_then(toml::Value::as_table) else {
        return vec![format!("the lock file has no [{name}]")];
    };
    let text = |key: &str| entry.get(key).and_then(toml::Value::as_str).unwrap_or_default();
    let path = text("path");
    let info = read(path).and_then(|content| document_info::of(&content));
    let info = match info {
        Ok(info) => info,
        Err(error) => return vec![format!("[{name}]: {path}: {error:#}")],
    };
    let mut found = Vec::new();
    let mut compare = |key: &str, locked: String, actual: String| {
        if locked != actual {
            found.push(format!("[{name}]: {key} is {locked:?} in the lock file and {actual:?} in {path}"));
        }
    };
    compare("sha256", text("sha256").to_owned(), info.sha256);
    compare("sha256_canonical", text("sha256_canonical").to_owned(), info.sha256_canonical);
    if entry.contains_key("info_version") {
        compare("info_version", text("info_version").to_owned(), info.version);
    }
    if let Some(operations) = entry.get("operations").and_then(toml::Value::as_integer) {
        compare("operations", operations.to_string(), info.operations.to_string());
    }
    if let Some(published) = entry.get("published").and_then(toml::Value::as_str) {
        found.extend(as_published(name, [path, published], text("published_sha256"), read));
    }
    found
}

/// Reports published YAML that was changed, or whose content the document does not have.
fn as_published(
    name: &str,
    [path, published]: [&str; 2],
    hash: &str,
    read: &dyn Fn(&str) -> Result<String>,
) -> Vec<String> {
    let compared = read(published).and_then(|yaml| {
        let (actual, document) = (sha256(yaml.as_bytes()), Document::parse(published, yaml)?);
        Ok((actual == hash, document.to_json() == read(path)?))
    });
    match compared {
        Ok((true, true)) => Vec::new(),
        Ok((false, _)) => vec![format!("[{name}]: published_sha256 is not the hash of {published}")],
        Ok((true, false)) => vec![format!("[{name}]: {path} is not {published} in JSON")],
        Err(error) => vec![format!("[{name}]: {published}: {error:#}")],
    }
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::document_info;
    use crate::hash::sha256;

    const DOCUMENT: &str = r#"{"info": {"version": "1"}, "paths": {"/a/": {"get": {}, "post": {}}}}"#;

    fn lock(version: &str, operations: usize) -> String {
        let info = document_info::of(DOCUMENT).expect("is JSON");
        let entry = format!(
            "path = 'x'\nsha256 = '{}'\nsha256_canonical = '{}'\ninfo_version = '{version}'\noperations = {operations}\n",
            info.sha256, info.sha256_canonical
        );
        format!("[document]\n{entry}[supplement]\n{entry}")
    }

    #[test]
    fn a_lock_file_that_matches_passes() {
        assert_eq!(check(&lock("1", 2), &|_| Ok(DOCUMENT.to_owned())), Vec::<String>::new());
    }

    #[test]
    fn every_difference_is_reported() {
        assert_eq!(check(&lock("2", 2), &|_| Ok(DOCUMENT.to_owned())).len(), 2);
        assert_eq!(check(&lock("1", 3), &|_| Ok(DOCUMENT.to_owned())).len(), 2);
        assert_eq!(
            check(&lock("1", 2), &|_| Ok(DOCUMENT.replace(' ', ""))).len(),
            2,
            "only the raw hash differs"
        );
        assert_eq!(check("", &|_| Ok(DOCUMENT.to_owned())).len(), 2);
    }

    #[test]
    fn published_yaml_is_compared_with_both() {
        let yaml = "openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths: {}\n";
        let json = openapi_drift::Document::parse("x", yaml).expect("is a document").to_json();
        let info = document_info::of(&json).expect("is JSON");
        let lock = |hash: &str| {
            let entry = format!(
                "path = 'json'\nsha256 = '{}'\nsha256_canonical = '{}'\n",
                info.sha256, info.sha256_canonical
            );
            format!(
                "[document]\n{entry}published = 'yaml'\npublished_sha256 = '{hash}'\n[supplement]\n{entry}"
            )
        };
        let read = |path: &str| Ok(if path == "yaml" { yaml.to_owned() } else { json.clone() });
        assert_eq!(check(&lock(&sha256(yaml.as_bytes())), &read), Vec::<String>::new());
        assert_eq!(check(&lock("0"), &read), ["[document]: published_sha256 is not the hash of yaml"]);
        let other = |path: &str| Ok(if path == "yaml" { format!("{yaml}x-y: 1\n") } else { json.clone() });
        let hash = sha256(format!("{yaml}x-y: 1\n").as_bytes());
        assert_eq!(check(&lock(&hash), &other), ["[document]: json is not yaml in JSON"]);
    }
}
