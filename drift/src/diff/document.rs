//! What concerns the whole document: its version, its servers, its tags, its defects.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use openapi_source::tree::NodeId;

use super::side::{Defects, Reading, Side};
use super::value::{Print, shorten, show};
use super::walk::{Origin, Raw, Walk};
use crate::finding::{Section, SubjectKind};
use crate::rule::{ApiRule as A, Rule, Severity};

/// Compares servers, tags, and what is said of the whole.
pub(super) fn compare(walk: &mut Walk<'_>) {
    servers(walk);
    info(walk);
    tags(walk);
}

/// What a list holds by name: where a name comes first, and all that is said under it, for it may come again.
type ByName<'a, T> = BTreeMap<&'a str, (NodeId, BTreeSet<T>)>;

fn by_name<'a, T: Ord>(
    side: &Side<'a>,
    list: &str,
    name: impl Fn(NodeId) -> Option<&'a str>,
    says: impl Fn(NodeId) -> T,
) -> ByName<'a, T> {
    let mut by_name: ByName<'a, T> = BTreeMap::new();
    for node in side.items(side.path(&[list])) {
        if let Some(name) = name(*node) {
            by_name.entry(name).or_insert_with(|| (*node, BTreeSet::new())).1.insert(says(*node));
        }
    }
    by_name
}

fn servers(walk: &mut Walk<'_>) {
    /// The servers by URL, with what they say under a key.
    fn list<'a>(side: &Side<'a>, key: &str, reading: Reading) -> ByName<'a, Option<Print>> {
        // A slash at the end says nothing.
        let url = |node| side.string(node, "url").map(|url| url.trim_end_matches('/'));
        by_name(side, "servers", url, |node| side.get(node, key).map(|node| side.part(node, reading)))
    }
    let shown = |url: &str| if url.is_empty() { "/".to_owned() } else { shorten(url, 200) };
    let note = |walk: &mut Walk<'_>, rule, url: &str, nodes, message: &str| {
        walk.note_apart(rule, Section::Servers, SubjectKind::Server, shown(url), nodes, message);
    };
    let (mut ours, mut theirs) =
        (list(walk.old, "variables", Reading::Meaning), list(walk.new, "variables", Reading::Meaning));
    // Where none is listed, the one server is `/`.
    if ours.is_empty() {
        theirs.remove("");
    } else if theirs.is_empty() {
        ours.remove("");
    }
    if let (1, 1, Some((was, (old, _))), Some((is, (new, _)))) =
        (ours.len(), theirs.len(), ours.first_key_value(), theirs.first_key_value())
        && was != is
    {
        let message = format!("the server `{}` became `{}`", shown(was), shown(is));
        return note(walk, A::ServerChanged, was, (Some(*old), Some(*new)), &message);
    }
    for (url, (old, _)) in ours.iter().filter(|(url, _)| !theirs.contains_key(*url)) {
        note(walk, A::ServerRemoved, url, (Some(*old), None), "the server was removed");
    }
    for (url, (new, _)) in theirs.iter().filter(|(url, _)| !ours.contains_key(*url)) {
        note(walk, A::ServerAdded, url, (None, Some(*new)), "the server was added");
    }
    for key in ["variables", "description", "name"] {
        let is = list(walk.new, key, Reading::Contents);
        for (url, (old, was)) in list(walk.old, key, Reading::Contents) {
            let Some((new, _)) = is.get(url).filter(|(_, is)| was != *is) else { continue };
            // Of variables, what they mean is compared above all; the rest of a server is for people.
            let meaning = |all: &ByName<'_, Option<Print>>| all.get(url).map(|(_, all)| all.clone());
            let (rule, what) = match key {
                "variables" if meaning(&ours) != meaning(&theirs) => (A::ServerVariableChanged, key),
                "variables" => (A::ServerDescriptionChanged, "description of the variables"),
                _ => (A::ServerDescriptionChanged, key),
            };
            note(walk, rule, url, (Some(old), Some(*new)), &format!("the server's {what} changed"));
        }
    }
}

