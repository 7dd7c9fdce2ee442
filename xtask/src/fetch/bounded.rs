//! Bounded reads: a file, or what a gzip file unpacks to.
//!
//! A file is bounded like a download: it may be a pipe, a device, or an archive that unpacks to fill the memory.

use std::fs::File;
use std::path::Path;

use anyhow::{Context as _, Result};
use flate2::read::MultiGzDecoder;

/// Longest document, in bytes, unpacked.
pub(crate) use openapi_drift::cli::{LARGEST, read_bounded as read};

const GZIP: &[u8] = b"\x1f\x8b";

/// Reads a file, and unpacks it if it is gzip.
///
/// # Errors
///
/// Fails if it cannot be read, or is longer than [`LARGEST`]. The message calls it `name`.
pub(crate) fn file(name: &str, path: &Path) -> Result<Vec<u8>> {
    let file = File::open(path).with_context(|| format!("cannot read {name}"))?;
    unpacked(name, read(name, file, LARGEST)?, LARGEST)
}

/// Unpacks content that begins like gzip. Its name proves nothing: HTTP may have unpacked a `.json.gz` already.
///
/// # Errors
///
/// Fails if it is damaged, or unpacks to more than `largest` bytes.
pub(super) fn unpacked(name: &str, bytes: Vec<u8>, largest: u64) -> Result<Vec<u8>> {
    if !bytes.starts_with(GZIP) {
        return Ok(bytes);
    }
    read(&format!("{name}, unpacked from gzip,"), MultiGzDecoder::new(&*bytes), largest)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(bytes).expect("memory takes all");
        encoder.finish().expect("memory takes all")
    }

    #[test]
    fn gzip_is_unpacked_within_the_bound() {
        let bomb = packed(&[b' '; 100_000]);
        assert!(bomb.len() < 1000);
        assert_eq!(unpacked("x", bomb.clone(), 100_000).expect("fits").len(), 100_000);
        let error = unpacked("x.json.gz", bomb.clone(), 99_999).expect_err("is too long");
        assert_eq!(error.to_string(), "x.json.gz, unpacked from gzip, is longer than 99999 bytes");
        assert!(unpacked("x", bomb[..bomb.len() / 2].to_vec(), 100_000).is_err(), "it breaks off");
        assert_eq!(unpacked("x.json.gz", b"{}".to_vec(), 2).expect("is plain"), b"{}");
    }

    #[test]
    fn a_file_is_bounded_and_named() {
        let folder = tempfile::tempdir().expect("writable");
        let path = folder.path().join("long.json");
        File::create(&path).and_then(|file| file.set_len(LARGEST + 1)).expect("writable");
        let error = file("long.json", &path).expect_err("is too long");
        assert_eq!(error.to_string(), "long.json is longer than 67108864 bytes");
        let error = file("gone.json", &folder.path().join("gone.json")).expect_err("is not there");
        assert_eq!(error.to_string(), "cannot read gone.json");
    }
}
