//! What a newer document does to the Rust that calls the generated code, and which release that asks for.
//!
//! Both documents are generated, the public items of the results are parsed and compared one with the other, and each
//! difference gets one reason. The rules are those of Cargo's book: what can stop a caller from compiling is
//! [`Bump::Major`], what callers can newly name is [`Bump::Minor`], all else is [`Bump::Patch`].
//!
//! What the verdict covers: the types, the client and its requests, which `nd8` publishes in `raw` and, many of the types, at its
//! root. The typed mocks follow them: one more parameter is one more method. The hand-written layer is not looked at: where it has to
//! follow a change, its own changes come on top, so the verdict is the least that is needed.
//!
//! ```
//! use nd8_codegen::{Document, Knowledge, Profile};
//! use nd8_codegen::impact::{Bump, Inputs, compare};
//!
//! let profile = Profile::default();
//! let inputs = |text: &'static str| {
//!     Inputs::new(Document { name: "tiny.json", bytes: text.as_bytes() }, Knowledge::new(&profile))
//! };
//! let old = r#"{"openapi": "3.0.3", "info": {"title": "Tiny", "version": "1"},
//!     "paths": {"/ping/": {"get": {"responses": {"204": {"description": "Pong"}}}}}}"#;
//! let new = r#"{"openapi": "3.0.3", "info": {"title": "Tiny", "version": "1"}, "paths": {"/pong/": {"get": {"responses": {"204": {"description": "Ping"}}}}}}"#;
//! let impact = compare(inputs(old), inputs(new))?;
//! assert_eq!(impact.bump, Some(Bump::Major));
//! assert_eq!(impact.changes[0].item, "fn Client::get_ping");
//! # Ok::<(), nd8_codegen::Error>(())
//! ```

mod canonical;
mod diff;
mod lenient;
mod methods;
mod reason;
mod surface;
#[cfg(test)]
mod tests;
mod version;

use std::cmp::Reverse;
use std::fmt;

use serde::Serialize;

pub use reason::{Bump, ChangeKind, Reason, What};
pub use version::next_version;

use self::lenient::StaleTolerant;
use self::surface::Surface;
use crate::{Document, Error, Knowledge};

/// Inputs of one side of a comparison.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Inputs<'a> {
    /// Document.
    pub main: Document<'a>,
    /// Knowledge about it. Entries that match nothing are ignored here: between two documents some must.
    pub knowledge: Knowledge<'a>,
}

impl<'a> Inputs<'a> {
    /// Creates the inputs from a document and the knowledge about it.
    pub fn new(main: Document<'a>, knowledge: Knowledge<'a>) -> Self {
        Self { main, knowledge }
    }
}

/// Effect of a change of documents on callers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Impact {
    /// Release that is needed; none when even the documents are the same.
    pub bump: Option<Bump>,
    /// Changes, the most severe first.
    pub changes: Vec<SurfaceChange>,
    /// Entries of the profile that match nothing in the new document. They have to go before it can be built.
    pub stale: Vec<String>,
}

/// One public item that changed, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SurfaceChange {
    /// Item, as `openapi/surface.txt` names it: `field types::Payment::amount`.
    pub item: String,
    /// Kind of change.
    pub kind: ChangeKind,
    /// Release that it asks for.
    pub bump: Bump,
    /// Change of the item, and whom it affects.
    pub reason: Reason,
}

impl SurfaceChange {
    fn new(item: String, reason: Reason) -> Self {
        Self { item, kind: reason.kind(), bump: reason.bump(), reason }
    }
}

impl fmt::Display for SurfaceChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}  {}: {}", self.bump, self.item, self.reason)
    }
}

/// A line for each change.
impl fmt::Display for Impact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.bump {
            Some(bump) => writeln!(f, "rust: {bump}")?,
            None => writeln!(f, "rust: no change")?,
        }
        self.changes.iter().try_for_each(|change| writeln!(f, "{change}"))?;
        self.stale.iter().try_for_each(|entry| writeln!(f, "stale  {entry}"))
    }
}

/// Compares the code of two documents. Equal input gives an equal result, in the same order.
///
/// # Errors
///
/// As of [`generate`](crate::generate), for the document that cannot be generated from; but an entry of a profile that
/// matches nothing is no error here.
pub fn compare(old: Inputs<'_>, new: Inputs<'_>) -> Result<Impact, Error> {
    let (old, new) = (StaleTolerant::generate(old)?, StaleTolerant::generate(new)?);
    let surfaces = [&old, &new].map(|side| Surface::parse(&side.generated.types, &side.generated.client));
    let [was, is] = surfaces;
    let parsed = |surface: Result<Surface, syn::Error>, side: &StaleTolerant| {
        surface.map_err(|error| side.error(format!("it wrote Rust that does not parse: {error}")))
    };
    let mut changes = diff::diff(&parsed(was, &old)?, &parsed(is, &new)?);
    if old.generated.revision != new.generated.revision {
        changes.push(SurfaceChange::new("const API".to_owned(), Reason::AnotherRevision));
    }
    changes
        .sort_by_cached_key(|change| (Reverse(change.bump), change.item.clone(), change.reason.to_string()));
    let bump = changes.iter().map(|change| change.bump).max();
    Ok(Impact { bump, changes, stale: new.stale })
}
