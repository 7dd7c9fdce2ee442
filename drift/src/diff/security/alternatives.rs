//! Alternatives of `security`, and which credentials of before are still accepted.

use std::collections::{BTreeMap, BTreeSet};

use openapi_source::tree::NodeId;

use crate::diff::node::value::{quoted, shorten};
use crate::diff::side::Side;
use crate::diff::walk::schemes::Schemes;

/// Schemes that are required together, with the scopes of each.
type Asked<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

/// Alternatives, by the names of their schemes. Those names come again where other scopes do as well.
#[derive(Debug, Default)]
pub(super) struct Alternatives<'a>(BTreeMap<Vec<&'a str>, BTreeSet<Asked<'a>>>);

impl<'a> Alternatives<'a> {
    /// Reads a list of requirements.
    pub(super) fn read(side: &Side<'a>, node: Option<NodeId>) -> Self {
        let read = |requirement: &NodeId| -> Asked<'a> {
            let schemes = side.entries(Some(*requirement)).into_iter();
            schemes.map(|(scheme, scopes)| (scheme, side.strings(Some(scopes)))).collect()
        };
        Self::from_all(side.items(node).iter().map(read))
    }

    fn from_all(all: impl Iterator<Item = Asked<'a>>) -> Self {
        let mut alternatives = Self::default();
        for asked in all {
            alternatives.0.entry(asked.keys().copied().collect()).or_default().insert(asked);
        }
        alternatives
    }

    /// Returns the same alternatives with the keys that their schemes have in the new document.
    pub(super) fn renamed(&self, schemes: &Schemes<'a>) -> Self {
        Self::from_all(self.0.values().flatten().map(|asked| {
            asked.iter().map(|(scheme, scopes)| (schemes.new_key(scheme), scopes.clone())).collect()
        }))
    }

    /// Returns whether anybody may call.
    fn is_open(&self) -> bool {
        self.0.is_empty() || self.0.contains_key::<[&str]>(&[])
    }

    fn has(&self, asked: &Asked<'a>) -> bool {
        let names: Vec<&str> = asked.keys().copied().collect();
        self.0.get(&names).is_some_and(|all| all.contains(asked))
    }

    /// Returns the alternatives with a credential.
    fn with_credentials(&self) -> impl Iterator<Item = &Asked<'a>> {
        self.0.iter().filter(|(names, _)| !names.is_empty()).flat_map(|(_, all)| all)
    }
}

/// Returns schemes in words.
fn credential(schemes: &[&str]) -> String {
    let names: Vec<String> = schemes.iter().map(|name| shorten(name, 80)).collect();
    format!("the credential `{}`", names.join(" and "))
}

/// Returns schemes in words, with their scopes.
fn with_scopes(asked: &Asked<'_>, names: &[&str]) -> String {
    let scopes: BTreeSet<&str> = asked.values().flatten().copied().collect();
    if scopes.is_empty() {
        format!("{} without a scope", credential(names))
    } else {
        format!("{} with {}", credential(names), quoted(scopes))
    }
}

/// One difference between two sets of alternatives.
pub(super) struct Difference {
    pub(super) kind: Kind,
    pub(super) message: String,
}

#[derive(Clone, Copy)]
pub(super) enum Kind {
    Added,
    Removed,
    ScopeAdded,
    ScopeRemoved,
    Required,
    Optional,
    Dropped,
}

/// Compares two sets of alternatives, of which the old one has the new keys.
pub(super) fn differences(
    ours: &Alternatives<'_>,
    theirs: &Alternatives<'_>,
    schemes: &Schemes<'_>,
) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut push = |kind, message| found.push(Difference { kind, message });
    let old_names = |names: &[&str]| -> Vec<String> {
        names.iter().map(|name| schemes.old_key(name).to_owned()).collect()
    };
    for names in theirs.0.keys().filter(|names| !ours.0.contains_key(*names) && !names.is_empty()) {
        push(Kind::Added, format!("{} was added", credential(names)));
    }
    for (names, was) in ours.0.iter().filter(|(names, _)| !names.is_empty()) {
        let before = old_names(names);
        let before: Vec<&str> = before.iter().map(String::as_str).collect();
        let Some(is) = theirs.0.get(names) else {
            push(Kind::Removed, format!("{} was removed", credential(&before)));
            continue;
        };
        if was.len() == 1 && is.len() == 1 {
            for (was, is) in was.iter().zip(is) {
                scopes(was, is, &mut push);
            }
            continue;
        }
        // With several sets of scopes, each is an alternative of its own.
        for asked in is.difference(was) {
            push(Kind::Added, format!("{} was added", with_scopes(asked, names)));
        }
        for asked in was.difference(is) {
            push(Kind::Removed, format!("{} was removed", with_scopes(asked, &before)));
        }
    }
    let has_credentials = |side: &Alternatives<'_>| side.with_credentials().next().is_some();
    if has_credentials(ours) && !has_credentials(theirs) {
        push(Kind::Dropped, "a credential is no longer required".to_owned());
    } else if ours.is_open() && !theirs.is_open() {
        push(Kind::Required, "a credential became required".to_owned());
    } else if !ours.is_open() && theirs.is_open() {
        push(Kind::Optional, "a credential became optional".to_owned());
    }
    found
}

