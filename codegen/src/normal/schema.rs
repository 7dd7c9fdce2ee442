//! Schemas in one form: what a schema means, whatever way it is written in.
//!
//! A schema of the normal form is any JSON value (`{}`), a boolean, an integer, a number, a text, a list, a map, or a reference
//! to a component; and a component is an object with properties, a set of texts, or alternatives between objects. `nullable` is
//! beside the type, or beside the `allOf` of one reference. Below an operation that the profile knows, components are named by
//! their role, so that upstream's names and what it chose to name do not matter; elsewhere they have upstream's names.

use serde_json::{Map, Value, json};

use super::resolve::{Located, follow, reference, resolve};
use super::{Normalizer, Source};
use crate::error::{Error, Problem};
use crate::names;
use crate::pointer::Pointer;
use crate::profile::Kind;
use crate::report::WarningKind;
use crate::schema::{self, Direction};

/// Deeper than any schema that people write, and shallow enough for rustc, which stops at 128 levels of types in types: an optional
/// object is two of them.
const DEPTH_LIMIT: usize = 32;

/// More steps than any honest document of a few megabytes needs.
const WORK_LIMIT: usize = 60_000;

/// More types than a client of the operations that the profile knows could have.
const TYPE_LIMIT: usize = 20_000;

/// What a schema is for.
#[derive(Clone, Debug)]
pub(super) struct Role {
    /// How the tables address it: `Payment.amount`.
    pub(super) key: String,
    /// What a type here is called, unless the tables or upstream have a name.
    pub(super) name: String,
    /// Whether it is below an operation that the profile knows.
    pub(super) known: bool,
    pub(super) direction: Direction,
}

impl Role {
    fn property(&self, owner: &str, property: &str) -> Self {
        let name = names::camel(&format!("{owner}{}", names::camel(property)));
        Self { key: format!("{owner}.{property}"), name, ..self.clone() }
    }

    fn items(&self) -> Self {
        Self { key: format!("{}[]", self.key), ..self.clone() }
    }

    fn values(&self) -> Self {
        Self {
            key: format!("{}{{}}", self.key),
            name: names::camel(&format!("{}Value", self.name)),
            ..self.clone()
        }
    }
}

/// A schema without its wrappings.
#[derive(Debug)]
struct Peeled {
    map: Map<String, Value>,
    place: Pointer,
    /// The reference that led here last.
    target: Option<String>,
    /// What was written around it.
    around: Map<String, Value>,
}

impl Peeled {
    /// Returns what identifies a schema: the target of its reference, or where it and its parts were written. Within itself,
    /// a schema means the component that is being made of it.
    fn identity(&self) -> String {
        let parts = self.around.get(PARTS).or_else(|| self.map.get(PARTS));
        match (&self.target, parts) {
            (Some(target), _) => target.clone(),
            (None, None) => self.place.as_str().to_owned(),
            (None, Some(parts)) => format!("{} {parts}", self.place.as_str()),
        }
    }
}

/// What an alternative comes down to.
pub(super) type Shaped = (Shape, Map<String, Value>);

/// A component that is named and not made yet.
#[derive(Debug)]
pub(super) struct Unmade {
    name: String,
    shape: Shape,
    map: Map<String, Value>,
    place: Pointer,
    target: Option<String>,
    identity: String,
    role: Role,
}

/// What a schema comes down to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Any,
    Object,
    Map,
    List,
    Choice,
    Text,
    Integer,
    Number,
    Flag,
    Alternatives,
}

/// Keywords that describe a schema and do not change what it means.
fn is_about(key: &str) -> bool {
    matches!(
        key,
        "$comment"
            | "default"
            | "deprecated"
            | "description"
            | "example"
            | "examples"
            | "externalDocs"
            | "nullable"
            | "readOnly"
            | "summary"
            | "title"
            | "writeOnly"
            | "xml"
    ) || key.starts_with("x-")
}

/// Keywords of scalars and lists that survive into the merged document.
const KEPT: [&str; 19] = [
    "default",
    "deprecated",
    "description",
    "example",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "maxItems",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minimum",
    "multipleOf",
    "nullable",
    "pattern",
    "readOnly",
    "uniqueItems",
    "writeOnly",
];

/// Where a property that came out of an `allOf` was written.
const WRITTEN_AT: &str = "x-nd8-written-at";

/// Where the parts of a property were written that several parts of an `allOf` have.
const PARTS: &str = "x-nd8-parts";

