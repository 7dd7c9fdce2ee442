//! Which operations reach which pairs of schemas, computed after the walk, once for each knot of the graph.

use std::sync::Arc;

use super::operations::Known;
use super::walk::{Origin, PairId, Walk};
use crate::finding::Section;
use crate::operations::{Operation, Operations};

/// The operations of a knot, a bit each, and the first part of the document that they belong to.
type Set = (Vec<u64>, Option<Section>);

/// Which operations reach what.
#[derive(Debug)]
pub(crate) struct Reach {
    /// All operations, sorted, each once.
    all: Arc<[Operation]>,
    /// Where each known operation is among them, and its part of the document.
    slots: Vec<(usize, Section)>,
    /// For each pair the knot that it is in: pairs that reach each other are in one.
    knots: Vec<u32>,
    sets: Vec<Option<(Operations, Option<Section>)>>,
}

impl Reach {
    /// Computes the operations of all pairs that something was found at.
    pub(crate) fn new(walk: &Walk<'_>, known: &[Known]) -> Self {
        let mut all: Vec<Operation> = known.iter().map(|known| known.operation.clone()).collect();
        all.sort_unstable();
        all.dedup();
        let slot = |known: &Known| (all.binary_search(&known.operation).unwrap_or_default(), known.section);
        let slots: Vec<(usize, Section)> = known.iter().map(slot).collect();
        let (knots, count) = knots(walk.pairs.len(), |pair| walk.inside(PairId(pair as u32)));
        let mut wanted = vec![false; count];
        for raw in &walk.found {
            if let Origin::Pair(PairId(pair)) = raw.origin {
                wanted[knots[pair as usize] as usize] = true;
            }
        }
        let found = wanted.clone();
        // Knots are numbered so that edges lead from higher numbers to lower.
        let mut successors: Vec<Vec<u32>> = vec![Vec::new(); count];
        for pair in 0..walk.pairs.len() {
            let from = knots[pair];
            let inside = walk.inside(PairId(pair as u32)).iter();
            let others = inside.map(|to| knots[to.0 as usize]).filter(|to| *to != from);
            successors[from as usize].extend(others);
        }
        for (knot, list) in successors.iter_mut().enumerate() {
            list.sort_unstable();
            list.dedup();
            wanted[knot] |= list.iter().any(|to| wanted[*to as usize]);
        }
        let empty = || (vec![0; all.len().div_ceil(64)], None);
        let mut sets: Vec<Option<Set>> = wanted.iter().map(|wanted| wanted.then(empty)).collect();
        for (pairs, (slot, section)) in walk.roots.iter().zip(&slots) {
            for pair in pairs {
                if let Some(set) = &mut sets[knots[pair.0 as usize] as usize] {
                    set.0[slot / 64] |= 1 << (slot % 64);
                    set.1 = first(set.1, Some(*section));
                }
            }
        }
        let all: Arc<[Operation]> = all.into();
        let mut done = vec![None; count];
        for knot in (0..count).rev() {
            let Some(set) = sets[knot].take() else { continue };
            for to in &successors[knot] {
                if let Some(other) = &mut sets[*to as usize] {
                    for (word, more) in other.0.iter_mut().zip(&set.0) {
                        *word |= more;
                    }
                    other.1 = first(other.1, set.1);
                }
            }
            if found[knot] {
                done[knot] = Some((Operations::new(Arc::clone(&all), set.0), set.1));
            }
        }
        Self { all, slots, knots, sets: done }
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

    /// The operations of an origin, and the part of the document that they belong to.
    pub(crate) fn operations(&self, origin: Origin) -> (Option<Section>, Operations) {
        let none = || Operations::new(Arc::clone(&self.all), []);
        match origin {
            Origin::Nothing => (None, none()),
            Origin::Operation(number) => self.listed(&[number]),
            Origin::Pair(PairId(pair)) => match &self.sets[self.knots[pair as usize] as usize] {
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

/// Tarjan's algorithm without recursion: the strongly connected components, numbered so that edges lead from higher
/// numbers to lower or stay.
fn knots<'e>(pairs: usize, edges: impl Fn(usize) -> &'e [PairId]) -> (Vec<u32>, usize) {
    const UNSEEN: u32 = u32::MAX;
    let mut index = vec![UNSEEN; pairs];
    let mut low = vec![0; pairs];
    let mut knots = vec![UNSEEN; pairs];
    let (mut next, mut count) = (0, 0);
    let mut stack: Vec<usize> = Vec::new();
    for root in 0..pairs {
        if index[root] != UNSEEN {
            continue;
        }
        let mut calls = vec![(root, 0)];
        while let Some((node, edge)) = calls.pop() {
            if edge == 0 {
                index[node] = next;
                low[node] = next;
                next += 1;
                stack.push(node);
            } else {
                let child = edges(node)[edge - 1].0 as usize;
                low[node] = low[node].min(low[child]);
            }
            let mut at = edge;
            let mut descended = false;
            while let Some(child) = edges(node).get(at) {
                let child = child.0 as usize;
                at += 1;
                if index[child] == UNSEEN {
                    calls.push((node, at));
                    calls.push((child, 0));
                    descended = true;
                    break;
                }
                if knots[child] == UNSEEN {
                    low[node] = low[node].min(index[child]);
                }
            }
            if descended || low[node] != index[node] {
                continue;
            }
            while let Some(member) = stack.pop() {
                knots[member] = count;
                if member == node {
                    break;
                }
            }
            count += 1;
        }
    }
    (knots, count as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cycles_are_one_knot_and_edges_lead_down() {
        let edges: Vec<Vec<PairId>> = [vec![1], vec![2, 3], vec![0], vec![4], vec![], vec![4, 5]]
            .into_iter()
            .map(|list| list.into_iter().map(PairId).collect())
            .collect();
        let (knots, count) = knots(edges.len(), |pair| &edges[pair]);
        assert_eq!(count, 4);
        assert!(knots[0] == knots[1] && knots[1] == knots[2]);
        assert!(knots[0] > knots[3] && knots[3] > knots[4] && knots[5] > knots[4]);
    }
}
