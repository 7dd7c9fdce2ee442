//! `accept`: records that a finding may be, for a while.

use anyhow::Result;
use clap::Args;
use jiff::civil::Date;

use crate::config::{self, Accepted};
use crate::{Fingerprint, Rule};

/// A finding, and why it is accepted.
#[derive(Clone, Debug, Args)]
pub struct AcceptArguments {
    /// The rule's id, as reports print it.
    #[arg(value_parser = config::rule)]
    pub rule: Rule,
    /// The finding's fingerprint, which reports print next to the rule.
    pub fingerprint: Fingerprint,
    /// Why the finding is accepted.
    #[arg(long)]
    pub reason: String,
    /// The last day on which it is accepted.
    #[arg(long, value_name = "DATE")]
    pub until: Date,
}

/// Adds an accepted finding to the text of the file `name`. Returns the new text.
///
/// # Errors
///
/// If the file is not of the right form, the reason is empty, or the day is over.
pub fn record(name: &str, text: &str, arguments: &AcceptArguments, today: Date) -> Result<String> {
    let AcceptArguments { rule, fingerprint, reason, until } = arguments.clone();
    config::accept(name, text, &Accepted { fingerprint, rule, reason, until }, today)
}
