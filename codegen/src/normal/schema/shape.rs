//! What a schema comes down to: wrappings taken off, alternatives read as what they mean.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::forms::{DEPTH_LIMIT, Peeled, Shape, WIDTH_LIMIT, WRITTEN_AT, is_about};
use super::join::located;
use crate::error::{Error, Problem};
use crate::normal::Normalizer;
use crate::normal::resolve::{HOP_LIMIT, Located, follow, resolve, too_long};
use crate::pointer::Pointer;
use crate::report::WarningKind;

impl Normalizer<'_> {
    /// Follows references, and goes through an `allOf`, `oneOf` or `anyOf` of one, to what they are about.
    pub(super) fn peel(&mut self, value: &Value, place: &Pointer) -> Result<Peeled, Error> {
        let tree = self.tree;
        let (mut value, mut place) = (value.clone(), place.clone());
        let (mut around, mut target) = (Map::new(), None);
        let mut seen: Vec<String> = Vec::new();
        loop {
            let map = match value {
                Value::Object(map) => map,
                Value::Bool(true) => Map::new(),
                // What must not be there is not worth refusing the rest for.
                Value::Bool(false) => {
                    self.read_as_any(&place, "it allows no value");
                    Map::new()
                }
                other => {
                    let problem = Problem::Malformed(format!("a schema must be an object, found `{other}`"));
                    return Err(tree.error(place, problem));
                }
            };
            if let Some(written) = map.get(WRITTEN_AT).and_then(Value::as_str) {
                place = Pointer::from_text(written);
            }
            let next = match map.get("$ref").and_then(Value::as_str).map(str::to_owned) {
                Some(next) => {
                    if seen.contains(&next) {
                        return Err(tree.error(place.child("$ref"), Problem::CyclicRef(next)));
                    }
                    seen.push(next.clone());
                    if seen.len() > HOP_LIMIT {
                        return Err(too_long(tree, &place));
                    }
                    let found = follow(tree, &next, &place)?;
                    target = Some(found.place.as_str().to_owned());
                    found
                }
                None => match sole(&map).or_else(|| self.sole_but_null(&map, &place)) {
                    Some(sole) => {
                        if sole.nullable {
                            around.insert("nullable".to_owned(), json!(true));
                        }
                        Located { value: sole.value, place: place.child(sole.key).child(sole.index) }
                    }
                    None => return Ok(Peeled { map, place, target, around }),
                },
            };
            let next = (next.value.clone(), next.place);
            for (key, value) in map {
                if is_about(&key) && key != WRITTEN_AT {
                    around.entry(key).or_insert(value);
                }
            }
            (value, place) = next;
            self.work(&place, 1)?;
        }
    }

    /// Finds the one alternative next to those that only state null: FastAPI's `anyOf: [{$ref: …}, {type: "null"}]`.
    fn sole_but_null<'v>(&self, map: &'v Map<String, Value>, place: &Pointer) -> Option<Sole<'v>> {
        let mut keys = ["allOf", "oneOf", "anyOf"].into_iter().filter(|key| map.contains_key(*key));
        let key = keys.next().filter(|key| *key != "allOf")?;
        if keys.next().is_some() || !is_plain(map, key) {
            return None;
        }
        let branches = map[key].as_array()?.iter().enumerate();
        let mut real = branches.filter(|(index, branch)| {
            let found = resolve(self.tree, branch, &place.child(key).child(index));
            !found.is_ok_and(|found| is_null(found.value))
        });
        let (index, value) = real.next()?;
        real.next().is_none().then_some(Sole { key, index, value, nullable: true })
    }

    /// Determines the shape of a schema, joining its `allOf` and dropping alternatives that only state null or blank.
    pub(super) fn shape(&mut self, map: &mut Map<String, Value>, place: &Pointer) -> Result<Shape, Error> {
        if self.nesting > DEPTH_LIMIT {
            self.read_as_any(place, "its alternatives are nested too deeply, or contain themselves");
            return Ok(Shape::Any);
        }
        self.nesting += 1;
        let shape = self.shape_within(map, place);
        self.nesting -= 1;
        shape
    }

    fn shape_within(&mut self, map: &mut Map<String, Value>, place: &Pointer) -> Result<Shape, Error> {
        if map.contains_key("allOf") {
            *map = self.join(map, place, &mut Vec::new(), 0)?;
        }
        for key in ["oneOf", "anyOf"] {
            if map.get(key).is_some_and(Value::is_array)
                && let Some(shape) = self.alternatives(map, key, place)?
            {
                return Ok(shape);
            }
        }
        if let Some(Value::Array(values)) = map.get("enum") {
            let real: Vec<Value> = values.iter().filter(|value| !value.is_null()).cloned().collect();
            if real.len() < values.len() {
                map.insert("nullable".to_owned(), json!(true));
            }
            let every = |test: fn(&Value) -> bool| !real.is_empty() && real.iter().all(test);
            if every(Value::is_string) {
                return Ok(self.choice(map, real, place));
            }
            map.remove("enum");
            return Ok(if every(|value| value.is_i64() || value.is_u64()) {
                Shape::Integer
            } else if every(Value::is_number) {
                Shape::Number
            } else if every(Value::is_boolean) {
                Shape::Flag
            } else {
                Shape::Any
            });
        }
        let name = match map.get("type") {
            None => None,
            Some(Value::String(name)) => Some(name.clone()),
            Some(other) => {
                let advice = match other {
                    Value::Array(_) => "; a list of types is OpenAPI 3.1, so state that in `openapi`",
                    _ => "",
                };
                let problem = Problem::Malformed(format!("`type` must be a text, found `{other}`{advice}"));
                return Err(self.tree.error(place.child("type"), problem));
            }
        };
        Ok(match name.as_deref() {
            Some("object") => object_shape(map),
            Some("array") => Shape::List,
            Some("string") => Shape::Text,
            Some("integer") => Shape::Integer,
            Some("number") => Shape::Number,
            Some("boolean") => Shape::Flag,
            Some(other @ ("float" | "double" | "decimal")) => {
                let message = format!("`{other}` is not a type; it is read as a number");
                self.diagnostics.warn(WarningKind::ReadAs, &self.tree.name, &place.child("type"), message);
                map.insert("type".to_owned(), json!("number"));
                Shape::Number
            }
            Some(other) => {
                self.read_as_any(&place.child("type"), &format!("`{other}` is not a type"));
                Shape::Any
            }
            None if map.contains_key("properties") || map.contains_key("additionalProperties") => {
                object_shape(map)
            }
            None if map.contains_key("items") => Shape::List,
            None if map.get("format").is_some_and(|format| format == "date-time" || format == "uuid") => {
                Shape::Text
            }
            None => Shape::Any,
        })
    }

    /// Returns a set of texts, each of them once; a set that is too large is a text.
    fn choice(&mut self, map: &mut Map<String, Value>, values: Vec<Value>, place: &Pointer) -> Shape {
        if values.len() > WIDTH_LIMIT {
            let message = format!("it lists {} values; it is read as a text", values.len());
            self.diagnostics.warn(WarningKind::ReadAs, &self.tree.name, &place.child("enum"), message);
            map.remove("enum");
            return Shape::Text;
        }
        let mut seen = BTreeSet::new();
        let unique = values.into_iter().filter(|value| seen.insert(value.to_string()));
        map.insert("enum".to_owned(), unique.collect());
        Shape::Choice
    }

    /// Reads `oneOf` or `anyOf`. None where only the rest of the schema counts.
    fn alternatives(
        &mut self,
        map: &mut Map<String, Value>,
        key: &str,
        place: &Pointer,
    ) -> Result<Option<Shape>, Error> {
        let Some(Value::Array(written)) = map.remove(key) else { return Ok(None) };
        self.check_width(&place.child(key), written.len())?;
        let (mut real, mut blank) = (Vec::new(), false);
        for (index, alternative) in written.iter().enumerate() {
            let place = place.child(key).child(index);
            let mut peeled = self.peel(alternative, &place)?;
            let Some(shape) = self.shape_of_alternative(&mut peeled)? else { continue };
            let nullable = peeled.map.get("nullable") == Some(&json!(true))
                || peeled.around.get("nullable") == Some(&json!(true));
            if nullable {
                map.insert("nullable".to_owned(), json!(true));
            }
            let values = peeled.map.get("enum").and_then(Value::as_array);
            match (shape, values) {
                (Shape::Choice, Some(values)) if values.iter().all(|value| value == "") => blank = true,
                // Nothing but null, or a schema of which only `nullable` is left.
                (Shape::Any, _) if nullable => {}
                // Alternatives of alternatives; a discriminator of theirs would be lost.
                (Shape::Alternatives, _) if !peeled.map.contains_key("discriminator") => {
                    for inner in peeled.map["oneOf"].as_array().into_iter().flatten() {
                        let peeled = self.peel(inner, &place)?;
                        real.push((inner.clone(), Shape::Object, peeled));
                    }
                }
                _ => real.push((written_at(alternative, &place), shape, peeled)),
            }
        }
        if map.contains_key("properties") {
            // Own properties next to alternatives: it has those, and may have theirs.
            for (_, _, peeled) in &real {
                if let Some(Value::Object(theirs)) = peeled.map.get("properties") {
                    let own = map.entry("properties").or_insert_with(|| json!({}));
                    for (name, property) in located(theirs, &peeled.place) {
                        if own.get(&name).is_none() {
                            own[name.as_str()] = property;
                        }
                    }
                }
            }
            return Ok(None);
        }
        let all = |wanted: Shape| !real.is_empty() && real.iter().all(|(_, shape, _)| *shape == wanted);
        if all(Shape::Choice) {
            let values =
                real.iter().flat_map(|(_, _, peeled)| peeled.map["enum"].as_array().into_iter().flatten());
            let mut values: Vec<Value> = values.cloned().collect();
            values.extend(blank.then(|| json!("")));
            map.insert("type".to_owned(), json!("string"));
            return Ok(Some(self.choice(map, values, place)));
        }
        let first = real.first().map(|(_, shape, _)| *shape);
        match (first, real.len()) {
            (None, _) => {
                map.remove("type");
                Ok(Some(Shape::Any))
            }
            (Some(shape), 1) => {
                let (_, _, peeled) = &mut real[0];
                for (key, mut value) in std::mem::take(&mut peeled.map) {
                    if let ("properties", Value::Object(properties)) = (key.as_str(), &value) {
                        value = Value::Object(located(properties, &peeled.place));
                    }
                    map.entry(key).or_insert(value);
                }
                Ok(Some(shape))
            }
            (Some(shape @ (Shape::Text | Shape::Integer | Shape::Number | Shape::Flag)), _)
                if all(shape) || real.iter().all(|(_, it, _)| matches!(it, Shape::Text | Shape::Choice)) =>
            {
                let is_text = matches!(shape, Shape::Text);
                map.insert(
                    "type".to_owned(),
                    real[0].2.map.get("type").cloned().unwrap_or_else(|| json!("string")),
                );
                Ok(Some(if is_text || all(shape) { shape } else { Shape::Text }))
            }
            // Whole or not, it is a number.
            (Some(Shape::Integer | Shape::Number), _)
                if real.iter().all(|(_, it, _)| matches!(it, Shape::Integer | Shape::Number)) =>
            {
                map.insert("type".to_owned(), json!("number"));
                Ok(Some(Shape::Number))
            }
            (Some(Shape::Choice), _)
                if real.iter().all(|(_, it, _)| matches!(it, Shape::Text | Shape::Choice)) =>
            {
                map.insert("type".to_owned(), json!("string"));
                Ok(Some(Shape::Text))
            }
            (Some(_), _) if all(Shape::Object) => {
                let mut kept: Vec<Value> = Vec::new();
                let mut seen = BTreeSet::new();
                for (alternative, _, _) in &real {
                    let mut meaning = alternative.clone();
                    _ = meaning.as_object_mut().and_then(|it| it.remove(WRITTEN_AT));
                    if seen.insert(meaning.to_string()) {
                        kept.push(alternative.clone());
                    }
                }
                map.insert("oneOf".to_owned(), Value::Array(kept));
                Ok(Some(Shape::Alternatives))
            }
            _ => {
                self.read_as_any(&place.child(key), "its alternatives have no common form");
                map.remove("type");
                Ok(Some(Shape::Any))
            }
        }
    }

    /// Determines the shape of a reference's target, which is no alternative of itself.
    pub(super) fn shape_of(
        &mut self,
        target: Option<&str>,
        map: &mut Map<String, Value>,
        place: &Pointer,
    ) -> Result<Shape, Error> {
        let before = self.shaping.len();
        self.shaping.extend(target.map(str::to_owned));
        let shape = self.shape(map, place);
        self.shaping.truncate(before);
        shape
    }

    /// Determines the shape of an alternative. None where it is an alternative of itself, which adds nothing.
    fn shape_of_alternative(&mut self, peeled: &mut Peeled) -> Result<Option<Shape>, Error> {
        let Some(target) = peeled.target.clone() else {
            return self.shape(&mut peeled.map, &peeled.place).map(Some);
        };
        if let Some((shape, map)) = self.shapes.get(&target) {
            peeled.map = map.clone();
            return Ok(Some(*shape));
        }
        if self.shaping.contains(&target) {
            return Ok(None);
        }
        let shape = self.shape_of(Some(&target), &mut peeled.map, &peeled.place)?;
        self.shapes.insert(target, (shape, peeled.map.clone()));
        Ok(Some(shape))
    }
}

