//! Which operations reach which pairs of schemas, computed after the walk, once for each knot of the graph.

use std::collections::HashMap;
use std::sync::Arc;

use super::operations::Known;
use super::walk::{Origin, PairId, Walk};
use crate::finding::{Operation, Section};

/// A set of operations by number.
type Set = Vec<u64>;

/// The lists of operations that findings share.
#[derive(Debug)]
pub(crate) struct Reach<'k> {
    known: &'k [Known],
    /// For each pair the knot that it is in: pairs that reach each other are in one.
    knots: Vec<u32>,
    sets: Vec<Option<Set>>,
    lists: HashMap<Set, (Section, Arc<[Operation]>)>,
    nothing: Arc<[Operation]>,
}

impl<'k> Reach<'k> {
    /// Computes the operations of all pairs that something was found at.
    pub(crate) fn new(walk: &Walk<'_>, known: &'k [Known]) -> Self {
        let (knots, count) = knots(walk.pairs.len(), |pair| walk.inside(PairId(pair as u32)));
        let mut wanted = vec![false; count];
        for raw in &walk.found {
            if let Origin::Pair(PairId(pair)) = raw.origin {
                wanted[knots[pair as usize] as usize] = true;
            }
        }
        // Knots are numbered so that edges lead from higher numbers to lower.
        let mut successors: Vec<Vec<u32>> = vec![Vec::new(); count];
        for pair in 0..walk.pairs.len() {
            let from = knots[pair];
            let others = walk
                .inside(PairId(pair as u32))
                .iter()
                .map(|to| knots[to.0 as usize])
                .filter(|to| *to != from);
            successors[from as usize].extend(others);
        }
        for (knot, list) in successors.iter_mut().enumerate() {
            list.sort_unstable();
            list.dedup();
            wanted[knot] |= list.iter().any(|to| wanted[*to as usize]);
        }
        let width = known.len().div_ceil(64);
        let mut sets: Vec<Option<Set>> = wanted.iter().map(|wanted| wanted.then(|| vec![0; width])).collect();
        for (operation, pairs) in walk.roots.iter().enumerate() {
            for pair in pairs {
                if let Some(set) = &mut sets[knots[pair.0 as usize] as usize] {
                    set[operation / 64] |= 1 << (operation % 64);
                }
            }
        }
        for knot in (0..count).rev() {
            let Some(set) = sets[knot].take() else { continue };
            for to in &successors[knot] {
                if let Some(other) = &mut sets[*to as usize] {
                    for (word, more) in other.iter_mut().zip(&set) {
                        *word |= more;
                    }
                }
            }
            sets[knot] = Some(set);
        }
        Self { known, knots, sets, lists: HashMap::new(), nothing: Arc::from([]) }
    }

    /// The operations of an origin, sorted, and the part of the document that they belong to.
    pub(crate) fn operations(&mut self, origin: Origin) -> (Option<Section>, Arc<[Operation]>) {
        let set = match origin {
            Origin::Nothing => return (None, Arc::clone(&self.nothing)),
            Origin::Operation(number) => {
                let mut set = vec![0; self.known.len().div_ceil(64)];
                set[number as usize / 64] |= 1 << (number % 64);
                set
            }
            Origin::Pair(PairId(pair)) => {
                let knot = self.knots[pair as usize] as usize;
                self.sets[knot].clone().unwrap_or_default()
            }
        };
        let known = self.known;
        let (section, list) = self.lists.entry(set).or_insert_with_key(|set| {
            let numbers = (0..known.len()).filter(|number| set[number / 64] & (1 << (number % 64)) != 0);
            let mut section = None;
            let mut list: Vec<Operation> = numbers
                .map(|number| {
                    let Known { operation, section: own } = &known[number];
                    section = Some(section.map_or(*own, |section: Section| section.min(*own)));
                    operation.clone()
                })
                .collect();
            list.sort_unstable();
            list.dedup();
            (section.unwrap_or(Section::Paths), list.into())
        });
        (Some(*section), Arc::clone(list))
    }
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
