//! Strongly connected components of a graph.

use super::pair::PairId;

/// Tarjan's algorithm without recursion: the strongly connected components, numbered so that edges lead from higher
/// numbers to lower or stay.
pub(crate) fn components<'e>(pairs: usize, edges: impl Fn(usize) -> &'e [PairId]) -> (Vec<u32>, usize) {
    const UNSEEN: u32 = u32::MAX;
    // Recursion would be as deep as the longest chain of references, which a document can make longer than
    // the stack.
    let mut index = vec![UNSEEN; pairs];
    let mut low = vec![0; pairs];
    let mut components = vec![UNSEEN; pairs];
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
                if components[child] == UNSEEN {
                    low[node] = low[node].min(index[child]);
                }
            }
            if descended || low[node] != index[node] {
                continue;
            }
            while let Some(member) = stack.pop() {
                components[member] = count;
                if member == node {
                    break;
                }
            }
            count += 1;
        }
    }
    (components, count as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cycles_are_one_component_and_edges_lead_down() {
        let edges: Vec<Vec<PairId>> = [vec![1], vec![2, 3], vec![0], vec![4], vec![], vec![4, 5]]
            .into_iter()
            .map(|list| list.into_iter().map(PairId).collect())
            .collect();
        let (components, count) = components(edges.len(), |pair| &edges[pair]);
        assert_eq!(count, 4);
        assert!(components[0] == components[1] && components[1] == components[2]);
        assert!(
            components[0] > components[3] && components[3] > components[4] && components[5] > components[4]
        );
    }
}
