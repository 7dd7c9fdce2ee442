//! Compares what values two schemas take, as far as a bounded search finds out.

use std::collections::{BTreeSet, HashSet};

use openapi_source::tree::NodeId;

use super::reading::{is_nullable, map, types_of_both};
use crate::diff::node::keyword::{Holds, Keyword as K};
use crate::diff::node::value::Digest;
use crate::diff::side::Side;
use crate::diff::side::view::{Facts, ViewId};

/// Number of pairs of schemas that are looked at before the result is no.
const BUDGET: u32 = 300;

/// Returns whether two schemas take the same values. No can mean: not found out.
pub(super) fn equivalent<'a>(old: &Side<'a>, new: &Side<'a>, ours: ViewId, theirs: ViewId) -> bool {
    let mut look = Look { old, new, assumed: HashSet::new(), budget: BUDGET };
    look.views(ours, theirs, 0)
}

struct Look<'s, 'a> {
    old: &'s Side<'a>,
    new: &'s Side<'a>,
    /// Pairs that are being looked at: a cycle through them is no evidence against them.
    assumed: HashSet<(ViewId, ViewId)>,
    budget: u32,
}

impl Look<'_, '_> {
    fn views(&mut self, ours: ViewId, theirs: ViewId, depth: u32) -> bool {
        if !self.assumed.insert((ours, theirs)) {
            return true;
        }
        // "No" is safe: the change is reported by its parts then.
        if self.budget == 0 || depth > 64 {
            return false;
        }
        self.budget -= 1;
        let plain = |side: &Side<'_>, view| {
            let single = side.unwrap_single(side.viewed(view).view);
            side.flatten(single.view())
        };
        let flat = (plain(self.old, ours), plain(self.new, theirs));
        let (our_view, their_view) = (flat.0.view(), flat.1.view());
        if our_view.never != their_view.never {
            return false;
        }
        let keywords = (self.old.keywords(our_view), self.new.keywords(their_view));
        let (ours, theirs) = (Facts::new(&keywords.0), Facts::new(&keywords.1));
        let (was, is) = types_of_both(self.old, ours, self.new, theirs);
        if is_nullable(self.old, our_view, ours) != is_nullable(self.new, their_view, theirs) || was != is {
            return false;
        }
        let keywords: BTreeSet<K> = ours.keywords().chain(theirs.keywords()).collect();
        keywords.into_iter().filter(|keyword| keyword.constrains()).all(|keyword| match keyword {
            K::Type | K::Nullable => true,
            // A constant is a list of one.
            K::Enum | K::Const => allowed(self.old, ours) == allowed(self.new, theirs),
            _ => self.keyword(keyword, ours, theirs, depth + 1),
        })
    }

    fn keyword(&mut self, keyword: K, ours: Facts<'_>, theirs: Facts<'_>, depth: u32) -> bool {
        match keyword.holds() {
            Holds::Words => true,
            Holds::Value => values(self.old, ours, keyword) == values(self.new, theirs, keyword),
            Holds::Set => set(self.old, ours, keyword) == set(self.new, theirs, keyword),
            Holds::Schema => {
                let (ours, theirs): (Vec<_>, Vec<_>) =
                    (ours.all(keyword).collect(), theirs.all(keyword).collect());
                ours.is_empty() == theirs.is_empty() && self.nodes(&ours, &theirs, depth)
            }
            Holds::SchemaMap => {
                let (ours, theirs) = (map(self.old, ours, keyword), map(self.new, theirs, keyword));
                ours.len() == theirs.len()
                    && ours.iter().all(|(name, ours)| {
                        theirs.get(name).is_some_and(|theirs| self.nodes(ours, theirs, depth))
                    })
            }
            Holds::SchemaTuple | Holds::SchemaList => {
                let ordered = keyword.holds() == Holds::SchemaTuple;
                let ours: Vec<_> = ours.all(keyword).flat_map(|node| self.old.items(Some(node))).collect();
                let mut theirs: Vec<_> =
                    theirs.all(keyword).flat_map(|node| self.new.items(Some(node))).collect();
                ours.len() == theirs.len()
                    && ours.into_iter().all(|ours| {
                        let reach = if ordered { 1 } else { theirs.len() };
                        let at = (0..reach).find(|at| self.nodes(&[*ours], &[*theirs[*at]], depth));
                        at.map(|at| theirs.remove(at)).is_some()
                    })
            }
        }
    }

    fn nodes(&mut self, ours: &[NodeId], theirs: &[NodeId], depth: u32) -> bool {
        let ours = self.old.view_of(ours);
        let theirs = self.new.view_of(theirs);
        // A pair that failed stays assumed otherwise, and would hold for a later one.
        let outer = self.assumed.clone();
        let same = self.views(ours, theirs, depth);
        if !same {
            self.assumed = outer;
        }
        same
    }
}

/// Returns the values that `enum` and `const` allow, if they restrict them.
fn allowed(side: &Side<'_>, facts: Facts<'_>) -> Option<BTreeSet<Digest>> {
    let lists =
        facts.all(K::Enum).map(|node| side.items(Some(node)).iter().map(|item| side.digest(*item)).collect());
    let constants = facts.all(K::Const).map(|node| BTreeSet::from([side.digest(node)]));
    lists.chain(constants).reduce(|one: BTreeSet<Digest>, other| &one & &other)
}

fn values(side: &Side<'_>, facts: Facts<'_>, keyword: K) -> BTreeSet<Digest> {
    facts.all(keyword).map(|node| side.digest(node)).collect()
}

fn set(side: &Side<'_>, facts: Facts<'_>, keyword: K) -> BTreeSet<Digest> {
    facts.all(keyword).flat_map(|node| side.items(Some(node))).map(|item| side.digest(*item)).collect()
}
