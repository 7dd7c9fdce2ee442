//! Which credential an operation takes: the profile's word, compared with the document's.
//!
//! Two schemes of one document are two credentials, even if type, place and header are equal. A scheme is one of the profile's
//! by its key; where that key is gone, by its meaning, if no other scheme could be meant. What stays ambiguous is a warning, never
//! a match. A document that forgets `security` never makes a request go out without its credential.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::identify::Identified;
use crate::document::Tree;
use crate::error::Problem;
use crate::names::{self, Scope};
use crate::pointer::Pointer;
use crate::profile::{Credential, Profile};
use crate::report::{Diagnostics, WarningKind};
use crate::schema;

/// Meaning of a scheme of the document.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Scheme {
    /// One of the profile's credentials.
    Ours(String),
    /// Something that no credential of the profile is.
    Another(String),
    /// It could be one of the profile's.
    Ambiguous,
}

/// Schemes of a document.
pub(super) struct Credentials<'p> {
    profile: &'p Profile,
    schemes: BTreeMap<String, Scheme>,
    /// Names of the document's own schemes, for documents without a profile.
    own_names: BTreeMap<String, String>,
}

impl<'p> Credentials<'p> {
    /// Reads the schemes of a document.
    pub(super) fn of(tree: &Tree, profile: &'p Profile, diagnostics: &mut Diagnostics) -> Self {
        let place = Pointer::root().join(["components", "securitySchemes"]);
        let written: Vec<(String, Value)> = schema::object(tree.root.pointer(place.as_str()))
            .map(|(key, scheme)| {
                let here = place.child(key);
                let resolved = super::resolve::resolve(tree, scheme, &here).map(|found| found.value.clone());
                (key.to_owned(), resolved.unwrap_or_default())
            })
            .collect();
        let mut schemes: BTreeMap<String, Scheme> = BTreeMap::new();
        // The same key first, unless the scheme's own prefix is that of another credential.
        for (key, scheme) in &written {
            let Some(ours) = profile.credentials.iter().find(|ours| ours.scheme == *key) else { continue };
            let states_another = |other: &Credential| {
                other.name != ours.name && evidence(other, key, scheme) == Evidence::Prefix
            };
            if evidence(ours, key, scheme) < Evidence::Prefix
                && profile.credentials.iter().any(states_another)
            {
                continue;
            }
            schemes.insert(
                key.clone(),
                match evidence(ours, key, scheme) {
                    Evidence::None => Scheme::Another(describe(key, scheme)),
                    _ => Scheme::Ours(ours.name.clone()),
                },
            );
        }
        // Then equal meaning, where that is unmistakable in both directions.
        let left: Vec<&(String, Value)> =
            written.iter().filter(|(key, _)| !schemes.contains_key(key)).collect();
        let free: Vec<&Credential> =
            profile.credentials.iter().filter(|ours| !schemes.contains_key(&ours.scheme)).collect();
        for (key, scheme) in &left {
            // Only the strongest evidence counts: any scheme of the right form is weak evidence for every credential.
            let best = free.iter().map(|ours| evidence(ours, key, scheme)).max().unwrap_or(Evidence::None);
            let candidates: Vec<&Credential> = match best {
                Evidence::None => Vec::new(),
                best => free.iter().copied().filter(|ours| evidence(ours, key, scheme) == best).collect(),
            };
            let is_rival =
                |ours: &Credential, (key, scheme): &(String, Value)| evidence(ours, key, scheme) >= best;
            let mut warn = |message: String| {
                diagnostics.warn(WarningKind::Credential, &tree.name, &place.child(key), message);
            };
            let known = match candidates.as_slice() {
                [] => Scheme::Another(describe(key, scheme)),
                [only] if left.iter().filter(|other| is_rival(only, other)).count() == 1 => {
                    if best == Evidence::Form {
                        warn(format!(
                            "the security scheme `{key}` is taken for the credential {}, because nothing else could be; \
                             neither its key nor its description states so",
                            only.name
                        ));
                    }
                    Scheme::Ours(only.name.clone())
                }
                // A guess could send one credential to the operations of the other, so an ambiguous scheme matches none.
                _ => {
                    warn(format!(
                        "the security scheme `{key}` could be several credentials of ours, or several schemes one of them; it \
                         is matched with none"
                    ));
                    Scheme::Ambiguous
                }
            };
            schemes.insert(key.clone(), known);
        }
        for (key, scheme) in &written {
            let Some(Scheme::Ours(name)) = schemes.get(key) else { continue };
            let ours = profile.credentials.iter().find(|ours| ours.name == *name);
            let sent = ours.and_then(|ours| ours.headers.first());
            let header = scheme.get("name").and_then(Value::as_str).unwrap_or_default();
            if let Some(sent) =
                sent.filter(|sent| scheme["type"] == "apiKey" && !sent.eq_ignore_ascii_case(header))
            {
                let message =
                    format!("the security scheme `{key}` is a header `{header}`; {name} is sent in `{sent}`");
                diagnostics.warn(WarningKind::Credential, &tree.name, &place.child(key), message);
            }
        }
        let own_names =
            names::assign(written.iter().map(|(key, _)| key.as_str()), names::camel, Scope::with(&["None"]));
        let own_names = own_names.into_iter().map(|(key, name)| (key.to_owned(), name)).collect();
        Self { profile, schemes, own_names }
    }

