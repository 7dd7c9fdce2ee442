//! Bounded reads: what a person names may be a pipe, a device, or a file made to fill the memory.

use std::io::Read;

use anyhow::{Context as _, Result, bail};

/// Longest document, in bytes.
pub const LARGEST: u64 = 64 << 20;

/// Reads to the end, which has to come within so many bytes. The message calls it by `name`.
///
/// # Errors
///
/// If it does not, or reading fails.
pub fn read_bounded(name: &str, reader: impl Read, largest: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(largest + 1).read_to_end(&mut bytes).with_context(|| format!("cannot read {name}"))?;
    if bytes.len() as u64 > largest {
        bail!("{name} is longer than {largest} bytes");
    }
    Ok(bytes)
}
