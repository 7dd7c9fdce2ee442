//! Applies decisions to comparisons, and finds those that have become out of date.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;

use super::{Accepted, Config};
use crate::{Comparison, Document, Finding, Fingerprint, Rule};

/// Decisions, and which of them were applied: one value for all comparisons of a run.
#[derive(Clone, Debug)]
pub struct Check<'c> {
    config: &'c Config,
    today: Date,
    accepted: HashMap<(Fingerprint, Rule), &'c Accepted>,
    found: HashSet<Fingerprint>,
    used_patterns: HashSet<usize>,
    ignored: usize,
}

impl<'c> Check<'c> {
    pub(super) fn new(config: &'c Config, today: Date) -> Self {
        let accepted = config.accepted.iter().map(|entry| ((entry.fingerprint, entry.rule), entry)).collect();
        Self { config, today, accepted, found: HashSet::new(), used_patterns: HashSet::new(), ignored: 0 }
    }

    /// Gives findings the severities of the file, and leaves out those that concern ignored paths only.
    pub fn apply(&mut self, old: &Document, new: &Document, comparison: &mut Comparison) {
        for operation in old.operations().iter().chain(&new.operations()) {
            let matching = self.config.ignored_paths.iter().enumerate();
            self.used_patterns
                .extend(matching.filter(|(_, it)| it.matches(&operation.path)).map(|(number, _)| number));
        }
        let before = comparison.findings.len();
        comparison.findings.retain(|finding| !self.is_ignored(finding));
        self.ignored += before - comparison.findings.len();
        for finding in &mut comparison.findings {
            if let Some(level) = self.config.severities.get(&super::Known(finding.rule)) {
                finding.severity = (*level).into();
            }
            let fingerprint = Fingerprint::of(finding, old, new);
            if self.accepted.contains_key(&(fingerprint, finding.rule)) {
                self.found.insert(fingerprint);
            }
        }
        // Stable: among those of one severity the order stays.
        comparison.findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    }

    fn is_ignored(&self, finding: &Finding) -> bool {
        let is_ignored = |path: &str| self.config.ignored_paths.iter().any(|pattern| pattern.matches(path));
        !finding.operations.is_empty()
            && finding.operations.iter().all(|operation| is_ignored(&operation.path))
    }

    /// Returns why a finding is accepted, if it is and its day is not over.
    pub fn reason(&self, finding: &Finding, fingerprint: Fingerprint) -> Option<&'c str> {
        let entry = self.accepted.get(&(fingerprint, finding.rule))?;
        (entry.until >= self.today).then_some(entry.reason.as_str())
    }

    /// Returns how many findings were left out.
    pub fn ignored(&self) -> usize {
        self.ignored
    }

    /// Returns what is out of date in the file, once everything was compared.
    pub fn violations(&self) -> Vec<String> {
        let accepted = self.config.accepted.iter().filter_map(|entry| {
            let Accepted { fingerprint, rule, until, .. } = entry;
            if !self.found.contains(fingerprint) {
                Some(format!("`{rule} {fingerprint}` matches nothing; remove it"))
            } else {
                (*until < self.today).then(|| format!("`{rule} {fingerprint}` was accepted until {until}"))
            }
        });
        let patterns = self.config.ignored_paths.iter().enumerate();
        let unused = patterns.filter(|(number, _)| !self.used_patterns.contains(number));
        let unused =
            unused.map(|(_, it)| format!("the path `{}` matches no operation; remove it", it.as_str()));
        accepted.chain(unused).collect()
    }

    /// Returns the accepted findings that were found: what a project has decided about this difference.
    pub fn matched(&self) -> Vec<Fingerprint> {
        let all = self.config.accepted.iter().map(|entry| entry.fingerprint);
        all.filter(|fingerprint| self.found.contains(fingerprint)).collect()
    }
}
