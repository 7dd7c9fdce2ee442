//! Documents that a person names, and which of them are compared.

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use super::bounded::{LARGEST, read_bounded};
use super::folder::{self, Documents};
use super::git;
use super::root::Root;
use crate::{Comparison, Document, Section};

/// Two documents to be compared.
#[derive(Debug)]
pub(super) struct Pair {
    pub(super) old: Document,
    pub(super) new: Document,
    /// True if one of them was made up, since a whole document was added or removed.
    pub(super) is_whole: bool,
}

enum Input {
    One(Box<Document>),
    Folder(Documents),
}

/// Reads what a person named, and pairs it.
///
/// # Errors
///
/// If something cannot be read or is no document, or if one is a folder and the other is not.
pub(super) fn pairs(old: &str, new: &str, root: Option<&Path>) -> Result<Vec<Pair>> {
    let root = Root::new(root)?;
    if old == "-" && new == "-" {
        bail!("only one of OLD and NEW can be standard input");
    }
    match (read(old, &root)?, read(new, &root)?) {
        (Input::One(old), Input::One(new)) => Ok(vec![Pair { old: *old, new: *new, is_whole: false }]),
        (Input::Folder(ours), Input::Folder(theirs)) => matched((old, ours), (new, theirs)),
        (Input::Folder(_), Input::One(_)) => bail!("`{old}` is a folder, `{new}` is none"),
        (Input::One(_), Input::Folder(_)) => bail!("`{new}` is a folder, `{old}` is none"),
    }
}

fn read(name: &str, root: &Root) -> Result<Input> {
    if name == "-" {
        let content = read_bounded("standard input", io::stdin().lock(), LARGEST)?;
        return Ok(Input::One(Box::new(root.read_placeless(name, content)?)));
    }
    let path = Path::new(name);
    // A file of this name would be meant by `./git:…`.
    if let Some(rest) = name.strip_prefix("git:") {
        let (revision, path) = git::split(rest, None)?;
        return of_commit(name, revision, path);
    }
    if path.is_dir() {
        return Ok(Input::Folder(folder::read(name, path, root)?));
    }
    let file = File::open(path).with_context(|| format!("cannot read {name}"))?;
    Ok(Input::One(Box::new(root.read(name, path, read_bounded(name, file, LARGEST)?)?)))
}

/// Reads a file or a folder of a commit. What a document refers to is of the same commit, from the top of the repository on.
fn of_commit(name: &str, revision: &str, path: &str) -> Result<Input> {
    let here = Path::new(".");
    let parse = |name: &str, path: &str, content: Vec<u8>| {
        let mut load = |path: &str| git::blob(here, revision, path).map_err(|error| format!("{error:#}"));
        Ok(Document::parse_with(name, path, content, &mut load)?)
    };
    let Some(paths) = git::tree(here, revision, path)? else {
        return Ok(Input::One(Box::new(parse(name, path, git::blob(here, revision, path)?)?)));
    };
    let folder = path.trim_end_matches('/');
    let full = |path: &str| if folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") };
    let read = |path: &str| git::blob(here, revision, &full(path));
    let parse = |name: &str, path: &str, content| parse(name, &full(path), content);
    Ok(Input::Folder(folder::documents(name, paths, read, parse)?))
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

/// Keeps what is about operations, where one of the documents was made up: an empty document gives no evidence about the rest.
pub(super) fn only_operations(comparison: &mut Comparison) {
    comparison.findings.retain(|finding| matches!(finding.section, Section::Paths | Section::Webhooks));
    comparison.same_version = false;
}
