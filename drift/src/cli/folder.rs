//! Documents in a folder.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use super::bounded::{LARGEST, read_bounded};
use super::root::Root;
use crate::Document;

/// Maximum number of files that are looked at, and of the bytes of all of them together.
const MOST_FILES: usize = 10_000;
const MOST_BYTES: usize = 256 << 20;
const DEEPEST: usize = 32;

/// Documents by their paths in a folder.
pub(super) type Documents = BTreeMap<String, Document>;

/// Reads the documents of a folder of the file system. Links are not followed, and what begins with a dot is passed over.
pub(super) fn read(name: &str, folder: &Path, root: &Root) -> Result<Documents> {
    let mut paths = Vec::new();
    list(folder, "", 0, &mut paths)?;
    let read = |path: &str| {
        let full = folder.join(path);
        let file = File::open(&full).with_context(|| format!("cannot read {}", full.display()))?;
        read_bounded(&full.display().to_string(), file, LARGEST)
    };
    documents(name, paths, read, |name, path, content| root.read(name, &folder.join(path), content))
}

/// Picks the documents among files. What is referred to by documents is in such files as well, so a file without `openapi` is none.
pub(super) fn documents(
    name: &str,
    mut paths: Vec<String>,
    read: impl Fn(&str) -> Result<Vec<u8>>,
    parse: impl Fn(&str, &str, Vec<u8>) -> Result<Document>,
) -> Result<Documents> {
    // What has another ending may be anything, and as large as a disk.
    paths.retain(|path| [".json", ".yaml", ".yml"].iter().any(|ending| path.ends_with(ending)));
    paths.sort();
    let (mut found, mut bytes) = (BTreeMap::new(), 0);
    for path in paths {
        let content = read(&path)?;
        bytes += content.len();
        if bytes > MOST_BYTES {
            bail!("the files in {name} have more than {MOST_BYTES} bytes");
        }
        let full = format!("{}/{path}", name.trim_end_matches('/'));
        // Folders of documents have parts of documents in them: those are read when a document refers to
        // them.
        if Document::is_one(&full, &content)? {
            let document = parse(&full, &path, content)?;
            found.insert(path, document);
        }
    }
    if found.is_empty() {
        bail!(
            "{name} has no OpenAPI document: none of its .json, .yaml and .yml files has `openapi` at its top"
        );
    }
    Ok(found)
}

fn list(root: &Path, below: &str, depth: usize, paths: &mut Vec<String>) -> Result<()> {
    let folder = root.join(below);
    let context = || format!("cannot read {}", folder.display());
    for entry in fs::read_dir(&folder).with_context(context)? {
        let entry = entry.with_context(context)?;
        let name = entry.file_name();
        let Some(name) = name.to_str().filter(|name| !name.starts_with('.') && *name != "node_modules")
        else {
            continue;
        };
        let path = if below.is_empty() { name.to_owned() } else { format!("{below}/{name}") };
        let kind = entry.file_type().with_context(context)?;
        if kind.is_dir() {
            if depth == DEEPEST {
                bail!("{} is too deep", entry.path().display());
            }
            list(root, &path, depth + 1, paths)?;
        } else if kind.is_file() {
            paths.push(path);
            if paths.len() > MOST_FILES {
                bail!("{} has more than {MOST_FILES} files", root.display());
            }
        }
    }
    Ok(())
}