fn info(walk: &mut Walk<'_>) {
    let (old, new) = (walk.old, walk.new);
    let (ours, theirs) = (old.path(&["info"]), new.path(&["info"]));
    for key in ["title", "summary", "description", "termsOfService", "contact", "license"] {
        let (was, is) =
            (ours.and_then(|node| old.get(node, key)), theirs.and_then(|node| new.get(node, key)));
        if was.map(|node| old.print(node)) != is.map(|node| new.print(node)) {
            let nodes = (was.or(ours), is.or(theirs));
            let message = format!("`info.{key}` changed");
            walk.note_apart(A::InfoChanged, Section::Info, SubjectKind::Document, "info", nodes, message);
        }
    }
    if walk.differs(NodeId::ROOT, NodeId::ROOT, "externalDocs") {
        let nodes = (old.path(&["externalDocs"]), new.path(&["externalDocs"]));
        let message = "the link to further documentation changed";
        walk.note_apart(A::InfoChanged, Section::Info, SubjectKind::Document, "info", nodes, message);
    }
    let (rule, kind) = (A::OpenApiVersionChanged, SubjectKind::Document);
    if walk.differs(NodeId::ROOT, NodeId::ROOT, "jsonSchemaDialect") {
        let nodes = (old.path(&["jsonSchemaDialect"]), new.path(&["jsonSchemaDialect"]));
        let message = "`jsonSchemaDialect` changed: schemas are read by other rules";
        walk.note_apart(rule, Section::Document, kind, "openapi", nodes, message);
    }
    let minor = |side: &Side<'_>| side.document.openapi().get(..3).unwrap_or_default().to_owned();
    if minor(old) != minor(new) {
        let nodes = (old.path(&["openapi"]), new.path(&["openapi"]));
        let message =
            format!("written in OpenAPI {}, before in {}", new.document.openapi(), old.document.openapi());
        walk.note_apart(rule, Section::Document, kind, "openapi", nodes, message);
    }
}

fn tags(walk: &mut Walk<'_>) {
    fn list<'a>(side: &Side<'a>) -> ByName<'a, Print> {
        by_name(side, "tags", |node| side.string(node, "name"), |node| side.print(node))
    }
    let (ours, theirs) = (list(walk.old), list(walk.new));
    let note = |walk: &mut Walk<'_>, nodes, message: String| {
        let (rule, kind) = (A::TagDescriptionChanged, SubjectKind::Document);
        walk.note_apart(rule, Section::Document, kind, "tags", nodes, message);
    };
    for (name, (was, described)) in &ours {
        let tag = shorten(name, 80);
        match theirs.get(name) {
            Some((is, others)) if described != others => {
                let nodes = (Some(*was), Some(*is));
                note(walk, nodes, format!("the description of the tag `{tag}` changed"));
            }
            Some(_) => {}
            None => note(walk, (Some(*was), None), format!("the tag `{tag}` is no longer described")),
        }
    }
    for (name, (is, _)) in theirs.iter().filter(|(name, _)| !ours.contains_key(*name)) {
        note(walk, (None, Some(*is)), format!("the tag `{}` is described now", shorten(name, 80)));
    }
}

/// Notes what the version says about the changes. Comes last, because it looks at what was found.
pub(super) fn version(walk: &mut Walk<'_>) {
    let (old, new) = (walk.old, walk.new);
    let nodes = (old.path(&["info", "version"]), new.path(&["info", "version"]));
    let text =
        |side: &Side<'_>, node: Option<NodeId>| node.map(|node| show(side.tree, node)).unwrap_or_default();
    let (was, is) = (old.document.version(), new.document.version());
    let broke = walk.found.iter().any(|raw| raw.rule.severity() == Severity::Breaking);
    let order = order(was.unwrap_or_default(), is.unwrap_or_default());
    let shown = format!("from {} to {}", text(old, nodes.0), text(new, nodes.1));
    let note = |walk: &mut Walk<'_>, rule, message: String| {
        walk.note_apart(rule, Section::Info, SubjectKind::Document, "info.version", nodes, message);
    };
    if was == is {
        if walk.found.is_empty() {
            return;
        }
        let message = format!("the content changed, the version is still {}", text(new, nodes.1));
        note(walk, A::VersionUnchanged, message);
        if broke {
            note(walk, A::VersionNotBumped, "something broke, and the version is the same".to_owned());
        }
        return;
    }
    note(walk, A::VersionChanged, format!("the version went {shown}"));
    match order {
        Some((Ordering::Greater, _)) => {
            note(walk, A::VersionLowered, format!("the version went down {shown}"));
            if broke {
                note(
                    walk,
                    A::VersionDecreased,
                    format!("something broke, and the version went down {shown}"),
                );
            }
        }
        Some((Ordering::Less, false)) if broke => {
            let message = format!("something broke, and the major version is the same: {shown}");
            note(walk, A::MajorVersionNotBumped, message);
        }
        _ => {}
    }
}

