//! `cargo xtask drift-cases FILE`: how far the findings agree with the cases of oasdiff.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use openapi_drift::{Options, cases};

/// The share of cases that has to agree, in percent.
const BAR: usize = 95;

/// Prints every disagreement and the share of cases that agree.
pub(crate) fn run(file: &Path) -> Result<()> {
    let outcomes = cases::run(file, &Options::default())
        .map_err(anyhow::Error::from_boxed)
        .with_context(|| format!("cannot read the cases of {}", file.display()))?;
    for outcome in outcomes.iter().filter(|outcome| !outcome.agrees()) {
        println!("{}", outcome.name);
        for change in &outcome.missing {
            println!("  missing    {change}");
        }
        for change in &outcome.unexpected {
            println!("  unexpected {change}");
        }
        if let Some(error) = &outcome.error {
            println!("  error      {error}");
        }
    }
    let (all, agreed) = (outcomes.len(), outcomes.iter().filter(|outcome| outcome.agrees()).count());
    let left_out: usize = outcomes.iter().map(|outcome| outcome.left_out).sum();
    let tenths = (agreed * 1000).checked_div(all).unwrap_or_default();
    println!("{agreed} of {all} cases agree: {}.{} %", tenths / 10, tenths % 10);
    println!(
        "{left_out} findings were left out: of rules that oasdiff does not have, in places where it does not look, or of the version"
    );
    if agreed * 100 < all * BAR {
        bail!("fewer than {BAR} % agree");
    }
    Ok(())
}
