//! `cargo xtask tidy`: the invariants of `ARCHITECTURE.md` that a program can check.
//!
//! Every check is a function from texts to complaints, with a test that shows it complain.

mod arrows;
mod crate_version;
mod environment;
mod floats;
mod generator_free;
mod lock;
mod module_docs;
mod observations;
mod rust_version;

use anyhow::{Result, bail};

use crate::{codegen, repository};

/// Runs every check, prints every complaint, and fails if there was one.
pub(crate) fn run() -> Result<()> {
    let sources = repository::rust_sources()?;
    let metadata = cargo_metadata::MetadataCommand::new().current_dir(repository::root()).exec()?;
    let documents =
        ["README.md", "ARCHITECTURE.md"].map(repository::read).into_iter().collect::<Result<Vec<_>>>()?;
    let lock = repository::read("openapi/nd8.lock.toml")?;
    let overlay = repository::read(codegen::OVERLAY)?;
    let checks: [(&str, Vec<String>); 10] = [
        ("crates depend on each other as drawn", arrows::crates(&metadata)),
        ("users build nothing of the generator", generator_free::check(&generator_free::tree()?)),
        ("modules reach where they may", arrows::modules(&sources)),
        ("every module says what lives in it", module_docs::check(&sources)),
        ("every environment variable is documented", environment::check(&sources, &documents.concat())),
        ("amounts are exact", floats::check(&sources)),
        ("what was observed was observed at ND8", observations::check(&overlay)),
        ("the lock file tells the truth", lock::check(&lock, &repository::read)),
        ("the crate's version tells the API's", crate_version::check(&metadata, &lock)),
        ("rust-version is the highest that is asked for", rust_version::check(&metadata)),
    ];
    let mut complaints = 0;
    for (name, found) in &checks {
        println!("{} {name}", if found.is_empty() { "ok   " } else { "FAIL " });
        for complaint in found {
            println!("      {complaint}");
        }
        complaints += found.len();
    }
    let derived = codegen::run(true);
    println!("{} derived files are fresh", if derived.is_ok() { "ok   " } else { "FAIL " });
    derived?;
    if complaints > 0 {
        bail!("{complaints} complaints");
    }
    Ok(())
}
