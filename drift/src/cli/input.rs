//! The documents that a person names, and which of them are compared.

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use super::bounded::{LARGEST, read_bounded};
use super::folder::{self, Documents};
use super::git;
use crate::{Comparison, Document, Section};

/// Two documents to be compared.
#[derive(Debug)]
pub(super) struct Pair {
    pub(super) old: Document,
    pub(super) new: Document,
    /// Whether one of them was made up, since a whole document was added or removed.
    pub(super) is_whole: bool,
}

enum Input {
    One(Document),
    Folder(Documents),
}

/// Reads what a person named, and pairs it.
///
/// # Errors
///
/// If something cannot be read or is no document, or if one is a folder and the other is not.
pub(super) fn pairs(old: &str, new: &str) -> Result<Vec<Pair>> {
    if old == "-" && new == "-" {
        bail!("only one of OLD and NEW can be standard input");
    }
    match (read(old)?, read(new)?) {
        (Input::One(old), Input::One(new)) => Ok(vec![Pair { old, new, is_whole: false }]),
        (Input::Folder(ours), Input::Folder(theirs)) => matched((old, ours), (new, theirs)),
        (Input::Folder(_), Input::One(_)) => bail!("`{old}` is a folder, `{new}` is none"),
        (Input::One(_), Input::Folder(_)) => bail!("`{new}` is a folder, `{old}` is none"),
    }
}

fn read(name: &str) -> Result<Input> {
    if name == "-" {
        return Ok(Input::One(Document::parse(
            "-",
            read_bounded("standard input", io::stdin().lock(), LARGEST)?,
        )?));
    }
    let path = Path::new(name);
    // A file of this name would be meant by `./git:…`.
    if let Some(rest) = name.strip_prefix("git:") {
        let (revision, path) = git::split(rest, None)?;
        let here = Path::new(".");
        return match git::tree(here, revision, path)? {
            Some(paths) => {
                let folder = path.trim_end_matches('/');
                let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
                let read = |path: &str| git::blob(here, revision, &format!("{prefix}{path}"));
                Ok(Input::Folder(folder::documents(name, paths, read)?))
            }
            None => Ok(Input::One(Document::parse(name, git::blob(here, revision, path)?)?)),
        };
    }
    if path.is_dir() {
        return Ok(Input::Folder(folder::read(name, path)?));
    }
    let file = File::open(path).with_context(|| format!("cannot read {name}"))?;
    Ok(Input::One(Document::parse(name, read_bounded(name, file, LARGEST)?)?))
}

fn matched((old, mut ours): (&str, Documents), (new, mut theirs): (&str, Documents)) -> Result<Vec<Pair>> {
    let paths: BTreeSet<String> = ours.keys().chain(theirs.keys()).cloned().collect();
    let pair = |path: &String| {
        let absent = |folder: &str| format!("{}/{path} (absent)", folder.trim_end_matches('/'));
        match (ours.remove(path), theirs.remove(path)) {
            (Some(old), Some(new)) => Ok(Pair { old, new, is_whole: false }),
            (Some(old), None) => Ok(Pair { new: nothing(&absent(new), &old)?, old, is_whole: true }),
            (None, Some(new)) => Ok(Pair { old: nothing(&absent(old), &new)?, new, is_whole: true }),
            (None, None) => bail!("{path} is in neither folder"),
        }
    };
    paths.iter().map(pair).collect()
}

/// A document without operations, in place of one that is not there: then all operations of the other were added or removed.
fn nothing(name: &str, like: &Document) -> Result<Document> {
    let info = serde_json::json!({ "title": like.title(), "version": like.version() });
    let text = serde_json::json!({ "openapi": like.openapi(), "info": info, "paths": {} });
    Ok(Document::parse(name, text.to_string())?)
}

/// Keeps what is about operations, where one of the documents was made up: of the rest it says nothing.
pub(super) fn only_operations(comparison: &mut Comparison) {
    comparison.findings.retain(|finding| matches!(finding.section, Section::Paths | Section::Webhooks));
    comparison.same_version = false;
}
