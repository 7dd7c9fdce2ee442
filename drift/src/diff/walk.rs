//! The walk over pairs of schemas: each pair once for each use, from a list, without recursion.

use std::cmp::Reverse;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BinaryHeap};
use std::rc::Rc;

use openapi_source::tree::NodeId;

use super::security::Schemes;
use super::side::{Reading, Side};
use super::view::ViewId;
use crate::comparison::Options;
use crate::finding::{Section, SubjectKind};
use crate::rule::{ApiRule, Direction, Place, Rule, SchemaChange};

/// Where a schema is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Spot {
    RequestBody,
    RequestProperty,
    Parameter,
    ParameterProperty,
    HeaderParameterProperty,
    ResponseBody,
    ResponseProperty,
    ResponseHeader,
    ResponseHeaderProperty,
}

impl Spot {
    /// Where what is inside such a schema is used.
    pub(crate) fn below(self) -> Self {
        match self {
            Self::RequestBody => Self::RequestProperty,
            Self::Parameter => Self::ParameterProperty,
            Self::ResponseBody => Self::ResponseProperty,
            Self::ResponseHeader => Self::ResponseHeaderProperty,
            below => below,
        }
    }

    pub(crate) fn place(self) -> Place {
        match self {
            Self::RequestBody => Place::RequestBody,
            Self::RequestProperty => Place::RequestProperty,
            Self::Parameter => Place::RequestParameter,
            Self::ParameterProperty | Self::HeaderParameterProperty => Place::RequestParameterProperty,
            Self::ResponseBody => Place::ResponseBody,
            Self::ResponseProperty => Place::ResponseProperty,
            Self::ResponseHeader => Place::ResponseHeader,
            Self::ResponseHeaderProperty => Place::ResponseHeaderProperty,
        }
    }

    pub(crate) fn direction(self) -> Direction {
        self.place().direction()
    }
}

/// How a schema is used, as far as what is found there depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Use {
    pub(crate) spot: Spot,
    /// Values are written without their types, as in a query or in XML.
    pub(crate) loose: bool,
    /// A list is written as its items, each under the same name: one value is a list of one.
    pub(crate) repeats: bool,
    /// The parameter is a header.
    pub(crate) header: bool,
    /// The parameter is required, so that no default ever applies.
    pub(crate) required: bool,
    /// Nobody sends such values: read-only in a request, write-only in a response.
    pub(crate) unsent: bool,
}

impl Use {
    pub(crate) fn body(direction: Direction, loose: bool) -> Self {
        let spot = match direction {
            Direction::Request => Spot::RequestBody,
            Direction::Response => Spot::ResponseBody,
        };
        Self { loose, ..Self::of(spot) }
    }

    /// Returns the plain use at a spot.
    pub(crate) fn of(spot: Spot) -> Self {
        Self { spot, loose: false, repeats: false, header: false, required: false, unsent: false }
    }

    pub(crate) fn below(self) -> Self {
        let spot = match self.spot {
            Spot::Parameter if self.header => Spot::HeaderParameterProperty,
            spot => spot.below(),
        };
        Self { spot, repeats: false, header: false, required: false, ..self }
    }
}

/// A pair of schemas by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct PairId(pub(crate) u32);

/// A pair of schemas in one use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Pair {
    pub(crate) old: ViewId,
    pub(crate) new: ViewId,
    pub(crate) usage: Use,
}

/// How far two parts differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Difference {
    None,
    /// In what only people read.
    Words,
    Meaning,
}

/// What a finding hangs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Origin {
    /// No operation.
    Nothing,
    /// One operation, by its number.
    Operation(u32),
    /// All operations that reach a pair of schemas.
    Pair(PairId),
}

/// A finding before its operations are known.
#[derive(Clone, Debug)]
pub(crate) struct Raw {
    pub(crate) rule: Rule,
    pub(crate) message: String,
    pub(crate) kind: SubjectKind,
    /// The subject's name, if it is not that of the node.
    pub(crate) name: Option<String>,
    pub(crate) old: Option<NodeId>,
    pub(crate) new: Option<NodeId>,
    pub(crate) origin: Origin,
    pub(crate) section: Section,
    /// Nobody sends what changed.
    pub(crate) unsent: bool,
}

/// Pairs that are still to be compared, in sweeps through the old document: what lies near is looked at together, for
/// requests as for responses, so that a large document is not fetched from memory again for each pair.
#[derive(Debug)]
struct Pending {
    /// Where the sweep is.
    place: NodeId,
    ahead: BinaryHeap<Reverse<(NodeId, PairId)>>,
    behind: BinaryHeap<Reverse<(NodeId, PairId)>>,
}

impl Pending {
    fn new() -> Self {
        Self { place: NodeId::ROOT, ahead: BinaryHeap::new(), behind: BinaryHeap::new() }
    }

    fn push(&mut self, place: NodeId, pair: PairId) {
        let side = if place < self.place { &mut self.behind } else { &mut self.ahead };
        side.push(Reverse((place, pair)));
    }

    fn pop(&mut self) -> Option<PairId> {
        if self.ahead.is_empty() {
            std::mem::swap(&mut self.ahead, &mut self.behind);
        }
        let Reverse((place, pair)) = self.ahead.pop()?;
        self.place = place;
        Some(pair)
    }
}

