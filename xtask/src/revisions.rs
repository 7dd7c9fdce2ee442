//! The documents that people name on a command line: a file, an address, a revision in `openapi/history/`, or a file of
//! a commit.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use openapi_drift::{Document, cli};

use crate::fetch::{self, Fetcher, Limits, Operations, Published};
use crate::repository::{DOCUMENT, root};

const HISTORY: &str = "openapi/history";

/// Reads the document that an argument names. A revision is a file's name in `openapi/history/`, with or without `.json`; `git:REV` is the
/// document of a commit, and `git:REV:PATH` another file of it.
///
/// # Errors
///
/// Fails if nothing has that name, or if it is not an OpenAPI document.
pub(crate) fn load(name: &str) -> Result<Document> {
    if let Some(url) = fetch::as_url(name) {
        // Of several documents behind a page, the one that is most like the pinned one is meant.
        let pinned = Operations::of(&pinned()?)?;
        return match fetch::find(&Fetcher::new(Limits::default()), &url?, None, &pinned)? {
            Published::Found(found) => Ok(Document::parse(found.name(), found.bytes)?),
            Published::NotModified => bail!("{name} responds with 304 to a request without conditions"),
        };
    }
    if let Some(revision) = name.strip_prefix("git:") {
        let (revision, path) = cli::split_revision(revision, Some(DOCUMENT))?;
        let content = cli::blob(&root(), revision, path)?;
        return Ok(Document::parse(format!("git:{revision}:{path}"), content)?);
    }
    // A file goes before a revision of the same name: the caller can always write the other form.
    if Path::new(name).is_file() {
        return file(name, Path::new(name));
    }
    // A revision is a name, not a path: it never leads out of the folder.
    let is_name = !name.is_empty() && !name.contains(['/', '\\']);
    for ending in ["", ".json", ".yaml", ".yml"] {
        let path = format!("{HISTORY}/{name}{ending}");
        if is_name && root().join(&path).is_file() {
            return file(&path, &root().join(&path));
        }
    }
    // git takes paths from the current folder; ours are from the top of the repository.
    if root().join(name).is_file() {
        return file(name, &root().join(name));
    }
    bail!("`{name}` is no file, no address, no revision of {HISTORY}/ and no `git:REV`")
}

/// Reads a file; `name` is its name in messages.
///
/// # Errors
///
/// Fails if it cannot be read, is longer than a download may be, or is not an OpenAPI document.
pub(crate) fn file(name: &str, path: &Path) -> Result<Document> {
    Ok(Document::parse(name, fetch::read_file(name, path)?)?)
}

/// Returns the document that the repository is pinned to.
///
/// # Errors
///
/// Fails like [`file()`].
pub(crate) fn pinned() -> Result<Document> {
    file(DOCUMENT, &root().join(DOCUMENT))
}

/// Returns the file name of a version in the history: the version, and a letter if the API has published that version before
/// with other content.
pub(crate) fn history_name(version: &str, existing: &[String]) -> String {
    // The version is upstream's text, and becomes a file name here.
    let allowed =
        |letter: char| if letter.is_ascii_alphanumeric() || ".-_+".contains(letter) { letter } else { '-' };
    let version: String = version.chars().map(allowed).collect();
    let version = version.trim_start_matches('.');
    let version = if version.is_empty() { "unversioned" } else { version };
    let letters: Vec<&str> = existing
        .iter()
        .filter_map(|name| name.strip_prefix(version)?.strip_suffix(".json"))
        .filter(|rest| rest.is_empty() || rest.starts_with('-'))
        .map(|rest| rest.trim_start_matches('-'))
        .collect();
    // `za` comes after `z`, so length is compared first.
    let Some(last) = letters.iter().max_by_key(|letters| (letters.len(), **letters)) else {
        return format!("{HISTORY}/{version}.json");
    };
    let next = match last.chars().next_back() {
        None => "b".to_owned(),
        Some(letter) if letter.is_ascii_lowercase() && letter != 'z' => {
            let next = char::from_u32(u32::from(letter) + 1).unwrap_or('z');
            format!("{}{next}", &last[..last.len() - 1])
        }
        Some(_) => format!("{last}a"),
    };
    format!("{HISTORY}/{version}-{next}.json")
}

/// Returns the files of the history.
///
/// # Errors
///
/// Fails if the folder cannot be read.
pub(crate) fn history() -> Result<Vec<String>> {
    let entries =
        std::fs::read_dir(root().join(HISTORY)).with_context(|| format!("cannot read {HISTORY}"))?;
    let mut names = entries
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<Result<Vec<String>>>()?;
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::history_name;

    #[test]
    fn a_version_that_was_published_twice_gets_a_letter() {
        let name = |version: &str, existing: &[&str]| {
            history_name(version, &existing.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(name("1.2.0", &["1.0.0.json", "1.2.0.1.json"]), "openapi/history/1.2.0.json");
        assert_eq!(name("1.0.0", &["1.0.0.json"]), "openapi/history/1.0.0-b.json");
        assert_eq!(name("1.1.0", &["1.0.0.json", "1.1.0-b.json"]), "openapi/history/1.1.0-c.json");
        assert_eq!(name("1", &["1-z.json"]), "openapi/history/1-za.json");
        assert_eq!(name("1", &["1-z.json", "1-za.json"]), "openapi/history/1-zb.json");
        assert_eq!(name("../../x", &[]), "openapi/history/-..-x.json");
        assert_eq!(name("", &[]), "openapi/history/unversioned.json");
    }
}
