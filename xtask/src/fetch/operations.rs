//! The operations of a document, and how many of them two documents share.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use openapi_drift::Document;
use serde_json::Value;

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// Method, and path in segments; a segment with a parameter is empty.
type Operation = (String, Vec<String>);

/// Operations without what does not identify them: names of path parameters, and a slash at the end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Operations(BTreeSet<Operation>);

impl Operations {
    /// Lists the operations of a document.
    ///
    /// # Errors
    ///
    /// Fails if the document has no JSON form.
    pub(crate) fn of(document: &Document) -> Result<Self> {
        Ok(Self::of_json(&serde_json::from_str(&document.to_json())?))
    }

    pub(super) fn of_json(document: &Value) -> Self {
        let mut found = BTreeSet::new();
        for (path, item) in document.get("paths").and_then(Value::as_object).into_iter().flatten() {
            let segments = path.split('/').filter(|segment| !segment.is_empty());
            let segments: Vec<String> = segments
                .map(|segment| if segment.contains('{') { String::new() } else { segment.to_owned() })
                .collect();
            let methods = METHODS.iter().filter(|method| item.get(**method).is_some());
            found.extend(methods.map(|method| ((*method).to_owned(), segments.clone())));
        }
        Self(found)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Counts the operations that both have, below whatever prefix each has in common.
    pub(crate) fn shared(&self, other: &Self) -> usize {
        let below: Vec<_> = other.prefixes().iter().map(|prefix| other.below(prefix)).collect();
        // Every pair of prefixes is tried, as either document may have a prefix that the other lacks.
        let counts = self.prefixes().into_iter().flat_map(|prefix| {
            let ours = self.below(&prefix);
            below.iter().map(|theirs| ours.intersection(theirs).count()).collect::<Vec<_>>()
        });
        counts.max().unwrap_or_default()
    }

    /// Lists the common prefixes of most paths: none, `/api`, `/api/v1`. Most, because a `/health` may be next to them.
    fn prefixes(&self) -> Vec<Vec<String>> {
        let mut counts = BTreeMap::<&[String], usize>::new();
        for (_, segments) in &self.0 {
            let constant = segments.iter().take_while(|segment| !segment.is_empty()).count();
            (0..=constant).for_each(|length| *counts.entry(&segments[..length]).or_default() += 1);
        }
        counts
            .into_iter()
            .filter(|(prefix, count)| prefix.is_empty() || count * 2 > self.0.len())
            .map(|(prefix, _)| prefix.to_vec())
            .collect()
    }

    /// Lists the operations below a prefix, without it. Where only parameters are left, any API has that operation.
    fn below(&self, prefix: &[String]) -> BTreeSet<(&str, &[String])> {
        let calls = self.0.iter().filter_map(|(method, segments)| {
            let rest = segments.strip_prefix(prefix)?;
            let names_something = prefix.is_empty() || rest.iter().any(|segment| !segment.is_empty());
            names_something.then_some((method.as_str(), rest))
        });
        calls.collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn operations(calls: &[&str]) -> Operations {
        let mut paths = json!({});
        for call in calls {
            let (method, path) = call.split_once(' ').expect("is a call");
            paths[path][method] = json!({});
        }
        Operations::of_json(&json!({ "paths": paths }))
    }

    #[test]
    fn what_does_not_identify_an_operation_is_ignored() {
        let pinned = operations(&["get /refunds/", "get /refunds/{id}/", "post /transactions/{id}/refund/"]);
        for (calls, shared) in [
            (&["get /refunds", "get /refunds/{refundId}", "post /transactions/{t}/refund"][..], 3),
            (&["get /api/refunds/", "get /api/refunds/{id}/", "get /health"], 2),
            (&["get /api/v2/refunds/{id}"], 1),
            (&["post /refunds/", "get /refunds/{id}/notes/"], 0),
            (&["get /users/{id}", "get /users"], 0),
            (&["get /{id}"], 0),
            (&[], 0),
        ] {
            assert_eq!(pinned.shared(&operations(calls)), shared, "{calls:?}");
            assert_eq!(operations(calls).shared(&pinned), shared, "{calls:?}");
        }
    }
}
