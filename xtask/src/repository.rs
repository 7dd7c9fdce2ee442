//! The repository that the commands work on, as paths and texts.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use anyhow::{Context as _, Result};
use walkdir::{DirEntry, WalkDir};

/// Main document of the API.
pub(crate) const DOCUMENT: &str = "openapi/nd8.json";
pub(crate) const SUPPLEMENT: &str = "openapi/supplement.json";
pub(crate) const OVERLAY: &str = "openapi/overlay.json";
/// Derived: the three documents in one.
pub(crate) const MERGED: &str = "openapi/merged.json";
pub(crate) const LOCK: &str = "openapi/nd8.lock.toml";

/// Repository that was named on the command line.
static CHOSEN: OnceLock<PathBuf> = OnceLock::new();

/// Selects a repository other than the one that contains this program. Called once, before anything is read.
pub(crate) fn choose(root: PathBuf) {
    CHOSEN.get_or_init(|| root);
}

/// Returns the top of the repository.
pub(crate) fn root() -> PathBuf {
    let built_in = || Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf);
    CHOSEN.get().cloned().or_else(built_in).unwrap_or_default()
}

/// A text file, by its path from the top.
#[derive(Debug)]
pub(crate) struct Text {
    pub(crate) path: String,
    pub(crate) content: String,
}

impl Text {
    /// Returns the source without the unit tests at its end, which may name anything.
    pub(crate) fn code(&self) -> &str {
        self.content.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default()
    }
}

/// Reads a file of the repository.
pub(crate) fn read(path: &str) -> Result<String> {
    std::fs::read_to_string(root().join(path)).with_context(|| format!("cannot read {path}"))
}

/// Reads every file of the repository with one of some endings, ordered by path.
pub(crate) fn texts(endings: &[&str]) -> Result<Vec<Text>> {
    let root = root();
    let mut found = Vec::new();
    for entry in WalkDir::new(&root).sort_by_file_name().into_iter().filter_entry(|entry| !is_foreign(entry))
    {
        let entry = entry?;
        if entry.path().extension().is_some_and(|ending| endings.iter().any(|it| ending == *it)) {
            let path = relative(&root, entry.path());
            let content = read(&path)?;
            found.push(Text { path, content });
        }
    }
    Ok(found)
}

fn relative(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

/// Returns whether an entry is build output or hidden, and so not part of the repository.
fn is_foreign(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    entry.depth() > 0 && (name.starts_with('.') || matches!(&*name, "target" | "node_modules"))
}
