//! Structural comparison.
//!
//! [`operation`] pairs operations and their parts, and passes pairs of schemas to the [`walk`], which has each once for each use
//! ([`schema`] compares them). [`walk::reach`] then computes which operations lead there, and [`finish`] makes findings of it all.
//! [`side`] reads one document, [`node`] what a part of it states by itself. Imports lead in this order only:
//! `operation`, `global` → `security`, `schema` → `walk` → `side` → `node`.

mod finish;
mod global;
mod node;
mod operation;
mod schema;
mod security;
mod side;
mod subject;
mod walk;

use bumpalo::Bump;

use crate::Document;
use crate::comparison::{Comparison, Incomplete, Options, Which};

use finish::Finish;
use side::Side;
use walk::Walk;
use walk::reach::Reach;

/// Compares two documents, with today's date.
///
/// ```
/// use openapi_drift::{Document, Severity, compare};
///
/// let old = Document::parse("old", "openapi: 3.0.3\ninfo: {title: Shop, version: '1'}\npaths: {/a: {get: {}}}")?;
/// let new = Document::parse("new", "openapi: 3.0.3\ninfo: {title: Shop, version: '2'}\npaths: {}")?;
/// let comparison = compare(&old, &new);
/// assert_eq!(comparison.findings[0].rule.id(), "api-path-removed-without-deprecation");
/// assert_eq!(comparison.worst(), Some(Severity::Breaking));
/// # Ok::<(), openapi_drift::ParseError>(())
/// ```
pub fn compare(old: &Document, new: &Document) -> Comparison {
    compare_with(old, new, &Options::default())
}

/// Compares two documents.
pub fn compare_with(old: &Document, new: &Document, options: &Options) -> Comparison {
    // One arena for the views of both sides: a large document has hundreds of thousands of small ones,
    // which live equally long.
    let arena = Bump::new();
    let (old, new) = (Side::new(old, &arena), Side::new(new, &arena));
    let mut walk = Walk::new(&old, &new, options);
    let known = operation::compare(&mut walk);
    schema::run(&mut walk);
    // After the walk, which shows what operations use.
    global::unused::compare(&mut walk);
    security::document(&mut walk);
    global::compare(&mut walk);
    // Before defects are reported, which are at those values.
    finish::drop_malformed(&mut walk);
    global::defects::report(&mut walk);
    let reach = Reach::new(&walk, &known);
    let finish = Finish { old: &old, new: &new, reach: &reach };
    let mut findings = finish.findings(std::mem::take(&mut walk.found));
    // The findings about the version depend on how bad the other findings are.
    findings.extend(finish.findings(global::version::compare(&old, &new, &findings)));
    finish::sort(&mut findings);
    let same_version = old.document.version() == new.document.version() && !findings.is_empty();
    let incomplete = [(Which::Old, &old), (Which::New, &new)].into_iter().flat_map(incomplete).collect();
    Comparison { findings, same_version, incomplete }
}

/// Returns what of a document could not be compared.
fn incomplete((which, side): (Which, &Side<'_>)) -> Vec<Incomplete> {
    let mut parts: Vec<_> =
        side.defects().into_iter().filter(|((rule, _), _)| rule.is_incomplete()).collect();
    parts.sort_by_key(|((rule, node), _)| (*node, *rule));
    let part = |((_, node), reason)| Incomplete { which, location: side.document.location(node), reason };
    parts.into_iter().map(part).collect()
}
