//! Brings every operation into one form: its own parameters, body and responses, nothing by reference.
//!
//! Schemas keep their references, they become types; the rest of `components` exists only to save its
//! author typing, and progenitor resolves it with panics.

use serde_json::Value;

use crate::document::Tree;
use crate::error::{Error, Problem};
use crate::operation::places;
use crate::pointer::Pointer;

/// Resolves path items, parameters, request bodies and responses in place.
pub(crate) fn inline(tree: &mut Tree) -> Result<(), Error> {
    let paths: Vec<String> = tree
        .root
        .get("paths")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(|(path, _)| path.clone())
        .collect();
    for path in paths {
        let place = Pointer::root().join(["paths", &path]);
        resolve(tree, &place)?;
        push_down_parameters(tree, &path)?;
    }
    for place in places(&tree.root) {
        let here = place.pointer();
        resolve_each(tree, &here.child("parameters"))?;
        if tree.root.pointer(here.child("requestBody").as_str()).is_some() {
            resolve(tree, &here.child("requestBody"))?;
        }
        resolve_each(tree, &here.child("responses"))?;
    }
    Ok(())
}

/// Parameters of a path item belong to each of its operations, unless the operation has its own of that name.
fn push_down_parameters(tree: &mut Tree, path: &str) -> Result<(), Error> {
    let item = Pointer::root().join(["paths", path]);
    resolve_each(tree, &item.child("parameters"))?;
    let Some(Value::Array(shared)) = tree
        .root
        .pointer_mut(item.as_str())
        .and_then(Value::as_object_mut)
        .and_then(|item| item.remove("parameters"))
    else {
        return Ok(());
    };
    for place in places(&tree.root).into_iter().filter(|place| place.path == path) {
        resolve_each(tree, &place.pointer().child("parameters"))?;
        let operation = place.get_mut(&mut tree.root);
        let own = operation.entry("parameters").or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(own) = own {
            let missing: Vec<Value> = shared
                .iter()
                .filter(|shared| {
                    !own.iter().any(|own| own["name"] == shared["name"] && own["in"] == shared["in"])
                })
                .cloned()
                .collect();
            own.extend(missing);
        }
    }
    Ok(())
}

fn resolve_each(tree: &mut Tree, place: &Pointer) -> Result<(), Error> {
    let children: Vec<Pointer> = match tree.root.pointer(place.as_str()) {
        Some(Value::Array(items)) => (0..items.len()).map(|index| place.child(index)).collect(),
        Some(Value::Object(map)) => map.keys().map(|key| place.child(key)).collect(),
        _ => Vec::new(),
    };
    children.iter().try_for_each(|child| resolve(tree, child))
}

/// Follows `$ref` at one place until there is none, and puts what it found there.
fn resolve(tree: &mut Tree, place: &Pointer) -> Result<(), Error> {
    let mut seen: Vec<String> = Vec::new();
    let mut value = match tree.root.pointer(place.as_str()) {
        Some(value) => value.clone(),
        None => return Ok(()),
    };
    while let Some(target) = value.get("$ref").and_then(Value::as_str).map(str::to_owned) {
        if seen.contains(&target) {
            return Err(tree.error(place.child("$ref"), Problem::CyclicRef(target)));
        }
        value = target
            .strip_prefix('#')
            .and_then(|pointer| tree.root.pointer(pointer))
            .cloned()
            .ok_or_else(|| tree.error(place.child("$ref"), Problem::DanglingRef(target.clone())))?;
        seen.push(target);
    }
    if !seen.is_empty()
        && let Some(here) = tree.root.pointer_mut(place.as_str())
    {
        *here = value;
    }
    Ok(())
}
