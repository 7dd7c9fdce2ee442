//! Folder that the files of a document have to be in.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use super::bounded::{LARGEST, read_bounded};
use crate::Document;

/// A folder of the file system, without links in its path.
#[derive(Debug)]
pub(super) struct Root(PathBuf);

impl Root {
    /// Creates one; by default it is the working directory.
    pub(super) fn new(folder: Option<&Path>) -> Result<Self> {
        let folder = folder.unwrap_or(Path::new("."));
        let full = folder.canonicalize().with_context(|| format!("cannot read {}", folder.display()))?;
        if !full.is_dir() {
            bail!("{} is no folder", folder.display());
        }
        Ok(Self(full))
    }

    /// Reads a document with the files that it refers to. One that is not below the root reaches what is in its own folder.
    pub(super) fn read(&self, name: &str, file: &Path, content: Vec<u8>) -> Result<Document> {
        // Without links, so that a prefix of the path decides whether a file is below the root.
        let full = file.canonicalize().with_context(|| format!("cannot read {name}"))?;
        let folder = if full.starts_with(&self.0) { &self.0 } else { full.parent().unwrap_or(&self.0) };
        let path = full.strip_prefix(folder).unwrap_or(&full).to_string_lossy().replace('\\', "/");
        Ok(Document::parse_with(name, &path, content, &mut |path| load(folder, path))?)
    }

    /// Reads a document that has no place, as one from standard input.
    pub(super) fn read_placeless(&self, name: &str, content: Vec<u8>) -> Result<Document> {
        Ok(Document::parse_with(name, name, content, &mut |path| load(&self.0, path))?)
    }
}

/// Reads a file below a folder. Links are followed, but not out of it.
fn load(folder: &Path, path: &str) -> Result<Vec<u8>, String> {
    let full = folder.join(path).canonicalize().map_err(|error| format!("cannot read {path}: {error}"))?;
    if !full.starts_with(folder) {
        return Err(format!("cannot read {path}: it leads out of the root"));
    }
    // A pipe or a device would never end.
    if !full.is_file() {
        return Err(format!("cannot read {path}: it is no file"));
    }
    let file = File::open(&full).map_err(|error| format!("cannot read {path}: {error}"))?;
    read_bounded(path, file, LARGEST).map_err(|error| format!("{error:#}"))
}
