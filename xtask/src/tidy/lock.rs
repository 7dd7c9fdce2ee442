//! `openapi/nd8.lock.toml` names exactly the documents that are there.

use anyhow::Result;
use sha2::{Digest as _, Sha256};
use toml::Table;

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
    let facts = read(path).and_then(|content| facts(&content));
    let facts = match facts {
        Ok(facts) => facts,
        Err(error) => return vec![format!("[{name}]: {path}: {error:#}")],
    };
    let mut found = Vec::new();
    let mut compare = |key: &str, locked: String, actual: String| {
        if locked != actual {
            found.push(format!("[{name}]: {key} is {locked:?} in the lock file and {actual:?} in {path}"));
        }
    };
    compare("sha256", text("sha256").to_owned(), facts.sha256);
    compare("sha256_canonical", text("sha256_canonical").to_owned(), facts.sha256_canonical);
    if entry.contains_key("info_version") {
        compare("info_version", text("info_version").to_owned(), facts.version);
    }
    if let Some(operations) = entry.get("operations").and_then(toml::Value::as_integer) {
        compare("operations", operations.to_string(), facts.operations.to_string());
    }
    found
}

/// What a document says of itself.
struct Facts {
    sha256: String,
    sha256_canonical: String,
    version: String,
    operations: usize,
}

fn facts(content: &str) -> Result<Facts> {
    let value: serde_json::Value = serde_json::from_str(content)?;
    let hash = |bytes: &[u8]| base16ct::lower::encode_string(&Sha256::digest(bytes));
    let methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
    let paths = value.get("paths").and_then(serde_json::Value::as_object);
    let operations = paths
        .into_iter()
        .flatten()
        .map(|(_, item)| methods.iter().filter(|it| item.get(**it).is_some()).count())
        .sum();
    Ok(Facts {
        sha256: hash(content.as_bytes()),
        sha256_canonical: hash(&serde_json_canonicalizer::to_vec(&value)?),
        version: value["info"]["version"].as_str().unwrap_or_default().to_owned(),
        operations,
    })
}

#[cfg(test)]
mod tests {
    use super::{check, facts};

    const DOCUMENT: &str = r#"{"info": {"version": "1"}, "paths": {"/a/": {"get": {}, "post": {}}}}"#;

    fn lock(version: &str, operations: usize) -> String {
        let facts = facts(DOCUMENT).expect("is JSON");
        let entry = format!(
            "path = 'x'\nsha256 = '{}'\nsha256_canonical = '{}'\ninfo_version = '{version}'\noperations = {operations}\n",
            facts.sha256, facts.sha256_canonical
        );
        format!("[document]\n{entry}[supplement]\n{entry}")
    }

    #[test]
    fn a_lock_that_tells_the_truth_passes() {
        assert_eq!(check(&lock("1", 2), &|_| Ok(DOCUMENT.to_owned())), Vec::<String>::new());
    }

    #[test]
    fn every_lie_is_found() {
        assert_eq!(check(&lock("2", 2), &|_| Ok(DOCUMENT.to_owned())).len(), 2);
        assert_eq!(check(&lock("1", 3), &|_| Ok(DOCUMENT.to_owned())).len(), 2);
        assert_eq!(
            check(&lock("1", 2), &|_| Ok(DOCUMENT.replace(' ', ""))).len(),
            2,
            "only the raw hash differs"
        );
        assert_eq!(check("", &|_| Ok(DOCUMENT.to_owned())).len(), 2);
    }
}
