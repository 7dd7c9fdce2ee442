//! Behaviours of `openapi-drift`, one module each.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[cfg(all(feature = "cli", unix))]
mod action;
mod cases;
mod changes;
#[cfg(feature = "cli")]
mod cli;
mod completeness;
mod equivalence;
mod files;
mod hostile;
mod incomplete;
mod reading;
#[path = "../support/synthetic.rs"]
mod synthetic;
mod verdicts;

use openapi_drift::{Comparison, Document, Options, compare_with};

/// A day for all tests.
fn options() -> Options {
    Options::on(jiff::civil::date(2026, 6, 1))
}

fn compare(old: &str, new: &str) -> Comparison {
    compare_on(old, new, &options())
}

fn compare_on(old: &str, new: &str, options: &Options) -> Comparison {
    let old = Document::parse("old", old).unwrap_or_else(|error| panic!("{error}\n{old}"));
    let new = Document::parse("new", new).unwrap_or_else(|error| panic!("{error}\n{new}"));
    compare_with(&old, &new, options)
}

fn ids(comparison: &Comparison) -> Vec<&'static str> {
    let mut ids: Vec<_> = comparison.findings.iter().map(|finding| finding.rule.id()).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}
