//! Which security scheme of one document is which of the other.
//!
//! Two schemes of one document are two credentials, even if they are sent in the same way. Across documents a scheme is
//! the one with its key. Where the key is gone, candidates are the schemes with a new key that are sent in the same way,
//! and the scheme is the one that alone has the best evidence: the same words in the key, the same description, or that
//! it is the only candidate. The last is not enough where only a word of the value distinguishes what is sent, as in
//! `Authorization: Token …`.

use std::collections::{BTreeMap, BTreeSet};

use openapi_source::tree::NodeId;

use crate::diff::node::value::shorten;
use crate::diff::side::Side;

/// Words of keys that do not distinguish one credential from another.
const COMMON: [&str; 10] = [
    "auth",
    "authentication",
    "authenticator",
    "authorization",
    "credential",
    "credentials",
    "definition",
    "header",
    "scheme",
    "security",
];

/// In groups of more pairs than this, schemes without partner are taken for other credentials: their words are not compared.
const MOST_PAIRS: usize = 10_000;

/// Pairs of security schemes of two documents.
#[derive(Debug, Default)]
pub(crate) struct Schemes<'a> {
    /// From the old key of a renamed scheme to its new key.
    renamed: BTreeMap<&'a str, &'a str>,
    /// From the new key of a renamed scheme to its old key.
    original: BTreeMap<&'a str, &'a str>,
    /// From a key that both documents have to a scheme that asks for another credential now.
    altered: BTreeMap<&'a str, Altered>,
    /// Schemes that are sent in the same way and have no partner.
    unmatched: Vec<Group<'a>>,
    /// From the old key of a scheme without partner to its group and its place there.
    old: BTreeMap<&'a str, (usize, usize)>,
    /// From the new key of a scheme without partner to its group and its place there.
    new: BTreeMap<&'a str, (usize, usize)>,
}

/// A scheme that asks for another credential under the same key.
#[derive(Debug)]
pub(crate) struct Altered {
    pub(crate) old: NodeId,
    pub(crate) new: NodeId,
    /// Change, in words.
    pub(crate) what: String,
}

