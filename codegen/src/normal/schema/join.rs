//! Joining the parts of an `allOf`.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::forms::{DEPTH_LIMIT, PARTS, WRITTEN_AT};
use crate::error::{Error, Problem};
use crate::normal::Normalizer;
use crate::normal::resolve::{Located, follow, reference};
use crate::pointer::Pointer;

impl Normalizer<'_> {
    /// Joins an `allOf` into one schema.
    pub(super) fn join(
        &mut self,
        map: &Map<String, Value>,
        place: &Pointer,
        seen: &mut Vec<String>,
        depth: usize,
    ) -> Result<Map<String, Value>, Error> {
        let tree = self.tree;
        let mut whole: Map<String, Value> = Map::new();
        add(&mut whole, map, place);
        let Some(parts) = map.get("allOf") else { return Ok(whole) };
        let Value::Array(parts) = parts else {
            return Err(
                tree.error(place.child("allOf"), Problem::Malformed("`allOf` must be a list".to_owned()))
            );
        };
        if depth > DEPTH_LIMIT {
            return Err(
                tree.error(place.clone(), Problem::Unsupported("`allOf` nested too deeply".to_owned()))
            );
        }
        self.check_width(&place.child("allOf"), parts.len())?;
        for (index, part) in parts.iter().enumerate() {
            self.work(place, 1)?;
            let (mut here, before) =
                (Located { value: part, place: place.child("allOf").child(index) }, seen.len());
            while let Some(target) = reference(here.value) {
                if seen.iter().any(|known| known == target) {
                    return Err(tree.error(here.place.child("$ref"), Problem::CyclicRef(target.to_owned())));
                }
                seen.push(target.to_owned());
                here = follow(tree, target, &here.place)?;
            }
            if let Some(written) = here.value.get(WRITTEN_AT).and_then(Value::as_str) {
                here.place = Pointer::from_text(written);
            }
            if let Value::Object(part) = here.value {
                let joined = self.join(part, &here.place, seen, depth + 1)?;
                let members = joined.get("properties").and_then(Value::as_object).map_or(0, Map::len);
                self.work(place, joined.len() + members)?;
                add(&mut whole, &joined, &here.place);
            }
            seen.truncate(before);
        }
        whole.remove("allOf");
        Ok(whole)
    }
}

/// Adds what one part of an `allOf` states to the whole.
pub(super) fn add(whole: &mut Map<String, Value>, part: &Map<String, Value>, place: &Pointer) {
    for (key, value) in part {
        match (key.as_str(), whole.get_mut(key), value) {
            ("allOf", _, _) => {}
            ("properties", known, Value::Object(properties)) => {
                let properties = located(properties, place);
                match known {
                    Some(Value::Object(known)) => {
                        for (name, property) in properties {
                            match known.get_mut(&name) {
                                None => _ = known.insert(name, property),
                                Some(other) => join_properties(other, property),
                            }
                        }
                    }
                    _ => _ = whole.insert(key.clone(), Value::Object(properties)),
                }
            }
            ("required", Some(Value::Array(known)), Value::Array(more)) => {
                let missing: Vec<Value> = more.iter().filter(|name| !known.contains(name)).cloned().collect();
                known.extend(missing);
            }
            ("enum", Some(Value::Array(known)), Value::Array(other)) => {
                let other: BTreeSet<String> = other.iter().map(Value::to_string).collect();
                let both: Vec<Value> =
                    known.iter().filter(|value| other.contains(&value.to_string())).cloned().collect();
                if !both.is_empty() {
                    *known = both;
                }
            }
            ("nullable", Some(known), Value::Bool(true)) => *known = json!(true),
            (_, Some(_), _) => {}
            (_, None, value) => _ = whole.insert(key.clone(), value.clone()),
        }
    }
}

/// Adds to properties where each is written.
pub(super) fn located(properties: &Map<String, Value>, place: &Pointer) -> Map<String, Value> {
    let located = properties.iter().map(|(name, property)| {
        let mut property = property.clone();
        if let Value::Object(property) = &mut property {
            let written = place.join(["properties", name]);
            property.entry(WRITTEN_AT).or_insert_with(|| json!(written.as_str()));
        }
        (name.clone(), property)
    });
    located.collect()
}

/// Joins a property with another of its name. What is a part of it already adds nothing, so that a schema that leads back to itself
/// comes to an end.
fn join_properties(known: &mut Value, other: Value) {
    if *known == other {
        return;
    }
    let parts = |property: &Value| match property.get(PARTS) {
        Some(Value::Array(parts)) => parts.clone(),
        _ => property.get(WRITTEN_AT).cloned().into_iter().collect(),
    };
    let (mut all, more) = (parts(known), parts(&other));
    let before = all.len();
    all.extend(more.iter().filter(|part| !all.contains(part)).cloned().collect::<Vec<_>>());
    if all.len() == before && !more.is_empty() {
        return;
    }
    let place = all.first().cloned();
    *known = json!({ "allOf": [known.take(), other], PARTS: all });
    if let Some(place) = place {
        known[WRITTEN_AT] = place;
    }
}
