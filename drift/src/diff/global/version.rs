//! Findings on whether `info.version` fits the changes.

use std::cmp::Ordering;

use openapi_source::tree::NodeId;

use crate::diff::node::value::show;
use crate::diff::side::Side;
use crate::diff::walk::found::{Origin, RawFinding};
use crate::finding::{Finding, Section, SubjectKind};
use crate::rule::{ApiRule as A, Rule, Severity};

/// Returns findings on whether the version fits the changes that were found.
pub(crate) fn compare(old: &Side<'_>, new: &Side<'_>, findings: &[Finding]) -> Vec<RawFinding> {
    let nodes = (old.path(&["info", "version"]), new.path(&["info", "version"]));
    let text =
        |side: &Side<'_>, node: Option<NodeId>| node.map(|node| show(side.tree, node)).unwrap_or_default();
    let (was, is) = (old.document.version(), new.document.version());
    // By the severity of the findings, not of their rules: what nobody sends breaks nothing.
    let broke = findings.iter().any(|finding| finding.severity == Severity::Breaking);
    let shown = format!("from {} to {}", text(old, nodes.0), text(new, nodes.1));
    let mut found: Vec<(A, String)> = Vec::new();
    if was == is {
        if findings.is_empty() {
            return Vec::new();
        }
        let message = format!("the content changed, the version is still {}", text(new, nodes.1));
        found.push((A::VersionUnchanged, message));
        if broke {
            found.push((A::VersionNotBumped, "something broke, and the version is the same".to_owned()));
        }
    } else {
        found.push((A::VersionChanged, format!("the version went {shown}")));
        match order(was.unwrap_or_default(), is.unwrap_or_default()) {
            Some((Ordering::Greater, _)) => {
                found.push((A::VersionLowered, format!("the version went down {shown}")));
                if broke {
                    let message = format!("something broke, and the version went down {shown}");
                    found.push((A::VersionDecreased, message));
                }
            }
            Some((Ordering::Less, false)) if broke => {
                let message = format!("something broke, and the major version is the same: {shown}");
                found.push((A::MajorVersionNotBumped, message));
            }
            _ => {}
        }
    }
    let raw = |(rule, message)| RawFinding {
        rule: Rule::Api(rule),
        message,
        kind: SubjectKind::Document,
        name: Some("info.version".to_owned()),
        old: nodes.0,
        new: nodes.1,
        origin: Origin::Nothing,
        section: Section::Info,
        unsent: false,
    };
    found.into_iter().map(raw).collect()
}

/// Compares two versions of the form `1.2.3`, and returns whether the part that promises compatibility grew.
/// Anything else has no order.
fn order(was: &str, is: &str) -> Option<(Ordering, bool)> {
    let read = |text: &str| -> Option<(Vec<u64>, bool)> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let text = text.split('+').next()?;
        let (numbers, pre) = text.split_once('-').map_or((text, false), |(numbers, _)| (numbers, true));
        let mut numbers: Vec<u64> =
            numbers.split('.').map(|part| part.parse().ok()).collect::<Option<_>>()?;
        numbers.resize(numbers.len().max(3), 0);
        Some((numbers, !pre))
    };
    let ((was, was_final), (is, is_final)) = (read(was)?, read(is)?);
    // Before 1.0 the second number is the one that promises.
    let promise = |numbers: &[u64]| if numbers[0] == 0 { (0, numbers[1]) } else { (numbers[0], 0) };
    let order = was.cmp(&is).then(was_final.cmp(&is_final));
    Some((order, promise(&was) < promise(&is)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_have_an_order_if_they_are_numbers() {
        assert_eq!(order("1.2.3", "1.10.0"), Some((Ordering::Less, false)));
        assert_eq!(order("1.2", "2.0.0"), Some((Ordering::Less, true)));
        assert_eq!(order("0.2.0", "0.3.0"), Some((Ordering::Less, true)));
        assert_eq!(order("2.0.0", "2.0.0-rc1"), Some((Ordering::Greater, false)));
        assert_eq!(order("v1", "1.0.0"), Some((Ordering::Equal, false)));
        assert_eq!(order("2024-01-01", "2.0"), Some((Ordering::Greater, false)));
        assert_eq!(order("beta", "1.0"), None);
    }
}