/// All pairs, and what was found.
#[derive(Debug)]
pub(crate) struct Walk<'a> {
    pub(crate) old: &'a Side<'a>,
    pub(crate) new: &'a Side<'a>,
    pub(crate) options: &'a Options,
    /// Which security scheme is which.
    pub(super) schemes: Rc<Schemes<'a>>,
    /// Whether an operation requires what the document requires by default, in both documents.
    pub(super) defaults_apply: bool,
    pub(crate) pairs: Vec<Pair>,
    /// In the order of the old views: a sweep asks for pairs that lie near each other, which entries of a hash table
    /// would not.
    known: BTreeMap<Pair, PairId>,
    /// From pairs to the pairs inside them, one pair after the other, as they are compared.
    edges: Vec<PairId>,
    /// Which edges are those of each pair.
    spans: Vec<(u32, u32)>,
    pending: Pending,
    /// From an operation, by its number, to the pairs that it begins with.
    pub(crate) roots: Vec<Vec<PairId>>,
    pub(crate) found: Vec<Raw>,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(old: &'a Side<'a>, new: &'a Side<'a>, options: &'a Options) -> Self {
        // Room is cheap until it is used; lists that grow are copied again and again.
        Self {
            old,
            new,
            options,
            schemes: Rc::new(Schemes::new(old, new)),
            defaults_apply: false,
            pairs: Vec::with_capacity(old.tree.len() / 4),
            known: BTreeMap::new(),
            edges: Vec::with_capacity(old.tree.len() / 2),
            spans: Vec::with_capacity(old.tree.len() / 4),
            pending: Pending::new(),
            roots: Vec::new(),
            found: Vec::new(),
        }
    }

    /// Compares the schemas that an operation begins with.
    pub(crate) fn begin(&mut self, operation: u32, old: NodeId, new: NodeId, usage: Use) {
        let (old, new) = (self.old.view_of(&[old]), self.new.view_of(&[new]));
        let pair = self.number(Pair { old, new, usage });
        let operation = operation as usize;
        if self.roots.len() <= operation {
            self.roots.resize_with(operation + 1, Vec::new);
        }
        self.roots[operation].push(pair);
    }

    /// Compares schemas that no operation begins with, as if the server sent them.
    pub(crate) fn begin_apart(&mut self, old: NodeId, new: NodeId) {
        let usage = Use::of(Spot::ResponseProperty);
        let (old, new) = (self.old.view_of(&[old]), self.new.view_of(&[new]));
        self.number(Pair { old, new, usage });
    }

    /// The pairs inside a pair.
    pub(crate) fn inside(&self, pair: PairId) -> &[PairId] {
        let (start, end) = self.spans[pair.0 as usize];
        &self.edges[start as usize..end as usize]
    }

    /// Whether two schemas are written the same, and mean the same wherever they stand.
    pub(crate) fn is_same(&self, old: NodeId, new: NodeId) -> bool {
        self.new.is_quiet(new) && self.old.print(old) == self.new.print(new)
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
        let usage = Use { unsent: below.unsent || unsent, ..below };
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
        let place = self.old.viewed(pair.old).node().unwrap_or(NodeId::ROOT);
        self.pending.push(place, id);
        id
    }

    /// Compares all pairs that were begun, and those inside them.
    pub(crate) fn run(&mut self) {
        while let Some(pair) = self.pending.pop() {
            let start = self.edges.len() as u32;
            super::schema::compare(self, pair);
            self.spans[pair.0 as usize] = (start, self.edges.len() as u32);
        }
    }

    /// Whether a node of either document says something else under a key.
    pub(crate) fn differs(&self, old: NodeId, new: NodeId, key: &str) -> bool {
        let print = |side: &Side<'_>, node| side.get(node, key).map(|node| side.print(node));
        print(self.old, old) != print(self.new, new)
    }

    /// Returns how far two parts differ.
    pub(crate) fn difference(&self, old: NodeId, new: NodeId) -> Difference {
        let is_same = |reading| self.old.part(old, reading) == self.new.part(new, reading);
        if self.old.print(old) == self.new.print(new) || is_same(Reading::Contents) {
            Difference::None
        } else if is_same(Reading::Meaning) {
            Difference::Words
        } else {
            Difference::Meaning
        }
    }

    /// Notes something at an operation.
    pub(crate) fn note(
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
        self.found.push(Raw { rule, message, kind, name, old, new, origin, section, unsent: false });
    }

    /// Notes something that concerns no operation.
    pub(crate) fn note_apart(
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
        self.found.push(Raw { rule, message, kind, name, old, new, origin, section, unsent: false });
    }

    /// Notes something at a pair of schemas.
    pub(crate) fn note_schema(
        &mut self,
        pair: PairId,
        rule: Rule,
        (old, new): (Option<NodeId>, Option<NodeId>),
        message: impl Into<String>,
    ) {
        self.found.push(Raw {
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

impl SchemaChange {
    /// The rule of a change at a spot. Not every change has a name at every spot.
    pub(crate) fn at(self, place: Place) -> Option<Rule> {
        place.has(self).then_some(Rule::Schema(place, self))
    }
}
