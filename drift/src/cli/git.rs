//! Files and folders of commits.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, anyhow, bail};

use super::bounded::{LARGEST, read_bounded};

/// Splits `REV:PATH`. Without a path, it is the given one.
///
/// # Errors
///
/// If the revision is none: it may not be taken for an option of git.
pub fn split<'n>(name: &'n str, default: Option<&'n str>) -> Result<(&'n str, &'n str)> {
    let (revision, path) = match (name.split_once(':'), default) {
        (Some(parts), _) => parts,
        (None, Some(path)) => (name, path),
        (None, None) => bail!("`git:{name}` names no file: expected `git:REV:PATH`"),
    };
    if revision.is_empty() || revision.starts_with('-') {
        bail!("`{revision}` is no revision");
    }
    Ok((revision, path))
}

/// Reads a file of a commit, in the repository of a folder.
///
/// # Errors
///
/// If git cannot be run or has no such file, or the file is longer than [`LARGEST`].
pub fn blob(folder: &Path, revision: &str, path: &str) -> Result<Vec<u8>> {
    let output = git(folder, &["cat-file", "blob", &format!("{revision}:{path}")])?;
    output.with_context(|| format!("git has no {path} in `{revision}`"))
}

/// Returns the paths of the files in a folder of a commit, or nothing if it is no folder.
pub(super) fn tree(folder: &Path, revision: &str, path: &str) -> Result<Option<Vec<String>>> {
    let object = format!("{revision}:{}", path.trim_end_matches('/'));
    let kind = git(folder, &["cat-file", "-t", &object])?;
    let kind = kind.with_context(|| format!("git has no {path} in `{revision}`"))?;
    if kind.trim_ascii() != b"tree" {
        return Ok(None);
    }
    let listed = git(folder, &["ls-tree", "-r", "-z", &object])??;
    let listed = String::from_utf8_lossy(&listed).into_owned();
    // Mode, kind and hash, a tab, the path. Links and modules are passed over.
    let files = listed.split('\0').filter_map(|entry| entry.split_once('\t'));
    Ok(Some(files.filter(|(kind, _)| kind.starts_with("100")).map(|(_, path)| path.to_owned()).collect()))
}

/// Runs git. The inner result is what it wrote, or its error output.
fn git(folder: &Path, arguments: &[&str]) -> Result<Result<Vec<u8>>> {
    // The program instead of a library: it knows worktrees, alternates and partial clones, and adds no
    // dependency.
    let mut git = Command::new("git")
        .args(arguments)
        .current_dir(folder)
        // Of a partial clone git would fetch what is missing.
        .env("GIT_NO_LAZY_FETCH", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("cannot run git")?;
    // Its end of the pipe closes with the reader, so that git does not go on after the bound.
    let read = git.stdout.take().map_or(Ok(Vec::new()), |out| read_bounded("what git writes", out, LARGEST));
    let output = git.wait_with_output().context("cannot run git")?;
    if !output.status.success() && read.is_ok() {
        return Ok(Err(anyhow!("{}", String::from_utf8_lossy(&output.stderr).trim().to_owned())));
    }
    Ok(read)
}
