//! What a transaction does to the disk, operation by operation, so that each can be made to fail.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

/// The operations that change a file system.
pub(crate) trait Disk {
    /// Writes a file anew, and returns when it is on the disk.
    fn write(&self, path: &Path, content: &[u8]) -> io::Result<()>;
    /// Renames a file over another.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file. One that is not there is no error.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Returns when the names in a folder are on the disk.
    fn sync_folder(&self, path: &Path) -> io::Result<()>;
    /// Makes a folder and those above it.
    fn create_folder(&self, path: &Path) -> io::Result<()>;
}

/// The file system of the machine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Files;

impl Disk for Files {
    fn write(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        let mut file = File::create(path)?;
        file.write_all(content)?;
        file.sync_all()
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        match fs::remove_file(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other,
        }
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        // Elsewhere folders cannot be opened as files, and renames are durable by themselves or not at all.
        if cfg!(unix) { File::open(path)?.sync_all() } else { Ok(()) }
    }

    fn create_folder(&self, path: &Path) -> io::Result<()> {
        fs::create_dir_all(path)
    }
}