impl<'a> Schemes<'a> {
    /// Matches the schemes of two documents.
    pub(crate) fn new(old: &Side<'a>, new: &Side<'a>) -> Self {
        let declared = |side: &Side<'a>| side.entries(side.path(&["components", "securitySchemes"]));
        let (ours, theirs) = (declared(old), declared(new));
        let mut groups: BTreeMap<Wire, Group<'a>> = BTreeMap::new();
        for (key, node) in ours.iter().filter(|(key, _)| !theirs.contains_key(*key)) {
            if let Some((wire, scheme)) = Scheme::read(old, key, *node) {
                groups.entry(wire).or_default().old.push(scheme);
            }
        }
        for (key, node) in theirs.iter().filter(|(key, _)| !ours.contains_key(*key)) {
            if let Some((wire, scheme)) = Scheme::read(new, key, *node) {
                groups.entry(wire).or_default().new.push(scheme);
            }
        }
        let mut schemes = Self::default();
        for (wire, mut group) in groups {
            group.is_prefixed = wire.kind == Kind::Prefixed;
            schemes.renamed.extend(group.pair(&wire));
            let at = schemes.unmatched.len();
            let places =
                |list: &[Scheme<'a>]| -> Vec<_> { list.iter().map(|scheme| scheme.key).zip(0..).collect() };
            schemes.old.extend(places(&group.old).into_iter().map(|(key, place)| (key, (at, place))));
            schemes.new.extend(places(&group.new).into_iter().map(|(key, place)| (key, (at, place))));
            schemes.unmatched.push(group);
        }
        schemes.original = schemes.renamed.iter().map(|(was, is)| (*is, *was)).collect();
        for (key, was) in &ours {
            let Some(is) = theirs.get(key) else { continue };
            let (Some(was), Some(is)) = (old.resolve(*was), new.resolve(*is)) else { continue };
            if let Some(what) = Wire::lost(old, new, was, is) {
                schemes.altered.insert(key, Altered { old: was, new: is, what });
            }
        }
        schemes
    }

    /// Returns the new key of a scheme of the old document: its own, unless it was renamed.
    pub(crate) fn new_key(&self, old: &'a str) -> &'a str {
        self.renamed.get(old).copied().unwrap_or(old)
    }

    /// Returns the old key of a scheme of the new document: its own, unless it was renamed.
    pub(crate) fn old_key(&self, new: &'a str) -> &'a str {
        self.original.get(new).copied().unwrap_or(new)
    }

    /// Returns what changed of a scheme that has its key still, if other credentials are asked for.
    pub(crate) fn altered(&self, key: &str) -> Option<&Altered> {
        self.altered.get(key)
    }

    /// Returns whether a scheme without partner may be the other under a new key, or may be another credential.
    pub(crate) fn may_be(&self, old: &str, new: &str) -> bool {
        let (Some((group, was)), Some((other, is))) = (self.old.get(old), self.new.get(new)) else {
            return false;
        };
        group == other && self.unmatched[*group].may_be(*was, *is)
    }

    /// Returns the new keys that a scheme without partner may have now.
    pub(crate) fn candidates(&self, old: &str) -> Vec<&'a str> {
        let Some((group, was)) = self.old.get(old) else { return Vec::new() };
        let group = &self.unmatched[*group];
        let fitting = group.new.iter().enumerate().filter(|(is, _)| group.may_be(*was, *is));
        fitting.map(|(_, scheme)| scheme.key).collect()
    }
}

/// Addresses that an OAuth flow needs to get a token.
const URLS: [&str; 3] = ["authorizationUrl", "deviceAuthorizationUrl", "tokenUrl"];

/// Form in which a credential is sent.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Wire {
    parts: Vec<String>,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// Addresses name who issues the credential.
    Issued,
    /// Has its own place of the credential, or its own HTTP scheme.
    Distinct,
    /// Has a value that begins with a word that only descriptions give, such as `Token` in `Authorization: Token …`.
    Prefixed,
}

impl Wire {
    fn read(side: &Side<'_>, node: NodeId) -> Option<Self> {
        let text = |key| side.string(node, key).unwrap_or_default().to_owned();
        let wire = |kind, parts: Vec<String>| Some(Self { parts, kind });
        match side.string(node, "type")? {
            "apiKey" => {
                let place = text("in");
                let name = if place == "header" { text("name").to_lowercase() } else { text("name") };
                let is_prefixed = matches!(&*name, "authorization" | "proxy-authorization");
                let kind = if is_prefixed { Kind::Prefixed } else { Kind::Distinct };
                wire(kind, vec!["apiKey".to_owned(), place, name])
            }
            "http" => wire(Kind::Distinct, vec!["http".to_owned(), text("scheme").to_lowercase()]),
            "openIdConnect" => wire(Kind::Issued, vec!["openIdConnect".to_owned(), text("openIdConnectUrl")]),
            "oauth2" => {
                let mut parts = vec!["oauth2".to_owned()];
                for (flow, node) in side.entries(side.get(node, "flows")) {
                    let url = |key| side.string(node, key).unwrap_or_default().to_owned();
                    parts.push(flow.to_owned());
                    parts.extend(URLS.map(url));
                }
                wire(Kind::Issued, parts)
            }
            other => wire(Kind::Distinct, vec![other.to_owned()]),
        }
    }

    /// Returns in words what makes credentials of before useless, if something does. Of OAuth, every flow counts: programs
    /// that get their tokens by one cannot use another.
    fn lost(old: &Side<'_>, new: &Side<'_>, was: NodeId, is: NodeId) -> Option<String> {
        let (kind, other) = (old.string(was, "type"), new.string(is, "type"));
        if kind != other {
            return Some("its `type`".to_owned());
        }
        if kind != Some("oauth2") {
            return (Self::read(old, was) != Self::read(new, is)).then(|| "how it is sent".to_owned());
        }
        let theirs = new.entries(new.get(is, "flows"));
        old.entries(old.get(was, "flows")).into_iter().find_map(|(flow, was)| {
            let shown = shorten(flow, 40);
            let Some(is) = theirs.get(flow) else { return Some(format!("the flow `{shown}` (it is gone)")) };
            let url = URLS.iter().find(|key| old.string(was, key) != new.string(*is, key))?;
            Some(format!("the `{url}` of the flow `{shown}`"))
        })
    }