/// How two versions of the form `1.2.3` stand to each other, and whether the part that promises compatibility grew.
/// Anything else has no order.
fn order(was: &str, is: &str) -> Option<(Ordering, bool)> {
    let read = |text: &str| -> Option<(Vec<u64>, bool)> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let text = text.split('+').next()?;
        let (numbers, pre) = text.split_once('-').map_or((text, false), |(numbers, _)| (numbers, true));
        let mut numbers: Vec<u64> =
            numbers.split('.').map(|part| part.parse().ok()).collect::<Option<_>>()?;
        numbers.resize(numbers.len().max(3), 0);
        Some((numbers, !pre))
    };
    let ((was, was_final), (is, is_final)) = (read(was)?, read(is)?);
    // Before 1.0 the second number is the one that promises.
    let promise = |numbers: &[u64]| if numbers[0] == 0 { (0, numbers[1]) } else { (numbers[0], 0) };
    let order = was.cmp(&is).then(was_final.cmp(&is_final));
    Some((order, promise(&was) < promise(&is)))
}

/// Notes the defects of both documents, if anything differs at all. One that the old document had as well is nothing new;
/// of malformed values those that are gone are noted, too: what the value means now could not be compared.
pub(super) fn defects(walk: &mut Walk<'_>) {
    for side in [walk.old, walk.new] {
        for (node, start) in side.tree.duplicates() {
            let at = side.document.position(*start);
            let message = format!("a key of it comes again in line {}, column {}", at.0, at.1);
            side.defect(A::KeyDuplicate, *node, message);
        }
        // Also of those references that no comparison came by.
        for holder in side.references() {
            side.resolve(holder);
        }
    }
    let (ours, theirs) = (walk.old.defects(), walk.new.defects());
    let known = |side: &Side<'_>, defects: &Defects| -> BTreeMap<(A, String), NodeId> {
        // Of those that come again, the first by place.
        let places = defects.keys().rev();
        places.map(|(rule, node)| ((*rule, identity(side, *rule, *node)), *node)).collect()
    };
    let (before, after) = (known(walk.old, &ours), known(walk.new, &theirs));
    // Where the work budget ran out, nobody knows whether the rest is the same.
    let ran_out = |(rule, place): &(A, String)| *rule == A::Entangled && place == "#";
    let is_whole = !before.keys().chain(after.keys()).any(ran_out);
    if walk.found.is_empty() && before.keys().eq(after.keys()) && is_whole {
        return;
    }
    for ((rule, node), message) in &ours {
        if *rule == A::Malformed && !after.contains_key(&(*rule, identity(walk.old, *rule, *node))) {
            note_defect(walk, *rule, format!("no longer: {message}"), Some(*node), None);
        }
    }
    for ((rule, node), message) in theirs {
        // A value that is malformed in another way is another value.
        let same_place = walk.old.twin(walk.new, node).filter(|_| rule != A::Malformed);
        let old = same_place
            .filter(|old| ours.contains_key(&(rule, *old)))
            .or_else(|| before.get(&(rule, identity(walk.new, rule, node))).copied());
        note_defect(walk, rule, message, old, Some(node));
    }
}

fn note_defect(walk: &mut Walk<'_>, rule: A, message: String, old: Option<NodeId>, new: Option<NodeId>) {
    walk.found.push(Raw {
        rule: Rule::Api(rule),
        message,
        kind: SubjectKind::Document,
        name: None,
        old,
        new,
        origin: Origin::Nothing,
        section: Section::Document,
        unsent: false,
    });
}

/// What makes a defect the same in both documents: its place, and for a reference where it ought to lead, since that is
/// broken once, however many parts refer to it.
fn identity(side: &Side<'_>, rule: A, node: NodeId) -> String {
    match rule {
        A::DanglingReference | A::ExternalReference => side.reference(node).unwrap_or_default().to_owned(),
        A::Malformed => format!("{} {}", side.place(node), side.print(node)),
        _ => side.place(node),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_have_an_order_if_they_are_numbers() {
        assert_eq!(order("1.2.3", "1.10.0"), Some((Ordering::Less, false)));
        assert_eq!(order("1.2", "2.0.0"), Some((Ordering::Less, true)));
        assert_eq!(order("0.2.0", "0.3.0"), Some((Ordering::Less, true)));
        assert_eq!(order("2.0.0", "2.0.0-rc1"), Some((Ordering::Greater, false)));
        assert_eq!(order("v1", "1.0.0"), Some((Ordering::Equal, false)));
        assert_eq!(order("2024-01-01", "2.0"), Some((Ordering::Greater, false)));
        assert_eq!(order("beta", "1.0"), None);
    }
}
