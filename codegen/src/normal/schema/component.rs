//! Components: their names, their properties, their alternatives.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::forms::{Role, Shape, TYPE_LIMIT, Unmade};
use super::named;
use crate::error::{Error, Problem};
use crate::names;
use crate::normal::overlay::INFERRED_VALUES;
use crate::normal::resolve::reference;
use crate::normal::{Normalizer, Source};
use crate::pointer::Pointer;
use crate::profile::{AlternativeName, Profile};
use crate::report::WarningKind;
use crate::schema::{self, Direction};

impl Normalizer<'_> {
    /// Makes a component, and yields a reference to it.
    #[expect(clippy::too_many_arguments, reason = "each is one fact about the one place")]
    pub(super) fn component(
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
    pub(in crate::normal) fn make_rest(&mut self) -> Result<(), Error> {
        while let Some(next) = self.unmade.pop() {
            let (name, place) = (next.name.clone(), next.place.clone());
            match self.make(next, 0) {
                Ok(()) => {}
                Err(error) if error.can_be_left_out() => {
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

    /// Notes which values of a set the document has, and which only we do.
    fn note_values(&mut self, name: &str, values: &Value, schema: &Map<String, Value>) {
        let is_inferred = schema.contains_key(INFERRED_VALUES) || self.source == Source::Supplement;
        let of_set = self.values.entry(name.to_owned()).or_default();
        for value in values.as_array().into_iter().flatten().filter_map(Value::as_str) {
            let is_published = of_set.entry(value.to_owned()).or_default();
            *is_published |= !is_inferred;
        }
    }

    /// Gives up values of ours that the document writes otherwise: `usd`, where we have `USD`.
    pub(in crate::normal) fn values_are_published(&mut self) {
        for (name, values) in std::mem::take(&mut self.values) {
            let published: BTreeMap<String, &String> =
                values.iter().filter(|(_, is)| **is).map(|(value, _)| (names::camel(value), value)).collect();
            let given_up: Vec<(&String, &String)> = values
                .iter()
                .filter(|(_, is_published)| !**is_published)
                .filter_map(|(ours, _)| Some((ours, *published.get(&names::camel(ours))?)))
                .collect();
            let Some(Value::Array(known)) =
                self.components.get_mut(&name).and_then(|component| component.get_mut("enum"))
            else {
                continue;
            };
            known.retain(|value| !given_up.iter().any(|(ours, _)| value == ours.as_str()));
            for (ours, theirs) in given_up {
                let (document, place) = self.origins.get(&name).cloned().unwrap_or_default();
                let message = format!(
                    "{name} has the value `{theirs}` here; it is sent, and not `{ours}`, which we have"
                );
                self.diagnostics.warn(WarningKind::Overruled, &document, &place, message);
            }
        }
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
                        Some(values) => {
                            self.note_values(&name, values, &map);
                            choice["enum"] = values.clone();
                        }
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
        // Keywords next to a reference describe the place; those of a component describe the type.
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
    pub(in crate::normal) fn claimed(&mut self, key: &str, wanted: &str) -> String {
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
                self.check_width(&place.child("properties"), properties.len())?;
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
            let part = role.property(name, &property);
            let schema = match self.schema(written, &here, &part, depth + 1) {
                Err(error)
                    if error.can_be_any() && !(role.known && self.profile.need(&part.key).is_some()) =>
                {
                    self.read_unread(error);
                    json!({})
                }
                result => result?,
            };
            if schema.get(is_the_others) == Some(&json!(true)) {
                required.retain(|required| *required != property);
                // Below an operation of ours the two directions have types of their own.
                if role.known {
                    if self.profile.need(&part.key).is_some() {
                        self.unsendable.insert(part.key.clone(), is_the_others);
                    }
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
        if role.known && role.direction == Direction::Response {
            self.check_reading(name, &properties, place);
        }
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
        let (mut references, mut branches) = (Vec::new(), Vec::new());
        for (index, alternative) in map["oneOf"].as_array().into_iter().flatten().enumerate() {
            let here = place.child("oneOf").child(index);
            let mut peeled = self.peel(alternative, &here)?;
            self.shape(&mut peeled.map, &peeled.place)?;
            branches.push((alternative, here, peeled.map));
        }
        let wanted = match role.known {
            true => named_alternatives(self.profile, name, &branches),
            false => vec![None; branches.len()],
        };
        for (index, ((alternative, here, _), wanted)) in branches.iter().zip(wanted).enumerate() {
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
            let mut schema = self.schema(alternative, here, &branch, depth + 1)?;
            let Some(component) = schema::referenced_in(&schema).map(str::to_owned) else { continue };
            if component == name {
                continue;
            }
            if let Some(property) = discriminator {
                self.fill_in(map, alternative, property, &component, here)?;
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

    /// Fills in the value of a discriminator, which the type determines and not the caller.
    fn fill_in(
        &mut self,
        map: &Map<String, Value>,
        alternative: &Value,
        property: &str,
        component: &str,
        place: &Pointer,
    ) -> Result<(), Error> {
        let target = reference(alternative).unwrap_or_default();
        let mapping = || schema::object(map.get("discriminator").and_then(|it| it.get("mapping")));
        let last = |text: &str| text.rsplit('/').next().unwrap_or_default().to_owned();
        // A mapping may name the schema instead of its place. One into another file is not the schema here.
        let is_this = |to: &str| to == target || !to.contains(['#', '/']) && to == last(target);
        let is_namesake = |to: &str| !is_this(to) && last(to) == last(target);
        if let Some((value, to)) = mapping().find(|(_, to)| to.as_str().is_some_and(is_namesake)) {
            let problem =
                format!("`{property}` has the value `{value}` for {to}, which is not the schema here");
            return Err(self.tree.error(place.clone(), Problem::Discriminator(problem)));
        }
        let mut values = mapping().filter(|(_, to)| to.as_str().is_some_and(is_this));
        let value = match (values.next(), target) {
            (Some((value, _)), _) => {
                if let Some((other, _)) = values.next() {
                    let problem = format!(
                        "`{property}` has several values for one alternative: `{value}` and `{other}`"
                    );
                    return Err(self.tree.error(place.clone(), Problem::Discriminator(problem)));
                }
                value.to_owned()
            }
            (None, "") => {
                let problem = format!("`{property}` has no value for this alternative");
                return Err(self.tree.error(place.clone(), Problem::Discriminator(problem)));
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
    pub(super) fn add_component(
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
        let component = match self.components.get(name) {
            Some(known) if *known != component => {
                let known = known.clone();
                self.join_readings(name, known, component, place)
            }
            _ => component,
        };
        self.components.insert(name.to_owned(), component);
        Ok(())
    }

    /// Reserves the names of components, so that names derived later differ from them.
    pub(in crate::normal) fn claim_component_names(&mut self) {
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

/// Finds which alternative each name of the tables means: the one that requires its property, else the one that has it. Each
/// name is one alternative's: two that are joined would be sent as either.
fn named_alternatives<'p>(
    profile: &'p Profile,
    name: &str,
    branches: &[(&Value, Pointer, Map<String, Value>)],
) -> Vec<Option<&'p AlternativeName>> {
    type Test = fn(&Map<String, Value>, &str) -> bool;
    let requires: Test = |map, property| {
        let required = map.get("required").and_then(Value::as_array).into_iter().flatten();
        required.filter_map(Value::as_str).any(|name| name == property)
    };
    let has: Test =
        |map, property| map.get("properties").is_some_and(|properties| properties.get(property).is_some());
    let mut found: Vec<Option<&'p AlternativeName>> = vec![None; branches.len()];
    for test in [requires, has] {
        for entry in profile.alternatives.iter().filter(|entry| entry.of == name) {
            if found.iter().flatten().any(|known| known.name == entry.name) {
                continue;
            }
            let mut free = branches.iter().zip(&mut found).filter(|(_, taken)| taken.is_none());
            if let Some((_, taken)) = free.find(|((_, _, map), _)| test(map, &entry.requires)) {
                *taken = Some(entry);
            }
        }
    }
    found
}
