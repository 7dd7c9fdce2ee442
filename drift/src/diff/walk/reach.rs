//! Which operations reach which pairs of schemas, computed after the walk, once for each component of the graph.

use std::sync::Arc;

use super::Walk;
use super::components::components;
use super::found::Origin;
use super::pair::PairId;
use crate::finding::Section;
use crate::operations::{Operation, Operations};

/// An operation as findings name it, and its part of the document.
#[derive(Clone, Debug)]
pub(crate) struct OperationInfo {
    pub(crate) operation: Operation,
    pub(crate) section: Section,
}

/// Operations of a component, a bit each, and the first part of the document that they belong to.
type Set = (Vec<u64>, Option<Section>);

/// Which operations reach what.
#[derive(Debug)]
pub(crate) struct Reach {
    /// All operations, sorted, each once.
    all: Arc<[Operation]>,
    /// Where each known operation is among them, and its part of the document.
    slots: Vec<(usize, Section)>,
    /// For each pair the component that it is in: pairs that reach each other are in one.
    components: Vec<u32>,
    sets: Vec<Option<(Operations, Option<Section>)>>,
}

impl Reach {
    /// Computes the operations of all pairs that something was found at.
    pub(crate) fn new(walk: &Walk<'_>, known: &[OperationInfo]) -> Self {
        let mut all: Vec<Operation> = known.iter().map(|known| known.operation.clone()).collect();
        all.sort_unstable();
        all.dedup();
        let slot =
            |known: &OperationInfo| (all.binary_search(&known.operation).unwrap_or_default(), known.section);
        let slots: Vec<(usize, Section)> = known.iter().map(slot).collect();
        let (components, count) = components(walk.pairs.len(), |pair| walk.inside(PairId(pair as u32)));
        let mut wanted = vec![false; count];
        for raw in &walk.found {
            if let Origin::Pair(PairId(pair)) = raw.origin {
                wanted[components[pair as usize] as usize] = true;
            }
        }
        let found = wanted.clone();
        // Components are numbered so that edges lead from higher numbers to lower.
        // Schemas refer to one another in circles, so sets are computed for components, in one pass from
        // the highest number down.
        let mut successors: Vec<Vec<u32>> = vec![Vec::new(); count];
        for pair in 0..walk.pairs.len() {
            let from = components[pair];
            let inside = walk.inside(PairId(pair as u32)).iter();
            let others = inside.map(|to| components[to.0 as usize]).filter(|to| *to != from);
            successors[from as usize].extend(others);
        }
        for (component, list) in successors.iter_mut().enumerate() {
            list.sort_unstable();
            list.dedup();
            wanted[component] |= list.iter().any(|to| wanted[*to as usize]);
        }
        let empty = || (vec![0; all.len().div_ceil(64)], None);
        let mut sets: Vec<Option<Set>> = wanted.iter().map(|wanted| wanted.then(empty)).collect();
        for (pairs, (slot, section)) in walk.roots.iter().zip(&slots) {
            for pair in pairs {
                if let Some(set) = &mut sets[components[pair.0 as usize] as usize] {
                    set.0[slot / 64] |= 1 << (slot % 64);
                    set.1 = first(set.1, Some(*section));
                }
            }
        }
        let all: Arc<[Operation]> = all.into();
        let mut done = vec![None; count];
        for component in (0..count).rev() {
            let Some(set) = sets[component].take() else { continue };
            for to in &successors[component] {
                if let Some(other) = &mut sets[*to as usize] {
                    for (word, more) in other.0.iter_mut().zip(&set.0) {
                        *word |= more;
                    }
                    other.1 = first(other.1, set.1);
                }
            }
            if found[component] {
                done[component] = Some((Operations::new(Arc::clone(&all), set.0), set.1));
            }
        }
        Self { all, slots, components, sets: done }
    }

    /// Operations by number, and the part of the document that they belong to.
    pub(crate) fn listed(&self, numbers: &[u32]) -> (Option<Section>, Operations) {
        let mut bits = vec![0; self.all.len().div_ceil(64)];
        let mut part = None;
        for number in numbers {
            let (slot, section) = self.slots[*number as usize];
            bits[slot / 64] |= 1 << (slot % 64);
            part = first(part, Some(section));
        }
        (part, Operations::new(Arc::clone(&self.all), bits))
    }

    /// Returns the operations of an origin, and the part of the document that they belong to.
    pub(crate) fn operations(&self, origin: Origin) -> (Option<Section>, Operations) {
        let none = || Operations::new(Arc::clone(&self.all), []);
        match origin {
            Origin::Nothing => (None, none()),
            Origin::Operation(number) => self.listed(&[number]),
            Origin::Pair(PairId(pair)) => match &self.sets[self.components[pair as usize] as usize] {
                // What no operation begins with was compared apart.
                Some((operations, section)) => (section.or(Some(Section::Unused)), operations.clone()),
                None => (None, none()),
            },
        }
    }
}

fn first(one: Option<Section>, other: Option<Section>) -> Option<Section> {
    one.into_iter().chain(other).min()
}