fn object_shape(map: &Map<String, Value>) -> Shape {
    match map.get("properties") {
        Some(Value::Object(properties)) if properties.is_empty() => Shape::Map,
        Some(_) => Shape::Object,
        None => Shape::Map,
    }
}

/// Returns an alternative, with where it was written: those that are kept move.
fn written_at(alternative: &Value, place: &Pointer) -> Value {
    let mut alternative = alternative.clone();
    if let Value::Object(alternative) = &mut alternative {
        alternative.entry(WRITTEN_AT).or_insert_with(|| json!(place.as_str()));
    }
    alternative
}

/// One branch of an `allOf`, `oneOf` or `anyOf` that counts.
struct Sole<'v> {
    key: &'static str,
    index: usize,
    value: &'v Value,
    /// True if another branch is null.
    nullable: bool,
}

/// Returns the one branch of an `allOf`, `oneOf` or `anyOf`, where all else only describes.
fn sole(map: &Map<String, Value>) -> Option<Sole<'_>> {
    let mut found = None;
    for key in ["allOf", "oneOf", "anyOf"] {
        if let Some(branches) = map.get(key) {
            let [value] = branches.as_array()?.as_slice() else { return None };
            if found.replace(Sole { key, index: 0, value, nullable: false }).is_some() {
                return None;
            }
        }
    }
    found.filter(|sole| is_plain(map, sole.key))
}

/// Returns whether all siblings of a keyword only describe. A type next to it repeats that of its branch.
fn is_plain(map: &Map<String, Value>, key: &str) -> bool {
    map.keys().all(|other| other == key || other == "type" && map["type"].is_string() || is_about(other))
}

/// Returns whether a schema allows nothing but null.
fn is_null(schema: &Value) -> bool {
    let Some(map) = schema.as_object() else { return false };
    match map.get("enum").and_then(Value::as_array) {
        Some(values) => !values.is_empty() && values.iter().all(Value::is_null),
        None => map.get("nullable") == Some(&json!(true)) && map.keys().all(|key| is_about(key)),
    }
}
