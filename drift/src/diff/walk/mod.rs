//! Walk over pairs of schemas: each pair once for each use, from a list, without recursion.

pub(crate) mod components;
pub(crate) mod found;
pub(crate) mod matched;
pub(crate) mod pair;
pub(crate) mod reach;
pub(crate) mod schemes;
pub(crate) mod usage;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::rc::Rc;

use openapi_source::tree::NodeId;

use self::found::{Origin, RawFinding};
use self::pair::{Pair, PairId};
use self::schemes::Schemes;
use self::usage::Usage;
use crate::comparison::Options;
use crate::diff::side::{Reading, Side};
use crate::finding::{Section, SubjectKind};
use crate::rule::{ApiRule, Place, Rule};

/// Degree of difference of two parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Difference {
    None,
    /// In what only people read.
    Words,
    Meaning,
}

/// All pairs, and what was found.
#[derive(Debug)]
pub(crate) struct Walk<'a> {
    pub(crate) old: &'a Side<'a>,
    pub(crate) new: &'a Side<'a>,
    pub(crate) options: &'a Options,
    /// Which security scheme is which.
    pub(crate) schemes: Rc<Schemes<'a>>,
    /// True if an operation requires what the document requires by default, in both documents.
    pub(crate) defaults_apply: bool,
    pub(crate) pairs: Vec<Pair>,
    known: HashMap<Pair, PairId>,
    /// From pairs to the pairs inside them, one pair after the other, in the order of comparison.
    edges: Vec<PairId>,
    /// Which edges are those of each pair.
    spans: Vec<(u32, u32)>,
    pending: Vec<PairId>,
    /// From an operation, by its number, to the pairs that it begins with.
    pub(crate) roots: Vec<Vec<PairId>>,
    pub(crate) found: Vec<RawFinding>,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(old: &'a Side<'a>, new: &'a Side<'a>, options: &'a Options) -> Self {
        Self {
            old,
            new,
            options,
            schemes: Rc::new(Schemes::new(old, new)),
            defaults_apply: false,
            pairs: Vec::new(),
            known: HashMap::new(),
            edges: Vec::new(),
            spans: Vec::new(),
            pending: Vec::new(),
            roots: Vec::new(),
            found: Vec::new(),
        }
    }

    /// Compares the schemas that an operation begins with.
    pub(crate) fn enqueue(&mut self, operation: u32, old: NodeId, new: NodeId, usage: Usage) {
        let (old, new) = (self.old.view_of(&[old]), self.new.view_of(&[new]));
        // The same pair may be a root of many operations; it is compared once.
        let pair = self.number(Pair { old, new, usage });
        let operation = operation as usize;
        if self.roots.len() <= operation {
            self.roots.resize_with(operation + 1, Vec::new);
        }
        self.roots[operation].push(pair);
    }

    /// Compares schemas that no operation begins with, as if the server sent them.
    pub(crate) fn enqueue_unused(&mut self, old: NodeId, new: NodeId) {
        let usage = Usage::of(Place::ResponseProperty);
        let (old, new) = (self.old.view_of(&[old]), self.new.view_of(&[new]));
        self.number(Pair { old, new, usage });
    }

    /// Returns the pairs inside a pair.
    pub(crate) fn inside(&self, pair: PairId) -> &[PairId] {
        let (start, end) = self.spans[pair.0 as usize];
        &self.edges[start as usize..end as usize]
    }

    /// Returns whether two schemas are written the same, and mean the same in every place.
    pub(crate) fn is_same(&self, old: NodeId, new: NodeId) -> bool {
        self.new.is_context_free(new) && self.old.digest(old) == self.new.digest(new)
    }

    /// Compares schemas inside the pair that is being compared.
    pub(crate) fn enter(&mut self, from: PairId, old: &[NodeId], new: &[NodeId]) {
        self.enter_property(from, old, new, false);
    }

    /// Compares the schemas of a property, which may be one that nobody sends.
    pub(crate) fn enter_property(&mut self, from: PairId, old: &[NodeId], new: &[NodeId], unsent: bool) {
        if let ([ours], [theirs]) = (old, new)
            && self.is_same(*ours, *theirs)
        {
            return;
        }
        let below = self.pairs[from.0 as usize].usage.below();
        let usage = Usage { unsent: below.unsent || unsent, ..below };
        let old = self.old.view_of(old);
        let new = self.new.view_of(new);
        let pair = self.number(Pair { old, new, usage });
        self.edges.push(pair);
    }

    fn number(&mut self, pair: Pair) -> PairId {
        let id = PairId(self.pairs.len() as u32);
        match self.known.entry(pair) {
            Entry::Occupied(known) => return *known.get(),
            Entry::Vacant(vacant) => drop(vacant.insert(id)),
        }
        self.pairs.push(pair);
        self.spans.push((0, 0));
        self.pending.push(id);
        id
    }

    /// Returns the next pair that is to be compared.
    pub(crate) fn next_pair(&mut self) -> Option<PairId> {
        self.pending.pop()
    }

    /// Returns how many edges are known: those of a pair begin where its comparison does.
    pub(crate) fn edge_count(&self) -> u32 {
        self.edges.len() as u32
    }

    /// Records which edges are those of a pair, once it has been compared.
    pub(crate) fn set_inside(&mut self, pair: PairId, start: u32) {
        self.spans[pair.0 as usize] = (start, self.edge_count());
    }

    /// Returns whether a node of either document has a different value under a key.
    pub(crate) fn differs(&self, old: NodeId, new: NodeId, key: &str) -> bool {
        let digest = |side: &Side<'_>, node| side.get(node, key).map(|node| side.digest(node));
        digest(self.old, old) != digest(self.new, new)
    }

    /// Returns how far two parts differ.
    pub(crate) fn difference(&self, old: NodeId, new: NodeId) -> Difference {
        let is_same = |reading| self.old.part(old, reading) == self.new.part(new, reading);
        if self.old.digest(old) == self.new.digest(new) || is_same(Reading::Contents) {
            Difference::None
        } else if is_same(Reading::Meaning) {
            Difference::Words
        } else {
            Difference::Meaning
        }
    }

    /// Notes something at an operation.
    pub(crate) fn report(
        &mut self,
        operation: u32,
        rule: Rule,
        kind: SubjectKind,
        name: impl Into<String>,
        (old, new): (Option<NodeId>, Option<NodeId>),
        message: impl Into<String>,
    ) {
        let (message, name) = (message.into(), Some(name.into()));
        let (origin, section) = (Origin::Operation(operation), Section::Paths);
        self.found.push(RawFinding { rule, message, kind, name, old, new, origin, section, unsent: false });
    }

    /// Notes something that concerns no operation.
    pub(crate) fn report_global(
        &mut self,
        rule: ApiRule,
        section: Section,
        kind: SubjectKind,
        name: impl Into<String>,
        (old, new): (Option<NodeId>, Option<NodeId>),
        message: impl Into<String>,
    ) {
        let (message, name) = (message.into(), Some(name.into()));
        let (rule, origin) = (Rule::Api(rule), Origin::Nothing);
        self.found.push(RawFinding { rule, message, kind, name, old, new, origin, section, unsent: false });
    }

    /// Notes something at a pair of schemas.
    pub(crate) fn report_schema(
        &mut self,
        pair: PairId,
        rule: Rule,
        (old, new): (Option<NodeId>, Option<NodeId>),
        message: impl Into<String>,
    ) {
        self.found.push(RawFinding {
            rule,
            message: message.into(),
            kind: SubjectKind::Schema,
            name: None,
            old,
            new,
            origin: Origin::Pair(pair),
            section: Section::Paths,
            unsent: self.pairs[pair.0 as usize].usage.unsent,
        });
    }
}
