//! Mends known defects of the upstream document, one function a reason.
//!
//! Each entry of the profile must still find its defect. When upstream mends it, the entry is an error that says
//! so, and is deleted: a patch that silently does nothing would one day silently do the wrong thing.

use serde_json::{Map, Value, json};

use crate::document::Tree;
use crate::error::{Error, Problem};
use crate::naming::locate;
use crate::pointer::Pointer;
use crate::profile::Profile;

/// Applies every patch of the profile.
pub(crate) fn apply(tree: &mut Tree, profile: &Profile) -> Result<(), Error> {
    for at in &profile.amounts {
        amount_is_a_decimal(tree, at)?;
    }
    for entry in &profile.known_values {
        values_are_named_in_prose(tree, &entry.at, &entry.values)?;
    }
    Ok(())
}

/// Amounts are typed as plain strings, as if `"99.00"` were a name. They are decimal numbers.
fn amount_is_a_decimal(tree: &mut Tree, at: &str) -> Result<(), Error> {
    let (place, schema) = plain_string(tree, "amount_is_a_decimal", at)?;
    if schema.contains_key("format") {
        return Err(stale(tree, place, "amount_is_a_decimal", at, "it has a `format` now"));
    }
    set(tree, &place, "format", json!("decimal"));
    Ok(())
}

/// The values of a status are told in the guides, and the document types it as any string.
fn values_are_named_in_prose(tree: &mut Tree, at: &str, values: &[String]) -> Result<(), Error> {
    let (place, schema) = plain_string(tree, "values_are_named_in_prose", at)?;
    if schema.contains_key("enum") {
        return Err(stale(tree, place, "values_are_named_in_prose", at, "it has an `enum` now"));
    }
    set(tree, &place, "enum", json!(values));
    Ok(())
}

fn plain_string(tree: &Tree, patch: &'static str, at: &str) -> Result<(Pointer, Map<String, Value>), Error> {
    let place = locate(tree, at)?;
    match tree.root.pointer(place.as_str()) {
        Some(Value::Object(schema)) if schema.get("type") == Some(&json!("string")) => {
            Ok((place, schema.clone()))
        }
        _ => Err(stale(tree, place, patch, at, "it is no longer a plain string")),
    }
}

fn stale(tree: &Tree, place: Pointer, patch: &'static str, at: &str, reason: &str) -> Error {
    tree.error(place, Problem::StalePatch { patch, at: at.to_owned(), reason: reason.to_owned() })
}

fn set(tree: &mut Tree, place: &Pointer, key: &str, value: Value) {
    if let Some(Value::Object(schema)) = tree.root.pointer_mut(place.as_str()) {
        schema.insert(key.to_owned(), value);
    }
}