    /// Returns the credential that an operation takes.
    pub(super) fn of_operation(
        &mut self,
        tree: &Tree,
        found: &Identified<'_>,
        name: &str,
        diagnostics: &mut Diagnostics,
    ) -> Option<String> {
        let operation = found.place.get(&tree.root);
        let (mut requirement, at, is_own) = match operation.get("security") {
            Some(own) => (Some(own), found.place.pointer().child("security"), true),
            None => (tree.root.get("security"), Pointer::root().child("security"), false),
        };
        let is_list = |requirement: &Value| {
            requirement.as_array().is_some_and(|alternatives| alternatives.iter().all(Value::is_object))
        };
        if requirement.is_some_and(|requirement| !is_list(requirement)) {
            let problem = "`security` must be a list of objects, each of which names the schemes that are sent together";
            let problem = Problem::Malformed(problem.to_owned());
            match found.entry {
                // Guessing here could send a request with the wrong credential.
                Some(_) if is_own => diagnostics.need(&tree.name, at.clone(), problem),
                _ => {
                    let message = format!("{problem}; it is ignored");
                    diagnostics.warn(WarningKind::Credential, &tree.name, &at, message);
                }
            }
            requirement = None;
        }
        // Of each alternative, the schemes that it wants together.
        let alternatives: Vec<Vec<String>> = requirement
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .map(|alternative| schema::object(Some(alternative)).map(|(key, _)| key.to_owned()).collect())
            .collect();
        match found.entry {
            Some(entry) => {
                let ours = entry.credential.as_deref();
                let is_right = self.compare(tree, ours, name, &alternatives, is_own, &at, diagnostics);
                match is_right {
                    true => ours.map(str::to_owned),
                    // Nobody calls this code. That it takes something else has to be seen in it.
                    false => {
                        let key = alternatives.first().and_then(|alternative| alternative.first())?;
                        match self.schemes.get(key) {
                            Some(Scheme::Ours(name)) => Some(name.clone()),
                            _ => self.own_names.get(key).cloned(),
                        }
                    }
                }
            }
            None => self.derived(tree, name, &alternatives, &at, diagnostics),
        }
    }

