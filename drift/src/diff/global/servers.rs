//! Servers of a document.

use super::by_name::{ByName, by_name};
use crate::diff::node::value::{Digest, shorten};
use crate::diff::side::{Reading, Side};
use crate::diff::walk::Walk;
use crate::finding::{Section, SubjectKind};
use crate::rule::ApiRule as A;

/// Compares the servers.
pub(crate) fn compare(walk: &mut Walk<'_>) {
    /// Returns the servers by URL, with what they say under a key.
    fn list<'a>(side: &Side<'a>, key: &str, reading: Reading) -> ByName<'a, Option<Digest>> {
        // A slash at the end makes no difference.
        let url = |node| side.string(node, "url").map(|url| url.trim_end_matches('/'));
        by_name(side, "servers", url, |node| side.get(node, key).map(|node| side.part(node, reading)))
    }
    let shown = |url: &str| if url.is_empty() { "/".to_owned() } else { shorten(url, 200) };
    let report = |walk: &mut Walk<'_>, rule, url: &str, nodes, message: &str| {
        walk.report_global(rule, Section::Servers, SubjectKind::Server, shown(url), nodes, message);
    };
    let (mut ours, mut theirs) =
        (list(walk.old, "variables", Reading::Meaning), list(walk.new, "variables", Reading::Meaning));
    // Where none is listed, the one server is `/`.
    if ours.is_empty() {
        theirs.remove("");
    } else if theirs.is_empty() {
        ours.remove("");
    }
    // With one server on both sides, it is a move: "removed" and "added" would be two findings for it.
    if let (1, 1, Some((was, (old, _))), Some((is, (new, _)))) =
        (ours.len(), theirs.len(), ours.first_key_value(), theirs.first_key_value())
        && was != is
    {
        let message = format!("the server `{}` became `{}`", shown(was), shown(is));
        return report(walk, A::ServerChanged, was, (Some(*old), Some(*new)), &message);
    }
    for (url, (old, _)) in ours.iter().filter(|(url, _)| !theirs.contains_key(*url)) {
        report(walk, A::ServerRemoved, url, (Some(*old), None), "the server was removed");
    }
    for (url, (new, _)) in theirs.iter().filter(|(url, _)| !ours.contains_key(*url)) {
        report(walk, A::ServerAdded, url, (None, Some(*new)), "the server was added");
    }
    for key in ["variables", "description", "name"] {
        let is = list(walk.new, key, Reading::Contents);
        for (url, (old, was)) in list(walk.old, key, Reading::Contents) {
            let Some((new, _)) = is.get(url).filter(|(_, is)| was != *is) else { continue };
            // Of variables, what they mean is compared above all; the rest of a server is for people.
            let meaning = |all: &ByName<'_, Option<Digest>>| all.get(url).map(|(_, all)| all.clone());
            let (rule, what) = match key {
                "variables" if meaning(&ours) != meaning(&theirs) => (A::ServerVariableChanged, key),
                "variables" => (A::ServerDescriptionChanged, "description of the variables"),
                _ => (A::ServerDescriptionChanged, key),
            };
            report(walk, rule, url, (Some(old), Some(*new)), &format!("the server's {what} changed"));
        }
    }
}
