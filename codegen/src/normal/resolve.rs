//! Following `$ref`, wherever in the document it leads.

use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::document::Tree;
use crate::error::{Error, Problem};
use crate::pointer::Pointer;

/// A value, and the place in the document where it is.
#[derive(Clone, Debug)]
pub(super) struct Located<'a> {
    pub(super) value: &'a Value,
    pub(super) place: Pointer,
}

/// Follows a chain of references to what is no reference. A chain without any yields what is at the place itself.
pub(super) fn resolve<'a>(tree: &'a Tree, value: &'a Value, place: &Pointer) -> Result<Located<'a>, Error> {
    let mut here = Located { value, place: place.clone() };
    let mut seen: Vec<String> = Vec::new();
    while let Some(target) = reference(here.value) {
        if seen.iter().any(|known| known == target) {
            return Err(tree.error(here.place.child("$ref"), Problem::CyclicRef(target.to_owned())));
        }
        seen.push(target.to_owned());
        if seen.len() > HOP_LIMIT {
            return Err(too_long(tree, place));
        }
        here = follow(tree, target, &here.place)?;
    }
    Ok(here)
}

/// More references in a row than anybody writes.
pub(super) const HOP_LIMIT: usize = 16;

/// Reports a chain of references that is too long to follow.
pub(super) fn too_long(tree: &Tree, place: &Pointer) -> Error {
    let problem = format!("more than {HOP_LIMIT} references in a row");
    tree.error(place.clone(), Problem::Unsupported(problem))
}

/// Returns the target of a reference.
pub(super) fn reference(value: &Value) -> Option<&str> {
    value.get("$ref").and_then(Value::as_str)
}

/// Follows one reference that is at a place.
pub(super) fn follow<'a>(tree: &'a Tree, target: &str, place: &Pointer) -> Result<Located<'a>, Error> {
    let blamed = place.child("$ref");
    let Some(fragment) = target.strip_prefix('#') else {
        let problem =
            format!("a reference to another document, `{target}`; bundle the document into one file");
        return Err(tree.error(blamed, Problem::Unsupported(problem)));
    };
    let dangling = || tree.error(blamed.clone(), Problem::DanglingRef(target.to_owned()));
    // As a fragment of a URI it is percent-encoded; some tools forget that.
    let decoded = percent_decode_str(fragment).decode_utf8().map_err(|_| dangling())?;
    for pointer in [decoded.as_ref(), fragment] {
        if let Some(value) = tree.root.pointer(pointer) {
            return Ok(Located { value, place: Pointer::from_text(pointer) });
        }
    }
    Err(dangling())
}
