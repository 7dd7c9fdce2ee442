//! The state of bringing a document into the normal form. Each module of the folder adds methods for its part.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::overlay::Overlay;
use super::schema::{Shaped, Unmade};
use crate::document::Tree;
use crate::names::Scope;
use crate::pointer::Pointer;
use crate::profile::Profile;
use crate::report::Diagnostics;

/// Document of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Main,
    Supplement,
}

/// A document that is being normalized, and what was made of it so far.
pub(super) struct Normalizer<'a> {
    pub(super) tree: &'a Tree,
    pub(super) main_name: String,
    pub(super) source: Source,
    pub(super) profile: &'a Profile,
    pub(super) overlay: &'a Overlay,
    pub(super) diagnostics: &'a mut Diagnostics,
    pub(super) components: Map<String, Value>,
    pub(super) origins: BTreeMap<String, (String, Pointer)>,
    /// Names of types, and the key of each.
    pub(super) types: Scope,
    pub(super) claims: BTreeMap<String, String>,
    pub(super) table_names: BTreeSet<String>,
    pub(super) used_names: BTreeSet<String>,
    /// Components by the place that references name.
    pub(super) places: BTreeMap<String, String>,
    /// Shapes of references to alternatives.
    pub(super) shapes: BTreeMap<String, Shaped>,
    /// Alternatives that are being read.
    pub(super) shaping: Vec<String>,
    pub(super) started: BTreeSet<String>,
    pub(super) unmade: Vec<Unmade>,
    /// Types that requests are made of.
    pub(super) requests: BTreeSet<String>,
    pub(super) constants: Vec<(String, String, String)>,
    /// Fields that readings of a type lack: document, place, type and field.
    pub(super) missing: Vec<(String, Pointer, String, String)>,
    /// Fields that the contract has and the document only sends, or only takes: by role, the keyword that states so.
    pub(super) unsendable: BTreeMap<String, &'static str>,
    /// Values of sets of texts, and whether the document has them.
    pub(super) values: BTreeMap<String, BTreeMap<String, bool>>,
    /// Types of operations of ours that could not be read: what they lack follows from that.
    pub(super) failed: BTreeSet<String>,
    /// References that are being followed, with the component that is made of each.
    pub(super) open: Vec<(String, Option<String>)>,
    pub(super) nesting: usize,
    pub(super) spent: usize,
}
