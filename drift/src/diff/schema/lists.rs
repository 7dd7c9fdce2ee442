//! Which member of one list of schemas is which of another.

use std::collections::{BTreeSet, HashMap, HashSet};

use openapi_source::tree::NodeId;

use super::K;
use super::equivalence::equivalent;
use super::reading::{Types, kinds_of_values, map, own_types, schema_name, strings};
use crate::diff::side::Side;
use crate::diff::side::view::{Draft, Facts};

/// Members that belong together, and those that are on one side only.
#[derive(Debug, Default)]
pub(super) struct Matched {
    pub(super) pairs: Vec<(NodeId, NodeId)>,
    pub(super) removed: Vec<NodeId>,
    pub(super) added: Vec<NodeId>,
}

/// Up to how many comparisons are made to find members that mean the same.
const COMPARISONS: usize = 400;

/// Matches by reference, then by value, by meaning, by title, and by outline; and the last on either side with each other.
pub(super) fn match_members<'a>(
    old: &Side<'a>,
    new: &Side<'a>,
    ours: &[NodeId],
    theirs: &[NodeId],
) -> Matched {
    let mut matched = Matched { removed: ours.to_vec(), added: theirs.to_vec(), ..Matched::default() };
    matched.by(|node| old.reference(node), |node| new.reference(node));
    matched.by(|node| Some(old.digest(node)), |node| Some(new.digest(node)));
    matched.by_meaning(old, new);
    // A schema that came to be in a file of its own, or no longer is.
    let moved = |side: &Side<'a>, other: &Side<'a>, node: NodeId| {
        let reference =
            side.reference(node).filter(|name| !other.leads_somewhere(side.document.path(node), name))?;
        Some(schema_name(reference))
    };
    matched.by(|node| moved(old, new, node), |node| moved(new, old, node));
    // The title of a member of one kind: a reference, or a schema in its place.
    fn title<'a>(side: &Side<'a>, node: NodeId, is_reference: bool) -> Option<&'a str> {
        let schema = if is_reference { side.resolve(node)? } else { node };
        side.string(schema, "title").filter(|_| side.is_reference(node) == is_reference)
    }
    // The name of a reference is better evidence than a title.
    for (ours, theirs) in [(false, false), (true, false), (false, true)] {
        matched.by(|node| title(old, node, ours), |node| title(new, node, theirs));
    }
    matched.by_outline(old, new);
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
        let mut taken = HashSet::new();
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

    /// Matches an object that was written in its place with one that became a component, or the other way round, where both have
    /// the same properties and require the same, and no other member on either side has.
    fn by_outline<'a>(&mut self, old: &Side<'a>, new: &Side<'a>) {
        if self.removed.is_empty() || self.added.is_empty() {
            return;
        }
        let ours: Vec<_> = self.removed.iter().map(|node| (*node, demands(old, *node))).collect();
        let theirs: Vec<_> = self.added.iter().map(|node| (*node, demands(new, *node))).collect();
        let mut by_demands: HashMap<&Demands<'_>, (Vec<NodeId>, Vec<NodeId>)> = HashMap::new();
        for (node, demands) in ours.iter().filter(|(_, demands)| !demands.0.1.is_empty()) {
            by_demands.entry(demands).or_default().0.push(*node);
        }
        for (node, demands) in theirs.iter().filter(|(_, demands)| !demands.0.1.is_empty()) {
            by_demands.entry(demands).or_default().1.push(*node);
        }
        let mut taken = HashSet::new();
        let mut pairs = Vec::new();
        // In the order of the list, whatever that of the map.
        for (_, demands) in &ours {
            let Some((mine, yours)) = by_demands.remove(demands) else { continue };
            let ([mine], [yours]) = (&*mine, &*yours) else { continue };
            if old.is_reference(*mine) != new.is_reference(*yours) {
                taken.extend([(true, *mine), (false, *yours)]);
                pairs.push((*mine, *yours));
            }
        }
        self.removed.retain(|node| !taken.contains(&(true, *node)));
        self.added.retain(|node| !taken.contains(&(false, *node)));
        self.pairs.extend(pairs);
    }

    fn by_meaning<'a>(&mut self, old: &Side<'a>, new: &Side<'a>) {
        if self.removed.is_empty() || self.added.is_empty() {
            return;
        }
        let mut outlined: HashMap<Outline<'_>, Vec<NodeId>> = HashMap::new();
        for node in &self.added {
            outlined.entry(outline(new, *node)).or_default().push(*node);
        }
        let mut left = COMPARISONS;
        let mut taken = HashSet::new();
        let mut pairs = Vec::new();
        self.removed.retain(|node| {
            let Some(candidates) = outlined.get_mut(&outline(old, *node)) else { return true };
            let ours = old.view_of(&[*node]);
            let partner = candidates.iter().position(|other| {
                left = left.saturating_sub(1);
                left > 0
                    && may_be_same(old, new, *node, *other)
                    && equivalent(old, new, ours, new.view_of(&[*other]))
            });
            if let Some(partner) = partner.map(|at| candidates.remove(at)) {
                taken.insert(partner);
                pairs.push((*node, partner));
            }
            partner.is_none()
        });
        self.added.retain(|node| !taken.contains(node));
        self.pairs.extend(pairs);
    }
}

/// Properties that schemas of one meaning share and that are cheap to compare: types, and the names of properties.
type Outline<'a> = (Types<'a>, Vec<&'a str>);

fn outline<'a>(side: &Side<'a>, node: NodeId) -> Outline<'a> {
    let keywords = side.keywords(plain(side, node).view());
    let facts = Facts::new(&keywords);
    let named = own_types(side, facts);
    let types = if named.is_empty() { kinds_of_values(side, facts) } else { named };
    (types, map(side, facts, K::Properties).into_keys().collect())
}

/// A schema without `allOf` and lists of one alternative.
fn plain(side: &Side<'_>, node: NodeId) -> Draft {
    let single = side.unwrap_single(side.viewed(side.view_of(&[node])).view);
    side.flatten(single.view())
}

/// An outline, and what is required.
type Demands<'a> = (Outline<'a>, BTreeSet<&'a str>);

fn demands<'a>(side: &Side<'a>, node: NodeId) -> Demands<'a> {
    let keywords = side.keywords(plain(side, node).view());
    (outline(side, node), strings(side, Facts::new(&keywords), K::Required))
}

/// Returns whether two members may be the same under different names: if one has none, or if the name was exchanged in the
/// whole document. Two schemas that both documents have are two, whatever they say.
fn may_be_same(old: &Side<'_>, new: &Side<'_>, ours: NodeId, theirs: NodeId) -> bool {
    match (old.reference(ours), new.reference(theirs)) {
        (Some(name), Some(other)) => {
            !new.leads_somewhere(old.document.path(ours), name)
                && !old.leads_somewhere(new.document.path(theirs), other)
        }
        _ => true,
    }
}