fn scopes(was: &Asked<'_>, is: &Asked<'_>, push: &mut impl FnMut(Kind, String)) {
    for ((scheme, was), is) in was.iter().zip(is.values()) {
        let scheme = shorten(scheme, 80);
        for scope in is.difference(was) {
            push(Kind::ScopeAdded, format!("`{scheme}` asks for the scope `{}`", shorten(scope, 80)));
        }
        for scope in was.difference(is) {
            let message = format!("`{scheme}` no longer asks for the scope `{}`", shorten(scope, 80));
            push(Kind::ScopeRemoved, message);
        }
    }
}

/// Old credentials that are not accepted as they were.
#[derive(Debug, Default)]
pub(super) struct Lost<'a> {
    /// Those that are not enough any more, in words.
    pub(super) refused: BTreeSet<String>,
    /// Keys of schemes that ask for another credential now.
    pub(super) altered: BTreeSet<&'a str>,
    /// Old and new keys of schemes of which nothing shows whether they are one.
    pub(super) unmatched: BTreeSet<(&'a str, &'a str)>,
}

/// Effect of a new alternative on a caller who sends all that an old one required.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Accepted<'a> {
    Yes,
    /// If these schemes, without partner, are the same under a new key.
    Perhaps(BTreeSet<(&'a str, &'a str)>),
    /// After other credentials of these schemes were obtained.
    Altered(BTreeSet<&'a str>),
    No,
}

/// Returns the credentials of which requests are refused, or may be. Requests with more than is required are accepted.
pub(super) fn lost<'a>(
    ours: &Alternatives<'a>,
    theirs: &Alternatives<'a>,
    schemes: &Schemes<'a>,
    new: &Side<'_>,
) -> Lost<'a> {
    // Only what callers have today counts: a credential that nobody could use before is no loss.
    let mut lost = Lost::default();
    let accepted: Vec<&Asked<'a>> = theirs.with_credentials().collect();
    // Where anybody may come to call, everything is enough; that nothing is required any more is a finding of its own.
    if accepted.is_empty() || (theirs.is_open() && !ours.is_open()) {
        return lost;
    }
    for was in ours.with_credentials() {
        if theirs.has(was) && was.keys().all(|key| schemes.altered(key).is_none()) {
            continue;
        }
        // Each is compared with each.
        if !new.spend(accepted.len()) {
            break;
        }
        let best = accepted.iter().map(|is| accepts(is, was, schemes)).min().unwrap_or(Accepted::No);
        match best {
            Accepted::Yes => {}
            Accepted::Perhaps(pairs) => lost.unmatched.extend(pairs),
            Accepted::Altered(keys) => lost.altered.extend(keys),
            Accepted::No => {
                let names: Vec<&str> = was.keys().map(|name| schemes.old_key(name)).collect();
                let has_scopes = was.values().any(|scopes| !scopes.is_empty());
                lost.refused.insert(if has_scopes { with_scopes(was, &names) } else { credential(&names) });
            }
        }
    }
    lost
}

fn accepts<'a>(is: &Asked<'a>, was: &Asked<'a>, schemes: &Schemes<'a>) -> Accepted<'a> {
    let mut altered = BTreeSet::new();
    let mut unmatched: BTreeMap<&'a str, &'a str> = BTreeMap::new();
    for (scheme, scopes) in is {
        if let Some(granted) = was.get(scheme) {
            if !scopes.is_subset(granted) {
                return Accepted::No;
            }
            if schemes.altered(scheme).is_some() {
                altered.insert(*scheme);
            }
            continue;
        }
        // Two schemes of one document are never one scheme of the other.
        let candidate = was.iter().find(|(old, granted)| {
            !unmatched.contains_key(*old) && scopes.is_subset(granted) && schemes.may_be(old, scheme)
        });
        match candidate {
            Some((old, _)) => unmatched.insert(old, scheme),
            None => return Accepted::No,
        };
    }
    match (altered.is_empty(), unmatched.is_empty()) {
        (true, true) => Accepted::Yes,
        (true, false) => Accepted::Perhaps(unmatched.into_iter().collect()),
        (false, _) => Accepted::Altered(altered),
    }
}