impl Normalizer<'_> {
    /// Brings a schema into the normal form.
    pub(super) fn schema(
        &mut self,
        value: &Value,
        place: &Pointer,
        role: &Role,
        depth: usize,
    ) -> Result<Value, Error> {
        self.work(place, 1)?;
        if depth > DEPTH_LIMIT {
            self.read_as_any(place, "it is nested too deeply");
            return Ok(json!({}));
        }
        let peeled = self.peel(value, place)?;
        let identity = peeled.identity();
        let Peeled { mut map, place, target, mut around } = peeled;
        if role.known {
            self.overlay.see(&role.key);
            let (overlay, document) = (self.overlay, self.tree.name.clone());
            overlay.refine(&role.key, &mut map, self.source, &document, &place, self.diagnostics);
            if let Some(own) = overlay.wording(&role.key).filter(|_| role.key.contains(['.', '?'])) {
                around.insert("description".to_owned(), json!(own));
            }
        }
        if let Some(known) = self.in_use(target.as_deref(), &identity, role) {
            return Ok(named(&known, &map, &around));
        }
        let kind = if role.known { self.kind_at(&role.key) } else { None };
        let mut shape = self.shape_of(target.as_deref(), &mut map, &place)?;
        if let Some(kind) = kind {
            shape = self.coerce(kind, shape, &mut map, &place, role)?;
        }
        let is_open =
            matches!(shape, Shape::Map | Shape::Any) && !matches!(kind, Some(Kind::Map | Kind::Any));
        if role.known && is_open && self.is_described_by_overlay(role) {
            map.insert("additionalProperties".to_owned(), json!({}));
            shape = Shape::Object;
        }
        // Of an integer or a boolean it says nothing that could be meant.
        if !matches!(shape, Shape::Text | Shape::Number)
            && map.get("format").is_some_and(|it| it == "decimal")
        {
            map.remove("format");
        }
        let mut result = match shape {
            Shape::Object | Shape::Choice | Shape::Alternatives => {
                return self.component(
                    shape,
                    &map,
                    &around,
                    &place,
                    target.as_deref(),
                    identity,
                    role,
                    depth,
                );
            }
            Shape::Any => json!({}),
            Shape::Map => {
                let values = match map.get("additionalProperties") {
                    Some(values @ Value::Object(of)) if !of.is_empty() && kind.is_none() => {
                        let place = place.child("additionalProperties");
                        self.entering(target.as_deref(), None, |this| {
                            this.schema(values, &place, &role.values(), depth + 1)
                        })?
                    }
                    _ => json!({}),
                };
                json!({ "type": "object", "additionalProperties": values })
            }
            Shape::List => {
                let place = place.child("items");
                let none = json!({});
                let items = map.get("items").unwrap_or(&none);
                let items = self.entering(target.as_deref(), None, |this| {
                    this.schema(items, &place, &role.items(), depth + 1)
                })?;
                json!({ "type": "array", "items": items })
            }
            Shape::Text => json!({ "type": "string" }),
            Shape::Integer => json!({ "type": "integer" }),
            Shape::Number => json!({ "type": "number" }),
            Shape::Flag => json!({ "type": "boolean" }),
        };
        if let Value::Object(result) = &mut result {
            for source in [&around, &map] {
                for (key, value) in source {
                    // Of anything nothing can be asked.
                    let is_kept = KEPT.contains(&key.as_str()) && (shape != Shape::Any || is_about(key))
                        || key == "x-nd8-provenance"
                        || key == "x-nd8-kind"
                        || (key == "enum" && kind == Some(Kind::Text));
                    if is_kept && !result.contains_key(key) {
                        result.insert(key.clone(), value.clone());
                    }
                }
            }
        }
        Ok(result)
    }

    /// Follows references, and goes through an `allOf`, `oneOf` or `anyOf` of one, to what they are about.
    fn peel(&mut self, value: &Value, place: &Pointer) -> Result<Peeled, Error> {
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
                    if seen.len() > super::resolve::HOP_LIMIT {
                        return Err(super::resolve::too_long(tree, &place));
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

    /// Finds the one alternative beside those that only state null: FastAPI's `anyOf: [{$ref: …}, {type: "null"}]`.
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

    /// Says what a schema is, joining its `allOf` and dropping alternatives that only state null or blank.
    fn shape(&mut self, map: &mut Map<String, Value>, place: &Pointer) -> Result<Shape, Error> {
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
                let mut unique: Vec<Value> = Vec::new();
                for value in real {
                    if !unique.contains(&value) {
                        unique.push(value);
                    }
                }
                map.insert("enum".to_owned(), Value::Array(unique));
                return Ok(Shape::Choice);
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
                let problem = Problem::Malformed(format!("`type` must be a text, found `{other}`"));
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

    /// Reads `oneOf` or `anyOf`. None where only the rest of the schema counts.
    fn alternatives(
        &mut self,
        map: &mut Map<String, Value>,
        key: &str,
        place: &Pointer,
    ) -> Result<Option<Shape>, Error> {
        let Some(Value::Array(written)) = map.remove(key) else { return Ok(None) };
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
                _ => real.push((alternative.clone(), shape, peeled)),
            }
        }
        if map.contains_key("properties") {
            // Properties of its own beside alternatives: it has those, and may have theirs.
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
            let mut values: Vec<Value> = Vec::new();
            for value in
                real.iter().flat_map(|(_, _, peeled)| peeled.map["enum"].as_array().into_iter().flatten())
            {
                if !values.contains(value) {
                    values.push(value.clone());
                }
            }
            if blank && !values.contains(&json!("")) {
                values.push(json!(""));
            }
            map.insert("type".to_owned(), json!("string"));
            map.insert("enum".to_owned(), Value::Array(values));
            return Ok(Some(Shape::Choice));
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
            (Some(Shape::Choice), _)
                if real.iter().all(|(_, it, _)| matches!(it, Shape::Text | Shape::Choice)) =>
            {
                map.insert("type".to_owned(), json!("string"));
                Ok(Some(Shape::Text))
            }
            (Some(_), _) if all(Shape::Object) => {
                let mut kept: Vec<Value> = Vec::new();
                for (alternative, _, _) in &real {
                    if !kept.contains(alternative) {
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

    /// Says what a schema is that a reference led to, which is no alternative of itself.
    fn shape_of(
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

    /// Says what an alternative is. None where it is an alternative of itself, which adds nothing.
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

    /// Joins an `allOf` into one schema.
    fn join(
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

    /// Makes a component, and yields a reference to it.
    #[expect(clippy::too_many_arguments, reason = "each is one fact about the one place")]
    fn component(
        &mut self,
        shape: Shape,
        map: &Map<String, Value>,
        around: &Map<String, Value>,
        place: &Pointer,
        target: Option<&str>,
        identity: String,
        role: &Role,
        depth: usize,
    ) -> Result<Value, Error> {
        let name = self.name_of(target, role);
        if role.direction == Direction::Request {
            self.requests.insert(name.clone());
        }
        let reference = named(&name, map, around);
        let made = Unmade {
            name,
            shape,
            map: map.clone(),
            place: place.clone(),
            target: target.map(str::to_owned),
            identity,
            role: role.clone(),
        };
        match target {
            // Later, so that the depth of the walk is that of what is written in place, and not that of chains of references.
            Some(_) if !role.known => {
                if self.started.insert(made.name.clone()) {
                    self.unmade.push(made);
                }
            }
            _ => self.make(made, depth)?,
        }
        Ok(reference)
    }

    /// Makes what was put off.
    pub(super) fn make_rest(&mut self) -> Result<(), Error> {
        while let Some(next) = self.unmade.pop() {
            let (name, place) = (next.name.clone(), next.place.clone());
            match self.make(next, 0) {
                Ok(()) => {}
                Err(error) if error.is_unsupported() => {
                    let findings = error.into_findings();
                    let why = findings.first().map(|it| it.problem.to_string()).unwrap_or_default();
                    self.read_as_any(&place, &why);
                    self.components.insert(name, json!({}));
                }
                Err(error) => return Err(error),
            }
        }
        for (component, property, value) in std::mem::take(&mut self.constants) {
            self.fill_in_one(&component, &property, &value);
        }
        Ok(())
    }

    fn make(&mut self, unmade: Unmade, depth: usize) -> Result<(), Error> {
        let Unmade { name, shape, map, place, target, identity, role } = unmade;
        let target = target.as_deref();
        let identity = Some(identity.as_str());
        let mut component =
            match shape {
                Shape::Choice => {
                    let mut choice = json!({ "type": "string" });
                    match map.get("enum") {
                        Some(values) => choice["enum"] = values.clone(),
                        None => choice["x-nd8-choice"] = json!(true),
                    }
                    choice
                }
                Shape::Alternatives => self
                    .entering(identity, Some(&name), |this| this.one_of(&name, &map, &place, &role, depth))?,
                _ => self
                    .entering(identity, Some(&name), |this| this.object(&name, &map, &place, &role, depth))?,
            };
        let own = self.overlay.wording(&name).filter(|_| role.known).map(Value::from);
        // What is beside a reference is about the place; what a component says of itself is about the type.
        let is_about_type = target.is_some() || !role.key.contains(['.', '?']);
        let description = own.or_else(|| map.get("description").filter(|_| is_about_type).cloned());
        if let Some(description) = description {
            component["description"] = description;
        }
        for key in ["x-nd8-provenance", "deprecated"] {
            if let Some(value) = map.get(key) {
                component[key] = value.clone();
            }
        }
        if role.known {
            self.overlay.see(&name);
        }
        self.add_component(&name, component, &place, target)
    }

    fn name_of(&mut self, target: Option<&str>, role: &Role) -> String {
        if role.known {
            if let Some(name) = self.profile.schema_name(&role.key) {
                self.used_names.insert(role.key.clone());
                return name.to_owned();
            }
            return self.claimed(&role.key, &role.name);
        }
        if let Some(target) = target {
            let (key, name) = (format!("{:?} {target}", self.source), Pointer::from_text(target).last());
            let name = self.claimed(&key, &names::camel(&name));
            self.places.insert(target.to_owned(), name.clone());
            return name;
        }
        self.claimed(&role.key, &role.name)
    }

    /// Returns the name of one key, always the same.
    pub(super) fn claimed(&mut self, key: &str, wanted: &str) -> String {
        if let Some(name) = self.claims.get(key) {
            return name.clone();
        }
        // The tables' own names are taken, but not from the tables.
        let is_own = self.table_names.contains(wanted) && self.profile.type_names().any(|name| name == key);
        // Of names that are put together, the generator would change the case once more: `AB` to `Ab`.
        let name = if is_own { wanted.to_owned() } else { self.types.claim(&names::camel(wanted)) };
        self.claims.insert(key.to_owned(), name.clone());
        name
    }

    fn object(
        &mut self,
        name: &str,
        map: &Map<String, Value>,
        place: &Pointer,
        role: &Role,
        depth: usize,
    ) -> Result<Value, Error> {
        let mut wanted: Vec<(String, Option<Value>)> = Vec::new();
        match map.get("properties") {
            None => {}
            Some(Value::Object(properties)) => {
                wanted.extend(properties.iter().map(|(key, value)| (key.clone(), Some(value.clone()))));
            }
            Some(_) => {
                let problem = Problem::Malformed("`properties` must be an object".to_owned());
                return Err(self.tree.error(place.child("properties"), problem));
            }
        }
        if role.known {
            for property in self.overlay.properties(name) {
                if !wanted.iter().any(|(known, _)| *known == property) {
                    wanted.push((property, None));
                }
            }
        }
        let mut required: Vec<String> = match map.get("required") {
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            None => Vec::new(),
            Some(_) => {
                let message = "`required` is not a list and is left out";
                self.diagnostics.warn(
                    WarningKind::LeftOut,
                    &self.tree.name,
                    &place.child("required"),
                    message,
                );
                Vec::new()
            }
        };
        let (mut properties, mut dropped) = (Map::new(), Vec::new());
        for (property, value) in wanted {
            let here = place.child("properties").child(&property);
            let none = json!({});
            let written = value.as_ref().unwrap_or(&none);
            let is_the_others = match role.direction {
                Direction::Request => "readOnly",
                Direction::Response => "writeOnly",
            };
            let schema = self.schema(written, &here, &role.property(name, &property), depth + 1)?;
            if schema.get(is_the_others) == Some(&json!(true)) {
                required.retain(|required| *required != property);
                // Below an operation of ours the two directions have types of their own.
                if role.known {
                    dropped.push(property);
                    continue;
                }
            }
            properties.insert(property, schema);
        }
        if role.known && role.direction == Direction::Request {
            // What a request requires and no property describes would be left out of it without a word.
            for name in required.iter().filter(|name| !dropped.contains(*name)) {
                properties.entry(name.clone()).or_insert_with(|| json!({}));
            }
        }
        required.retain(|name| properties.contains_key(name));
        let mut object = json!({ "type": "object", "properties": properties });
        if !required.is_empty() {
            object["required"] = json!(required);
        }
        match map.get("additionalProperties") {
            None | Some(Value::Bool(false)) => {}
            Some(_) => object["additionalProperties"] = json!({}),
        }
        Ok(object)
    }

    fn one_of(
        &mut self,
        name: &str,
        map: &Map<String, Value>,
        place: &Pointer,
        role: &Role,
        depth: usize,
    ) -> Result<Value, Error> {
        let discriminator =
            map.get("discriminator").and_then(|it| it.get("propertyName")).and_then(Value::as_str);
        let (mut references, mut taken) = (Vec::new(), Vec::new());
        for (index, alternative) in map["oneOf"].as_array().into_iter().flatten().enumerate() {
            let here = place.child("oneOf").child(index);
            let mut peeled = self.peel(alternative, &here)?;
            self.shape(&mut peeled.map, &peeled.place)?;
            let wanted = self.profile.alternatives.iter().find(|entry| {
                let requires = |property: &str| {
                    peeled
                        .map
                        .get("required")
                        .and_then(Value::as_array)
                        .is_some_and(|names| names.iter().any(|it| it == property))
                };
                // Each name is one alternative's: two that are joined would be sent as either.
                role.known && entry.of == name && requires(&entry.requires) && !taken.contains(&entry.name)
            });
            taken.extend(wanted.map(|entry| entry.name.clone()));
            let key = match wanted {
                Some(entry) => entry.name.clone(),
                None => format!("{name}|{index}"),
            };
            let branch = Role {
                key: key.clone(),
                name: wanted
                    .map_or_else(|| format!("{name}Variant{}", index + 1), |entry| entry.name.clone()),
                ..role.clone()
            };
            let mut schema = self.schema(alternative, &here, &branch, depth + 1)?;
            let Some(component) = schema::referenced_in(&schema).map(str::to_owned) else { continue };
            if component == name {
                continue;
            }
            if let Some(property) = discriminator {
                self.fill_in(map, alternative, property, &component, &here)?;
            }
            let plain = schema::reference(&component);
            if schema != plain {
                schema = plain;
            }
            if !references.contains(&schema) {
                references.push(schema);
            }
        }
        Ok(json!({ "oneOf": references }))
    }

    /// A discriminator's value is the type's, not the caller's.
    fn fill_in(
        &mut self,
        map: &Map<String, Value>,
        alternative: &Value,
        property: &str,
        component: &str,
        place: &Pointer,
    ) -> Result<(), Error> {
        let target = reference(alternative).unwrap_or_default();
        let mapping = schema::object(map.get("discriminator").and_then(|it| it.get("mapping")));
        let last = |text: &str| text.rsplit('/').next().unwrap_or_default().to_owned();
        let mut values =
            mapping.filter(|(_, to)| to.as_str().is_some_and(|to| to == target || last(to) == last(target)));
        let value = match (values.next(), target) {
            (Some((value, _)), _) => {
                if let Some((other, _)) = values.next() {
                    let problem = format!(
                        "the discriminator `{property}` has several values for one alternative: `{value}` and `{other}`"
                    );
                    return Err(self.tree.error(place.clone(), Problem::Unsupported(problem)));
                }
                value.to_owned()
            }
            (None, "") => {
                let problem = format!("the discriminator `{property}` has no value for this alternative");
                return Err(self.tree.error(place.clone(), Problem::Unsupported(problem)));
            }
            // Without a mapping, the value is the name of the schema.
            (None, target) => last(target),
        };
        self.constants.push((component.to_owned(), property.to_owned(), value));
        Ok(())
    }

    fn fill_in_one(&mut self, component: &str, property: &str, value: &str) {
        let Some(component) = self.components.get_mut(component) else { return };
        let known = component["properties"].get(property).cloned().unwrap_or_else(|| json!({}));
        if !component["properties"].is_object() {
            component["properties"] = json!({});
        }
        let description = known.get("description").cloned();
        component["properties"][property] = json!({ "type": "string", "x-nd8-constant": value });
        if let Some(description) = description {
            component["properties"][property]["description"] = description;
        }
        let required = &mut component["required"];
        match required {
            Value::Array(names) if names.iter().any(|name| name == property) => {}
            Value::Array(names) => names.push(json!(property)),
            other => *other = json!([property]),
        }
    }

    /// Adds a component, or joins it with the one of that name: a role can be reached by several ways.
    fn add_component(
        &mut self,
        name: &str,
        component: Value,
        place: &Pointer,
        target: Option<&str>,
    ) -> Result<(), Error> {
        if self.components.len() > TYPE_LIMIT {
            return Err(self.tree.error(place.clone(), Problem::TooLarge(TYPE_LIMIT)));
        }
        if let Some(target) = target {
            self.places.entry(target.to_owned()).or_insert_with(|| name.to_owned());
        }
        self.origins.entry(name.to_owned()).or_insert_with(|| (self.tree.name.clone(), place.clone()));
        match self.components.get_mut(name) {
            None => {
                self.components.insert(name.to_owned(), component);
            }
            Some(known) if *known == component => {}
            Some(known) => join_components(known, component),
        }
        Ok(())
    }

    /// The component that a schema means, if it is being made or, where a reference leads to it, was made.
    fn in_use(&self, target: Option<&str>, identity: &str, role: &Role) -> Option<String> {
        let open = self.open.iter().rev().find(|(open, _)| open == identity);
        if let Some((_, name)) = open {
            return name.clone();
        }
        if role.known {
            return None;
        }
        let target = target?;
        self.places.get(target).filter(|name| self.components.contains_key(*name)).cloned()
    }

    /// Does something while a reference is being followed.
    fn entering<T>(
        &mut self,
        target: Option<&str>,
        name: Option<&str>,
        work: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let Some(target) = target else { return work(self) };
        if self.open.iter().any(|(open, name)| open == target && name.is_none()) {
            let place = Pointer::from_text(target);
            return Err(self.tree.error(place, Problem::CyclicRef(format!("#{target}"))));
        }
        self.open.push((target.to_owned(), name.map(str::to_owned)));
        let result = work(self);
        self.open.pop();
        result
    }

    /// Whether the overlay has fields for an object of which the document says nothing.
    fn is_described_by_overlay(&self, role: &Role) -> bool {
        let name = self.profile.schema_name(&role.key).unwrap_or(&role.name);
        !self.overlay.properties(name).is_empty()
    }

    /// Whether a component is a set of texts.
    pub(super) fn is_choice_component(&self, name: &str) -> bool {
        match self.components.get(name) {
            Some(component) => component["type"] == "string",
            None => self.unmade.iter().any(|unmade| unmade.name == name && unmade.shape == Shape::Choice),
        }
    }

    /// Makes the type of a body that the tables name, however little the document states of it.
    pub(super) fn named_object(
        &mut self,
        value: &Value,
        place: &Pointer,
        role: &Role,
    ) -> Result<Value, Error> {
        let peeled = self.peel(value, place)?;
        let identity = peeled.identity();
        let Peeled { mut map, place, target, around } = peeled;
        self.overlay.see(&role.key);
        let (overlay, document) = (self.overlay, self.tree.name.clone());
        overlay.refine(&role.key, &mut map, self.source, &document, &place, self.diagnostics);
        let shape = match self.shape_of(target.as_deref(), &mut map, &place)? {
            Shape::Object | Shape::Map | Shape::Any => {
                // Free-form, or not described: whatever there is arrives as further fields.
                if !map.contains_key("properties") && role.direction == Direction::Response {
                    map.insert("additionalProperties".to_owned(), json!({}));
                }
                Shape::Object
            }
            Shape::Alternatives if role.direction == Direction::Request => Shape::Alternatives,
            // What any of them has is a field that may be there.
            Shape::Alternatives => {
                let alternatives = map.remove("oneOf").unwrap_or_default();
                for (index, alternative) in alternatives.as_array().into_iter().flatten().enumerate() {
                    let mut peeled = self.peel(alternative, &place.child("oneOf").child(index))?;
                    self.shape(&mut peeled.map, &peeled.place)?;
                    peeled.map.remove("required");
                    add(&mut map, &peeled.map, &peeled.place);
                }
                Shape::Object
            }
            other => {
                let what =
                    format!("{} to be an object, and the document has {}", role.key, other.described());
                let problem = Problem::Contract { used_by: self.used_by(&role.key), what };
                self.diagnostics.need(&self.tree.name, place.clone(), problem);
                Shape::Object
            }
        };
        self.component(shape, &map, &around, &place, target.as_deref(), identity, role, 0)
    }

    /// Makes a type of our own that is a map of anything.
    pub(super) fn map_component(
        &mut self,
        value: &Value,
        place: &Pointer,
        role: &Role,
    ) -> Result<Value, Error> {
        let place = self.peel(value, place)?.place;
        let mut component = json!({ "type": "object", "additionalProperties": {} });
        if let Some(text) = self.overlay.wording(&role.key) {
            component["description"] = json!(text);
        }
        self.overlay.see(&role.key);
        self.add_component(&role.key, component, &place, None)?;
        Ok(schema::reference(&role.key))
    }

    /// Checks what the hand-written layer needs of types, before the compiler would, and in the words of the document.
    pub(super) fn check_needs(&mut self) {
        for needs in &self.profile.types {
            let Some(component) = self.components.get(&needs.name) else {
                // Where something else is wrong, that it is not there follows from it.
                if !self.diagnostics.errors.is_empty() {
                    continue;
                }
                let what = format!("the type {}, which nothing in this document is", needs.name);
                let problem = Problem::Contract { used_by: needs.used_by.clone(), what };
                self.diagnostics.need(&self.main_name, Pointer::root().child("paths"), problem);
                continue;
            };
            let (document, place) = self.origins.get(&needs.name).cloned().unwrap_or_default();
            let has = |field: &str| component["properties"].get(field).is_some();
            if component.get("oneOf").is_some() {
                let what = format!("{} to be one object, and the document has alternatives", needs.name);
                let problem = Problem::Contract { used_by: needs.used_by.clone(), what };
                self.diagnostics.need(&document, place.clone(), problem);
            }
            let missing: Vec<&str> = match needs.is_map || component.get("oneOf").is_some() {
                true => Vec::new(),
                false => {
                    needs.fields.iter().map(|field| field.name.as_str()).filter(|field| !has(field)).collect()
                }
            };
            for field in missing {
                let what =
                    format!("the field `{field}` of {}, which this document no longer has", needs.name);
                let problem = Problem::Contract { used_by: needs.used_by.clone(), what };
                self.diagnostics.need(&document, place.clone(), problem);
            }
            if !self.is_request(&needs.name) || needs.is_map {
                continue;
            }
            let required = component.get("required").and_then(Value::as_array).into_iter().flatten();
            for field in required.filter_map(Value::as_str) {
                let property = &component["properties"][field];
                let need = needs.fields.iter().find(|need| need.name == field);
                if need.is_some_and(|need| need.required) || property.get("x-nd8-constant").is_some() {
                    continue;
                }
                let place = place.join(["properties", field]);
                if need.is_some() || property.get("default").is_some() {
                    let message = format!(
                        "`{field}` of {} is required now; requests without it may be refused",
                        needs.name
                    );
                    self.diagnostics.warn(WarningKind::ReadAs, &document, &place, message);
                } else {
                    let what =
                        format!("every required field of {} to be known, and `{field}` is not", needs.name);
                    self.diagnostics.need(
                        &document,
                        place,
                        Problem::Contract { used_by: needs.used_by.clone(), what },
                    );
                }
            }
        }
    }

    /// Whether the tables use a type in requests.
    fn is_request(&self, name: &str) -> bool {
        let is_body = self.profile.operations.iter().any(|entry| entry.request.as_deref() == Some(name));
        is_body
            || self.profile.alternatives.iter().any(|entry| entry.name == name)
            || self.requests.contains(name)
    }

    fn kind_at(&mut self, role: &str) -> Option<Kind> {
        self.profile.need(role).map(|need| need.kind)
    }

    /// Gives a part the kind that the hand-written layer needs, if its form on the wire can carry that.
    fn coerce(
        &mut self,
        kind: Kind,
        shape: Shape,
        map: &mut Map<String, Value>,
        place: &Pointer,
        role: &Role,
    ) -> Result<Shape, Error> {
        let was = shape;
        let shape = match (kind, shape) {
            (Kind::Text, Shape::Text | Shape::Choice) => Shape::Text,
            (Kind::Text, Shape::Any | Shape::Integer | Shape::Number) => Shape::Text,
            // A comma separates the items, as it would within a text.
            (Kind::Text, Shape::List) if role.key.contains('?') => Shape::Text,
            (Kind::Amount, Shape::Text | Shape::Number) => shape,
            (Kind::Amount, Shape::Any) => Shape::Text,
            (Kind::Integer, Shape::Integer | Shape::Number | Shape::Any) => Shape::Integer,
            // Digits as a text. A text of another form, such as a UUID, could not be read, and the refund would have been made.
            (Kind::Integer, Shape::Text)
                if role.direction == Direction::Response && !map.contains_key("format") =>
            {
                Shape::Integer
            }
            (Kind::Time, Shape::Text) if map.get("format").is_some_and(|format| format == "date") => {
                return Ok(self.mismatch(kind, shape, "a date without a time", place, role));
            }
            (Kind::Flag, Shape::Flag | Shape::Any) => Shape::Flag,
            (Kind::Time | Kind::Uuid, Shape::Text | Shape::Choice | Shape::Any) => Shape::Text,
            (Kind::Choice, Shape::Choice | Shape::Text | Shape::Any) => Shape::Choice,
            (Kind::List, Shape::List | Shape::Any) => Shape::List,
            (Kind::Map, Shape::Map | Shape::Object | Shape::Any) => Shape::Map,
            (Kind::Any, _) => Shape::Any,
            (_, found) => return Ok(self.mismatch(kind, found, found.described(), place, role)),
        };
        match kind {
            Kind::Amount => _ = map.insert("format".to_owned(), json!("decimal")),
            Kind::Time => _ = map.insert("format".to_owned(), json!("date-time")),
            Kind::Uuid => _ = map.insert("format".to_owned(), json!("uuid")),
            Kind::Text if matches!(was, Shape::Integer | Shape::Number | Shape::List) => {
                map.remove("format");
                map.insert("x-nd8-kind".to_owned(), json!("text"));
            }
            Kind::Text
                if map.get("format").is_some_and(|format| {
                    format == "date-time" || format == "uuid" || format == "decimal"
                }) =>
            {
                map.remove("format");
            }
            Kind::Integer if was == Shape::Text => {
                map.remove("format");
                map.insert("x-nd8-kind".to_owned(), json!("integer"));
            }
            // Sizes of integers are the server's business.
            Kind::Integer => _ = map.remove("format"),
            _ => {}
        }
        let is_expected = matches!(
            (kind, was),
            (Kind::Text, Shape::Text | Shape::Choice)
                | (Kind::Amount, Shape::Text | Shape::Number)
                | (Kind::Integer, Shape::Integer)
                | (Kind::Flag, Shape::Flag)
                | (Kind::Time | Kind::Uuid, Shape::Text)
                | (Kind::Choice, Shape::Choice)
                | (Kind::List, Shape::List)
                | (Kind::Map, Shape::Map | Shape::Object)
                | (Kind::Any, _)
        );
        if !is_expected && (was != Shape::Any || !map.is_empty()) {
            let message =
                format!("{} is {}, and stays {} in Rust", role.key, was.described(), describe(kind));
            self.diagnostics.warn(WarningKind::ReadAs, &self.tree.name, place, message);
        }
        Ok(shape)
    }

    /// Reports that a part is of another kind than the hand-written layer needs.
    fn mismatch(&mut self, kind: Kind, found: Shape, described: &str, place: &Pointer, role: &Role) -> Shape {
        let used_by = self.used_by(&role.key);
        let what = format!("{} to be {}, and the document has {described}", role.key, describe(kind));
        self.diagnostics.need(&self.tree.name, place.clone(), Problem::Contract { used_by, what });
        found
    }

    pub(super) fn used_by(&self, role: &str) -> String {
        let owner = role.split(['.', '?', '[']).next().unwrap_or_default();
        let of_type = self.profile.needs(owner).map(|needs| needs.used_by.clone());
        let of_operation = || {
            self.profile
                .operations
                .iter()
                .find(|entry| entry.name == owner)
                .and_then(|entry| entry.used_by.clone())
        };
        of_type.or_else(of_operation).unwrap_or_else(|| owner.to_owned())
    }

    fn read_as_any(&mut self, place: &Pointer, why: &str) {
        let message = format!("{why}; it is read as any JSON value");
        self.diagnostics.warn(WarningKind::ReadAs, &self.tree.name, place, message);
    }

    fn work(&mut self, place: &Pointer, steps: usize) -> Result<(), Error> {
        self.spent += steps;
        if self.spent > WORK_LIMIT {
            return Err(self.tree.error(place.clone(), Problem::TooLarge(WORK_LIMIT)));
        }
        Ok(())
    }

    /// The names of components, so that what is derived later makes way for them.
    pub(super) fn claim_component_names(&mut self) {
        let components = self.tree.root.pointer("/components/schemas");
        let keys: Vec<String> = schema::object(components).map(|(key, _)| key.to_owned()).collect();
        let assigned = names::assign(keys.iter().map(String::as_str), names::camel, self.types.clone());
        let source: Source = self.source;
        for (key, name) in assigned {
            let place = Pointer::root().join(["components", "schemas", key]);
            let name = self.types.claim(&name);
            self.claims.insert(format!("{source:?} {}", place.as_str()), name);
        }
    }
}

impl Shape {
    fn described(self) -> &'static str {
        match self {
            Self::Any => "any JSON value",
            Self::Object => "an object",
            Self::Map => "a map",
            Self::List => "a list",
            Self::Choice => "one of some texts",
            Self::Text => "a text",
            Self::Integer => "an integer",
            Self::Number => "a number",
            Self::Flag => "a boolean",
            Self::Alternatives => "one of several objects",
        }
    }
}

fn describe(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "a text",
        Kind::Amount => "a decimal amount",
        Kind::Integer => "an integer",
        Kind::Flag => "a boolean",
        Kind::Time => "a date and time",
        Kind::Uuid => "a UUID",
        Kind::Choice => "a set of texts",
        Kind::List => "a list",
        Kind::Map => "a map",
        Kind::Any => "any JSON value",
    }
}

fn object_shape(map: &Map<String, Value>) -> Shape {
    match map.get("properties") {
        Some(Value::Object(properties)) if properties.is_empty() => Shape::Map,
        Some(_) => Shape::Object,
        None => Shape::Map,
    }
}

/// The one branch of an `allOf`, `oneOf` or `anyOf` that counts.
struct Sole<'v> {
    key: &'static str,
    index: usize,
    value: &'v Value,
    /// Whether another branch is null.
    nullable: bool,
}

/// The one branch of an `allOf`, `oneOf` or `anyOf`, where all else only describes.
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

/// Whether all beside a keyword only describes. A type beside it says what its branch says.
fn is_plain(map: &Map<String, Value>, key: &str) -> bool {
    map.keys().all(|other| other == key || other == "type" && map["type"].is_string() || is_about(other))
}

/// Whether a schema allows nothing but null.
fn is_null(schema: &Value) -> bool {
    let Some(map) = schema.as_object() else { return false };
    match map.get("enum").and_then(Value::as_array) {
        Some(values) => !values.is_empty() && values.iter().all(Value::is_null),
        None => map.get("nullable") == Some(&json!(true)) && map.keys().all(|key| is_about(key)),
    }
}

/// A reference to a component with what is said around it.
fn named(name: &str, map: &Map<String, Value>, around: &Map<String, Value>) -> Value {
    let mut beside = Map::new();
    for key in [
        "nullable",
        "description",
        "deprecated",
        "readOnly",
        "writeOnly",
        "default",
        "example",
        "x-nd8-provenance",
    ] {
        let inner = map.get(key).filter(|_| matches!(key, "nullable" | "readOnly" | "writeOnly"));
        if let Some(value) = around.get(key).or(inner) {
            beside.insert(key.to_owned(), value.clone());
        }
    }
    if beside.is_empty() {
        return schema::reference(name);
    }
    beside.insert("allOf".to_owned(), json!([schema::reference(name)]));
    Value::Object(beside)
}

/// Adds what one part of an `allOf` states to the whole.
fn add(whole: &mut Map<String, Value>, part: &Map<String, Value>, place: &Pointer) {
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
                let both: Vec<Value> = known.iter().filter(|value| other.contains(value)).cloned().collect();
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
fn located(properties: &Map<String, Value>, place: &Pointer) -> Map<String, Value> {
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

/// Joins two readings of one role: what either has, and required what both require.
fn join_components(known: &mut Value, other: Value) {
    // A set of texts of which one place names the values and the other does not.
    if known.get("x-nd8-choice").is_some() && other.get("enum").is_some() {
        *known = other;
        return;
    }
    if let (Some(values), Some(more)) =
        (known.get_mut("enum").and_then(Value::as_array_mut), other.get("enum"))
    {
        let missing: Vec<Value> =
            more.as_array().into_iter().flatten().filter(|value| !values.contains(value)).cloned().collect();
        values.extend(missing);
        return;
    }
    if let (Some(references), Some(more)) =
        (known.get_mut("oneOf").and_then(Value::as_array_mut), other.get("oneOf"))
    {
        let missing: Vec<Value> = more
            .as_array()
            .into_iter()
            .flatten()
            .filter(|value| !references.contains(value))
            .cloned()
            .collect();
        references.extend(missing);
        return;
    }
    // A place where the document prints no fields says nothing about those that it prints elsewhere.
    let is_undescribed =
        |component: &Value| component.get("properties").and_then(Value::as_object).is_some_and(Map::is_empty);
    if is_undescribed(&other) {
        return;
    }
    if is_undescribed(known) {
        *known = other;
        return;
    }
    let theirs = other.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    if let Some(Value::Array(required)) = known.get_mut("required") {
        required.retain(|name| theirs.contains(name));
    }
    if let (Some(Value::Object(properties)), Some(Value::Object(more))) =
        (known.get_mut("properties"), other.get("properties"))
    {
        for (name, property) in more {
            if !properties.contains_key(name) {
                properties.insert(name.clone(), property.clone());
            }
        }
    }
    if let (None, Some(more)) = (known.get("additionalProperties"), other.get("additionalProperties")) {
        known["additionalProperties"] = more.clone();
    }
}