    /// Compares the document's word with the profile's. False where they contradict each other.
    #[expect(clippy::too_many_arguments, reason = "each is one fact about the one operation")]
    fn compare(
        &self,
        tree: &Tree,
        ours: Option<&str>,
        name: &str,
        alternatives: &[Vec<String>],
        is_own: bool,
        at: &Pointer,
        diagnostics: &mut Diagnostics,
    ) -> bool {
        let described = ours.unwrap_or("none");
        let mut warn = |message: String| diagnostics.warn(WarningKind::Credential, &tree.name, at, message);
        if !is_own || alternatives.iter().all(Vec::is_empty) && ours.is_some() {
            if ours.is_some() || !alternatives.iter().all(Vec::is_empty) {
                let what = match (is_own, alternatives.is_empty()) {
                    (true, _) => "asks for no credential",
                    (false, true) => "states no credential",
                    (false, false) => "states none of its own, only that of the whole document",
                };
                if !(ours.is_some() && self.is_met(ours, alternatives)) {
                    warn(format!("{name} {what}; `{described}` is sent, as the profile has it"));
                }
            }
            return true;
        }
        if self.is_met(ours, alternatives) {
            return true;
        }
        let has_ambiguous = alternatives
            .iter()
            .flatten()
            .any(|key| matches!(self.schemes.get(key), Some(Scheme::Ambiguous) | None));
        if let Some(reason) = self.profile.credential_overrides.iter().find(|entry| entry.operation == name) {
            warn(format!(
                "{name} asks for another credential than `{described}`, which is sent: {}",
                reason.reason
            ));
            return true;
        }
        if has_ambiguous && ours.is_some() {
            warn(format!("{name} may ask for another credential than `{described}`, which is sent"));
            return true;
        }
        let theirs: Vec<String> =
            alternatives.iter().map(|alternative| self.described(alternative)).collect();
        let problem = Problem::Credential {
            operation: name.to_owned(),
            ours: described.to_owned(),
            theirs: theirs.join(" or "),
        };
        diagnostics.need(&tree.name, at.clone(), problem);
        false
    }

    fn is_met(&self, ours: Option<&str>, alternatives: &[Vec<String>]) -> bool {
        match ours {
            None => alternatives.is_empty() || alternatives.iter().any(Vec::is_empty),
            Some(ours) => alternatives.iter().any(|alternative| match alternative.as_slice() {
                [only] => self.schemes.get(only) == Some(&Scheme::Ours(ours.to_owned())),
                _ => false,
            }),
        }
    }

    fn described(&self, alternative: &[String]) -> String {
        let each = alternative.iter().map(|key| match self.schemes.get(key) {
            Some(Scheme::Ours(name)) => format!("`{key}` ({name})"),
            Some(Scheme::Another(what)) => what.clone(),
            Some(Scheme::Ambiguous) => format!("`{key}`"),
            None => format!("`{key}`, which is no scheme of the document"),
        });
        let each: Vec<String> = each.collect();
        if each.is_empty() { "none".to_owned() } else { each.join(" with ") }
    }

    /// Returns the credential of an operation that the profile does not know.
    fn derived(
        &self,
        tree: &Tree,
        name: &str,
        alternatives: &[Vec<String>],
        at: &Pointer,
        diagnostics: &mut Diagnostics,
    ) -> Option<String> {
        if alternatives.is_empty() || alternatives.iter().any(Vec::is_empty) {
            return None;
        }
        let single = |alternative: &Vec<String>| match alternative.as_slice() {
            [only] => match self.schemes.get(only) {
                Some(Scheme::Ours(ours)) => Some(ours.clone()),
                _ => None,
            },
            _ => None,
        };
        if let Some(ours) = alternatives.iter().find_map(single) {
            return Some(ours);
        }
        // Without a profile, the document's own schemes are the credentials.
        if self.profile.credentials.is_empty() {
            let singles = alternatives.iter().filter(|alternative| alternative.len() == 1).flatten();
            if let Some(own) = singles.filter_map(|key| self.own_names.get(key)).next() {
                return Some(own.clone());
            }
        }
        let theirs: Vec<String> =
            alternatives.iter().map(|alternative| self.described(alternative)).collect();
        let message =
            format!("{name} asks for {}, which is no credential of ours; none is sent", theirs.join(" or "));
        diagnostics.warn(WarningKind::Credential, &tree.name, at, message);
        None
    }
}

