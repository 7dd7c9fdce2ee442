//! `openapi/accepted.toml`: decisions about differences from the published document, in the format of `openapi-drift.toml`.

use anyhow::{Context as _, Result};
use openapi_drift::config::Config;

use crate::repository::root;

/// Path from the top of the repository. The file is optional.
pub(crate) const PATH: &str = "openapi/accepted.toml";

/// First lines of a new file.
pub(crate) const HEADER: &str = "\
# Findings of `cargo xtask drift` that are accepted, written by `cargo xtask accept`.
# One that matches nothing any more, or is expired, fails the check.
";

/// Reads the decisions; without a file there are none.
///
/// # Errors
///
/// Fails if it cannot be read, or is not in that format.
pub(crate) fn read() -> Result<Config> {
    text()?.map_or_else(|| Ok(Config::default()), |text| Config::parse(PATH, &text))
}

/// Reads the file, if it is there.
///
/// # Errors
///
/// Fails if it cannot be read.
pub(crate) fn text() -> Result<Option<String>> {
    match std::fs::read_to_string(root().join(PATH)) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).context(format!("cannot read {PATH}")),
    }
}
