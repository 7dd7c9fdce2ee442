//! The result of a run.
//!
//! Only status codes and counts come from the server: see `seen`.

mod json;
mod markdown;
mod render;
mod text;

use std::collections::BTreeMap;

use jiff::civil::Date;

pub use self::render::Format;
use crate::assumptions::Assumptions;
use crate::facts;
use crate::finding::{Finding, Verdict};
use crate::http::Stop;
use crate::options::{Options, Server};
use crate::overlay::{self, Applied, InvalidOverlay, Stamp};
use crate::seen::Seen;

/// End of a run.
pub(crate) struct Ending {
    pub(crate) requests: usize,
    pub(crate) stopped: Option<Stop>,
    pub(crate) is_endpoint_left: bool,
}

/// Result of a run.
#[derive(Debug)]
pub struct Report {
    day: Date,
    server: Server,
    requests: usize,
    stopped: Option<&'static str>,
    is_live: bool,
    is_endpoint_left: bool,
    findings: Vec<Finding>,
    applied: Result<Applied, InvalidOverlay>,
}

impl Report {
    pub(crate) fn new(
        options: &Options,
        assumptions: &Assumptions,
        day: Date,
        ending: Ending,
        mut seen: BTreeMap<&'static str, Result<Seen, &'static str>>,
    ) -> Report {
        let rest = ending.stopped.map_or("the run did not come to it", Stop::reason);
        let findings: Vec<Finding> = facts::all()
            .map(|fact| {
                let expected = assumptions.expected(fact);
                let verdict = match seen.remove(fact.id).unwrap_or(Err(rest)) {
                    Ok(seen) if seen.as_str() == expected => Verdict::AsAssumed(seen),
                    Ok(seen) => Verdict::Otherwise(seen),
                    Err(reason) => Verdict::Unseen(reason),
                };
                let is_observed = assumptions.is_observed(fact);
                Finding { fact, expected: expected.to_owned(), is_observed, verdict }
            })
            .collect();
        // Checked here, because a run knows no tables: they name the areas, which use the run.
        debug_assert!(seen.is_empty(), "observed facts are in no table: {seen:?}");
        let server = options.target.server();
        // Applied at once, so that every format can show the entries, and a broken overlay is reported with the findings.
        let applied = overlay::apply(assumptions.text(), &findings, Stamp { day, server });
        Report {
            day,
            server,
            requests: ending.requests,
            stopped: ending.stopped.map(Stop::reason),
            is_live: matches!(ending.stopped, Some(Stop::Live(_))),
            is_endpoint_left: ending.is_endpoint_left,
            findings,
            applied,
        }
    }

    /// Returns the finding of each fact, in the order of the tables.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Returns the findings that differ from the expectation.
    pub fn otherwise(&self) -> impl Iterator<Item = (&Finding, &Seen)> {
        self.findings.iter().filter_map(|finding| match &finding.verdict {
            Verdict::Otherwise(seen) => Some((finding, seen)),
            _ => None,
        })
    }

    /// Returns why the run ended early, if it did.
    pub fn stopped(&self) -> Option<&'static str> {
        self.stopped
    }

    /// Returns whether the run ended at a sign of production, in which case nothing of it may be applied.
    pub fn is_live(&self) -> bool {
        self.is_live
    }

    /// Returns how many requests were sent.
    pub fn requests(&self) -> usize {
        self.requests
    }

    /// Returns the overlay with what was found.
    ///
    /// # Errors
    ///
    /// Fails if the overlay has another layout than one entry a line.
    pub fn overlay(&self) -> Result<&Applied, &InvalidOverlay> {
        self.applied.as_ref()
    }

    fn counts(&self) -> [usize; 3] {
        let mut counts = [0; 3];
        for finding in &self.findings {
            counts[match finding.verdict {
                Verdict::AsAssumed(_) => 0,
                Verdict::Otherwise(_) => 1,
                Verdict::Unseen(_) => 2,
            }] += 1;
        }
        counts
    }

    /// Returns the summary of all forms.
    fn summary(&self) -> String {
        let [assumed, otherwise, unseen] = self.counts();
        format!("{assumed} as assumed, {otherwise} otherwise, {unseen} could not be seen")
    }

    /// Returns what has to be known before anything else.
    fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if let Some(reason) = self.stopped {
            warnings.push(format!("the run ended early: {reason}"));
        }
        if self.is_endpoint_left {
            warnings.push(
                "the webhook endpoint could not be restored and is still the probe's: set it in the dashboard".to_owned(),
            );
        }
        if self.server == Server::Loopback {
            warnings.push(
                "this is a server on this machine: if it is nd8-sandbox, it confirms what this project assumes, and \
                 what it shows must not be committed"
                    .to_owned(),
            );
        }
        warnings
    }

    /// Returns the entries of the overlay that state a finding: the section and the line.
    fn entries_of(&self, fact: &str) -> Vec<(&'static str, &str)> {
        let entries = self.applied.iter().flat_map(|applied| &applied.entries);
        entries.filter(|(id, ..)| *id == fact).map(|(_, section, line)| (*section, line.as_str())).collect()
    }

    /// Returns how many entries would become observed because they are true.
    fn confirmed(&self) -> usize {
        let is_assumed = |id: &str| {
            let finding = self.findings.iter().find(|finding| finding.fact.id == id);
            finding.is_some_and(|finding| matches!(finding.verdict, Verdict::AsAssumed(_)))
        };
        let entries = self.applied.iter().flat_map(|applied| &applied.entries);
        entries.filter(|(id, ..)| is_assumed(id)).count()
    }
}