    /// Returns the words that follow from how the credential is sent.
    fn words(&self) -> BTreeSet<String> {
        if self.kind == Kind::Prefixed {
            return BTreeSet::new();
        }
        let mut implied: BTreeSet<String> = self.parts.iter().flat_map(|part| words(part)).collect();
        if self.parts.iter().any(|part| part == "bearer") {
            implied.extend(["token", "jwt"].map(str::to_owned));
        }
        implied
    }
}

/// A security scheme whose key the other document does not have.
#[derive(Debug)]
struct Scheme<'a> {
    key: &'a str,
    /// All words of the key.
    named: BTreeSet<String>,
    /// Those words of the key that distinguish it from other credentials which are sent in the same way.
    distinct: BTreeSet<String>,
    /// Words of the description and of `bearerFormat`.
    described: BTreeSet<String>,
}

impl<'a> Scheme<'a> {
    fn read(side: &Side<'a>, key: &'a str, node: NodeId) -> Option<(Wire, Self)> {
        let node = side.resolve(node)?;
        let wire = Wire::read(side, node)?;
        let named = words(key);
        let implied = wire.words();
        let is_distinct = |word: &&String| {
            let is_letter = word.len() == 1 && word.bytes().all(|byte| byte.is_ascii_alphabetic());
            !is_letter && !COMMON.contains(&word.as_str()) && !implied.contains(*word)
        };
        let distinct = named.iter().filter(is_distinct).cloned().collect();
        let text = |key| side.string(node, key).map(words).unwrap_or_default();
        let described = &text("description") | &text("bearerFormat");
        Some((wire, Self { key, named, distinct, described }))
    }

    /// Returns whether the description has all words that distinguish a key.
    fn describes(&self, key: &BTreeSet<String>) -> bool {
        !key.is_empty() && key.is_subset(&self.described)
    }
}

/// Schemes of both documents that are sent in the same way, and whose keys the other document does not have.
#[derive(Debug, Default)]
struct Group<'a> {
    old: Vec<Scheme<'a>>,
    new: Vec<Scheme<'a>>,
    /// Only words show which of them is which.
    is_prefixed: bool,
}

/// Trait that two schemes have in common, as text that can be compared.
type Trait<'s> = Box<dyn Fn(&Scheme<'_>) -> Option<String> + 's>;

