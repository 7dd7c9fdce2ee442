//! Derived files: one command writes each, and a check names that command.

use anyhow::{Context as _, Result, bail};
use similar::TextDiff;

use crate::repository::root;

/// How a command treats derived files.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Mode {
    Write,
    /// Only compares them with the expected content.
    Check,
}

/// A derived file with its expected content.
#[derive(Debug)]
pub(crate) struct Derived {
    /// Path from the top of the repository.
    pub(crate) path: &'static str,
    pub(crate) content: String,
}

/// Writes the files that differ, and prints which.
pub(crate) fn write(files: &[Derived]) -> Result<()> {
    for file in files {
        let path = root().join(file.path);
        // An unchanged file is left alone, because Cargo rebuilds whatever has a newer time.
        if std::fs::read_to_string(&path).is_ok_and(|current| current == file.content) {
            println!("unchanged {}", file.path);
            continue;
        }
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(&path, &file.content).with_context(|| format!("cannot write {}", file.path))?;
        println!("written   {}", file.path);
    }
    Ok(())
}

/// Fails, and prints the difference, if a file is stale.
pub(crate) fn check(files: &[Derived], command: &str) -> Result<()> {
    let mut stale = Vec::new();
    for file in files {
        // A missing file is a stale one, and its whole content is the difference.
        let current = std::fs::read_to_string(root().join(file.path)).unwrap_or_default();
        if current != file.content {
            println!("{}", difference(file.path, &current, &file.content));
            stale.push(file.path);
        }
    }
    if stale.is_empty() {
        return Ok(());
    }
    bail!("stale: {}; run `{command}` and commit the result", stale.join(", "))
}

fn difference(path: &str, current: &str, wanted: &str) -> String {
    /// Limits the printed difference.
    const MOST_LINES: usize = 60;
    let diff = TextDiff::from_lines(current, wanted);
    let text = diff.unified_diff().context_radius(2).header(path, "as generated now").to_string();
    let lines: Vec<&str> = text.lines().collect();
    match lines.len().checked_sub(MOST_LINES) {
        None | Some(0) => text,
        Some(more) => format!("{}\n… {more} more lines", lines[..MOST_LINES].join("\n")),
    }
}