/// Evidence that a scheme of the document is a credential of ours, the weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Evidence {
    /// It is sent in another way.
    None,
    /// It is sent in the same way.
    Form,
    /// Its key, its description or its header has one of the credential's words.
    Words,
    /// It states the word in front of the value: `Api-Key` in `Authorization: Api-Key KEY`.
    Prefix,
}

fn evidence(ours: &Credential, key: &str, scheme: &Value) -> Evidence {
    let text = |name: &str| scheme.get(name).and_then(Value::as_str).unwrap_or_default();
    let is_word = |text: &str| ours.words.contains(&folded(text));
    match text("type") {
        "apiKey" => {
            let is_header = |header: &String| header.eq_ignore_ascii_case(text("name"));
            if text("in") != "header" || !ours.headers.iter().any(is_header) {
                return Evidence::None;
            }
        }
        // `Authorization: Api-Key KEY` is an HTTP scheme of that name.
        "http" if is_word(text("scheme")) => return Evidence::Prefix,
        _ => return Evidence::None,
    }
    if quoted(text("description")).any(is_word) {
        return Evidence::Prefix;
    }
    // The word in front of the value is another one, whatever else is stated.
    if stated_prefix(text("description")).is_some() {
        return Evidence::None;
    }
    let texts = [key, text("description"), text("name")];
    let has_word = |text: &&str| {
        let folded = ours.unclear.iter().fold(folded(text), |text, unclear| text.replace(unclear, "-"));
        ours.words.iter().any(|word| folded.contains(word.as_str()))
    };
    if texts.iter().any(has_word) { Evidence::Words } else { Evidence::Form }
}

/// Returns the word that drf-spectacular states to be in front of the value: `with required prefix "JWT"`.
fn stated_prefix(description: &str) -> Option<&str> {
    let (_, rest) = description.split_once("prefix")?;
    let quote = rest.trim_start().chars().next().filter(|first| matches!(first, '"' | '\'' | '`'))?;
    rest.trim_start()[1..].split(quote).next().filter(|prefix| !prefix.is_empty())
}

/// Returns the words in quotes of a description, as in drf-spectacular's `with required prefix "Api-Key"`; of a whole header, the one in
/// front of the value.
fn quoted(description: &str) -> impl Iterator<Item = &str> {
    let within = ['"', '`', '\''].into_iter().flat_map(|quote| description.split(quote).skip(1).step_by(2));
    within.filter_map(|text| {
        let value = text.split_once(':').map_or(text, |(_, value)| value).trim();
        let is_header = text.contains(':');
        match value.split_once(' ') {
            Some((prefix, _)) => is_header.then_some(prefix),
            None => (!is_header).then_some(value),
        }
    })
}

fn folded(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
}

fn describe(key: &str, scheme: &Value) -> String {
    let text = |name: &str| scheme.get(name).and_then(Value::as_str).unwrap_or_default();
    match text("type") {
        "http" => format!("`{key}` (HTTP {})", text("scheme")),
        "apiKey" => {
            let prefix = stated_prefix(text("description")).map(|prefix| format!(", prefix `{prefix}`"));
            format!("`{key}` ({} `{}`{})", text("in"), text("name"), prefix.unwrap_or_default())
        }
        "" => format!("`{key}`"),
        other => format!("`{key}` ({other})"),
    }
}

/// Returns the profile's credentials as security schemes.
pub(super) fn schemes(profile: &Profile) -> Value {
    let schemes = profile.credentials.iter().map(|ours| {
        let header = ours.headers.first().map_or("Authorization", String::as_str);
        (ours.scheme.clone(), json!({ "type": "apiKey", "in": "header", "name": header }))
    });
    Value::Object(schemes.collect())
}

/// Returns a security requirement of one credential, or of none.
pub(super) fn requirement(credential: Option<&str>, profile: &Profile) -> Value {
    match profile.credentials.iter().find(|ours| Some(ours.name.as_str()) == credential) {
        Some(ours) => json!([{ &ours.scheme: [] }]),
        None => json!([]),
    }
}
