//! Which member of one list of schemas is which of another.

use std::collections::HashMap;

use super::equivalence::equivalent;
use crate::diff::side::Side;
use crate::source::tree::NodeId;

/// Members that belong together, and those that are on one side only.
#[derive(Debug, Default)]
pub(super) struct Matched {
    pub(super) pairs: Vec<(NodeId, NodeId)>,
    pub(super) removed: Vec<NodeId>,
    pub(super) added: Vec<NodeId>,
}

/// Up to how many comparisons of each with each are made to find members that mean the same.
const EACH_WITH_EACH: usize = 400;

/// Matches by reference, then by value, by meaning, and by title; and the last on either side with each other.
pub(super) fn match_members<'a>(
    old: &Side<'a>,
    new: &Side<'a>,
    ours: &[NodeId],
    theirs: &[NodeId],
) -> Matched {
    let mut matched = Matched { removed: ours.to_vec(), added: theirs.to_vec(), ..Matched::default() };
    matched.by(|node| old.reference(node), |node| new.reference(node));
    matched.by(|node| Some(old.print(node)), |node| Some(new.print(node)));
    if matched.removed.len() * matched.added.len() <= EACH_WITH_EACH {
        matched.by_meaning(old, new);
    }
    let title = |side: &Side<'_>, node| {
        (!side.is_reference(node)).then(|| side.string(node, "title").map(str::to_owned))?
    };
    matched.by(|node| title(old, node), |node| title(new, node));
    if let ([removed], [added]) = (&*matched.removed, &*matched.added)
        && !old.is_reference(*removed)
        && !new.is_reference(*added)
    {
        matched.pairs.push((*removed, *added));
        matched.removed.clear();
        matched.added.clear();
    }
    matched
}

impl Matched {
    /// Matches members with the same key. A key that comes twice on one side is matched in order.
    fn by<T: Eq + std::hash::Hash>(
        &mut self,
        old_key: impl Fn(NodeId) -> Option<T>,
        new_key: impl Fn(NodeId) -> Option<T>,
    ) {
        if self.removed.is_empty() || self.added.is_empty() {
            return;
        }
        let mut waiting: HashMap<T, Vec<NodeId>> = HashMap::new();
        for node in self.added.iter().rev() {
            if let Some(key) = new_key(*node) {
                waiting.entry(key).or_default().push(*node);
            }
        }
        let mut taken = std::collections::HashSet::new();
        let mut pairs = Vec::new();
        self.removed.retain(|node| {
            let partner = old_key(*node).and_then(|key| waiting.get_mut(&key)?.pop());
            if let Some(partner) = partner {
                taken.insert(partner);
                pairs.push((*node, partner));
            }
            partner.is_none()
        });
        self.added.retain(|node| !taken.contains(node));
        self.pairs.extend(pairs);
    }

    fn by_meaning<'a>(&mut self, old: &Side<'a>, new: &Side<'a>) {
        let mut pairs = Vec::new();
        let added = &mut self.added;
        self.removed.retain(|node| {
            let ours = old.view_of(&[*node]);
            let partner = added.iter().position(|other| {
                may_be_same(old, new, *node, *other) && equivalent(old, new, ours, new.view_of(&[*other]))
            });
            if let Some(at) = partner {
                pairs.push((*node, added.remove(at)));
            }
            partner.is_none()
        });
        self.pairs.extend(pairs);
    }
}

/// Whether two members may be the same under different names: if one has none, or if the name was exchanged in the
/// whole document. Two schemas that both documents have are two, whatever they say.
fn may_be_same(old: &Side<'_>, new: &Side<'_>, ours: NodeId, theirs: NodeId) -> bool {
    match (old.reference(ours), new.reference(theirs)) {
        (Some(ours), Some(theirs)) => !new.leads_somewhere(ours) && !old.leads_somewhere(theirs),
        _ => true,
    }
}
