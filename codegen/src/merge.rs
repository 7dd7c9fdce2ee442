//! Adds the supplement's operations to the main document.
//!
//! The main document is the authority: whatever both have is the main document's, and a warning says that the
//! supplement's copy has become superfluous.

use serde_json::{Map, Value};

use crate::document::Tree;
use crate::operation::places;
use crate::report::Warning;

/// Merges `supplement` into `main`.
pub(crate) fn merge(main: &mut Tree, supplement: Tree, warnings: &mut Vec<Warning>) {
    let known = places(&main.root);
    for place in places(&supplement.root) {
        if known.iter().any(|known| known.is_call(&place.call())) {
            warnings.push(Warning::SupplementedOperationIsPublished { call: place.call() });
            continue;
        }
        let operation = Value::Object(place.get(&supplement.root).clone());
        object_at(&mut main.root, &["paths", &place.path]).insert(place.method, operation);
    }
    let Some(Value::Object(groups)) = supplement.root.get("components") else { return };
    for (group, components) in groups {
        let Value::Object(components) = components else { continue };
        let target = object_at(&mut main.root, &["components", group]);
        for (name, component) in components {
            match target.get(name) {
                None => {
                    target.insert(name.clone(), component.clone());
                }
                Some(existing) if existing == component => {}
                Some(_) => warnings.push(Warning::SupplementedComponentDiffers { name: name.clone() }),
            }
        }
    }
}

/// The object at a path of keys, made where it is missing.
fn object_at<'a>(root: &'a mut Value, keys: &[&str]) -> &'a mut Map<String, Value> {
    let mut value = root;
    for key in keys {
        value = &mut value[*key];
    }
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    match value {
        Value::Object(map) => map,
        other => unreachable!("just made an object, found {other}"),
    }
}