impl<'a> Group<'a> {
    /// Removes the pairs that are one credential each, and returns their keys.
    ///
    /// The strongest evidence comes first. Schemes that have it in common with several others are left alone, because
    /// weaker evidence cannot decide what stronger evidence leaves open.
    fn pair(&mut self, wire: &Wire) -> Vec<(&'a str, &'a str)> {
        let text = |words: &BTreeSet<String>| words.iter().map(String::as_str).collect::<String>();
        let some = move |words: &BTreeSet<String>| (!words.is_empty()).then(|| text(words));
        let both = move |one: Option<String>, other: &BTreeSet<String>| {
            one.map(|one| format!("{one} {}", text(other)))
        };
        let always = |_: &Scheme<'_>, _: &Scheme<'_>| true;
        let names =
            |was: &Scheme<'_>, is: &Scheme<'_>| was.describes(&was.distinct) || was.describes(&is.distinct);
        type Check = fn(&Scheme<'_>, &Scheme<'_>) -> bool;
        // A wrong match would hide that requests are refused, so each step accepts a pair only if nothing
        // else fits as well.
        let evidence: [(Trait<'_>, Check); 6] = [
            (Box::new(move |scheme| both(some(&scheme.named), &scheme.described)), always),
            (Box::new(move |scheme| some(&scheme.named)), always),
            (Box::new(move |scheme| both(some(&scheme.distinct), &scheme.described)), always),
            (Box::new(move |scheme| some(&scheme.distinct)), always),
            (Box::new(move |scheme| some(&scheme.described)), names),
            // Nothing else is sent in the same way: that is enough, unless words of the value distinguish credentials.
            (Box::new(|_| (wire.kind != Kind::Prefixed).then(String::new)), always),
        ];
        let mut paired = Vec::new();
        let mut open: (Vec<bool>, Vec<bool>) = (vec![true; self.old.len()], vec![true; self.new.len()]);
        for (common, check) in &evidence {
            let mut sharing: BTreeMap<String, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
            for (at, scheme) in self.old.iter().enumerate().filter(|(at, _)| open.0[*at]) {
                if let Some(common) = common(scheme) {
                    sharing.entry(common).or_default().0.push(at);
                }
            }
            for (at, scheme) in self.new.iter().enumerate().filter(|(at, _)| open.1[*at]) {
                if let Some(common) = common(scheme) {
                    sharing.entry(common).or_default().1.push(at);
                }
            }
            for (old, new) in sharing.into_values().filter(|(old, new)| !old.is_empty() && !new.is_empty()) {
                if let ([was], [is]) = (&old[..], &new[..]) {
                    if !check(&self.old[*was], &self.new[*is]) {
                        continue;
                    }
                    paired.push((*was, *is));
                }
                old.iter().for_each(|at| open.0[*at] = false);
                new.iter().for_each(|at| open.1[*at] = false);
            }
        }
        let keys = paired.iter().map(|(was, is)| (self.old[*was].key, self.new[*is].key)).collect();
        let (old, new): (BTreeSet<usize>, BTreeSet<usize>) = paired.into_iter().unzip();
        remove(&mut self.old, &old);
        remove(&mut self.new, &new);
        keys
    }

    /// Returns whether two schemes may be one credential. They are two if both keys have words of their own that the
    /// other scheme has nowhere, and nothing but words distinguishes what is sent.
    fn may_be(&self, was: usize, is: usize) -> bool {
        if self.old.len() * self.new.len() > MOST_PAIRS {
            return false;
        }
        let (was, is) = (&self.old[was], &self.new[is]);
        let is_apart = |key: &BTreeSet<String>, other: &Scheme<'_>| {
            !key.is_empty() && key.is_disjoint(&other.distinct) && key.is_disjoint(&other.described)
        };
        !(self.is_prefixed && is_apart(&was.distinct, is) && is_apart(&is.distinct, was))
    }
}

fn remove(schemes: &mut Vec<Scheme<'_>>, places: &BTreeSet<usize>) {
    let mut at = 0..;
    schemes.retain(|_| !at.next().is_some_and(|at| places.contains(&at)));
}

/// Returns the words of a text in lower case: letters and digits, separated by anything else or by a change of case as
/// in `apiKeyAuth`, `APIKey` and `api_key`.
fn words(text: &str) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    let mut word = String::new();
    let mut end = |word: &mut String| {
        if !word.is_empty() {
            words.insert(std::mem::take(word));
        }
    };
    let mut before = ' ';
    let mut rest = text.chars().peekable();
    while let Some(letter) = rest.next() {
        if !letter.is_alphanumeric() {
            end(&mut word);
        } else if letter.is_uppercase() {
            let ends_capitals =
                before.is_uppercase() && rest.peek().is_some_and(|after| after.is_lowercase());
            if !before.is_uppercase() || ends_capitals {
                end(&mut word);
            }
        }
        if letter.is_alphanumeric() {
            word.extend(letter.to_lowercase());
        }
        before = letter;
    }
    end(&mut word);
    words
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn words_are_separated_by_case_and_punctuation() {
        for text in
            ["ApiKeyAuth", "apiKeyAuth", "api_key-auth", "APIKeyAuth", "API KEY AUTH", "auth: key api"]
        {
            assert_eq!(words(text).into_iter().collect::<Vec<_>>(), ["api", "auth", "key"], "{text}");
        }
        assert_eq!(words("v2Token").into_iter().collect::<Vec<_>>(), ["token", "v2"]);
        assert!(words(" … ").is_empty());
    }
}
