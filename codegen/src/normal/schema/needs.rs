//! What the hand-written layer needs of types: kinds that are kept, and what has to be there.

use serde_json::{Map, Value, json};

use super::forms::{PARTS, Peeled, Role, Shape, WRITTEN_AT};
use super::join::{add, located};
use crate::error::{Error, Problem};
use crate::names;
use crate::normal::Normalizer;
use crate::pointer::Pointer;
use crate::profile::{FieldNeed, Kind};
use crate::report::WarningKind;
use crate::schema::{self, Direction};

impl Normalizer<'_> {
    /// Makes the type of a body that the tables name, however little the document states of it.
    pub(in crate::normal) fn named_object(
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

    /// Reads one object as the alternatives that the tables have for it: a document may say of a product only what all its forms
    /// have in common. Each has what it needs, and not what another is known by.
    pub(super) fn split_into_alternatives(
        &mut self,
        map: &mut Map<String, Value>,
        place: &Pointer,
        role: &Role,
    ) -> bool {
        let Some(name) = self.profile.schema_name(&role.key) else { return false };
        let entries: Vec<_> = self.profile.alternatives.iter().filter(|entry| entry.of == name).collect();
        let Some(Value::Object(properties)) = map.get("properties") else { return false };
        if entries.is_empty() || !entries.iter().all(|entry| properties.contains_key(&entry.requires)) {
            return false;
        }
        let properties = located(properties, place);
        let alternative = |name: &str, requires: &str| {
            let is_needed = |property: &str| {
                self.profile
                    .needs(name)
                    .is_some_and(|needs| needs.fields.iter().any(|field| field.name == property))
            };
            let is_anothers = |property: &str| {
                property != requires
                    && entries.iter().any(|entry| entry.requires == property)
                    && !is_needed(property)
            };
            let mut alternative = map.clone();
            let own = properties.iter().filter(|(property, _)| !is_anothers(property));
            let own: Map<String, Value> =
                own.map(|(property, schema)| (property.clone(), schema.clone())).collect();
            alternative.insert("properties".to_owned(), Value::Object(own));
            let mut required = map.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
            if !required.iter().any(|name| name == requires) {
                required.push(json!(requires));
            }
            alternative.insert("required".to_owned(), Value::Array(required));
            alternative.insert(WRITTEN_AT.to_owned(), json!(place.as_str()));
            // The one place is several schemas now.
            alternative.insert(PARTS.to_owned(), json!(name));
            Value::Object(alternative)
        };
        let alternatives: Vec<Value> =
            entries.iter().map(|entry| alternative(&entry.name, &entry.requires)).collect();
        let names: Vec<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
        let message = format!("{name} is one object; it is read as {}", names.join(" or "));
        self.diagnostics.warn(WarningKind::ReadAs, &self.tree.name, place, message);
        map.retain(|key, _| {
            !matches!(key.as_str(), "type" | "properties" | "required" | "additionalProperties")
        });
        map.insert("oneOf".to_owned(), Value::Array(alternatives));
        true
    }

    /// Makes a type of our own that is a map of anything.
    pub(in crate::normal) fn map_component(
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
    pub(in crate::normal) fn check_needs(&mut self) {
        let failed = std::mem::take(&mut self.failed);
        for needs in self.profile.types.iter().filter(|needs| !failed.contains(&needs.name)) {
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
                let role = format!("{}.{field}", needs.name);
                let what = match self.unsendable.get(&role) {
                    Some(keyword) => format!(
                        "the field `{field}` of {}, which is `{keyword}` in this document",
                        needs.name
                    ),
                    None => {
                        format!("the field `{field}` of {}, which this document no longer has", needs.name)
                    }
                };
                let problem = Problem::Contract { used_by: needs.used_by.clone(), what };
                self.diagnostics.need(&document, place.clone(), problem);
            }
            for field in &needs.fields {
                self.keep_values(&needs.name, field, &needs.used_by);
            }
            let component = &self.components[&needs.name];
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

    /// Keeps the values of a set of texts that the hand-written layer names, however the document writes them.
    fn keep_values(&mut self, owner: &str, field: &FieldNeed, used_by: &str) {
        if field.values.is_empty() {
            return;
        }
        let property = &self.components[owner]["properties"][&field.name];
        let Some(name) = schema::referenced_in(property).map(str::to_owned) else { return };
        let Some(component) = self.components.get_mut(&name).filter(|it| it["type"] == "string") else {
            return;
        };
        let is_described = component.get("enum").is_some();
        let mut values = component.get("enum").and_then(Value::as_array).cloned().unwrap_or_default();
        let variants: Vec<String> = values.iter().filter_map(Value::as_str).map(names::camel).collect();
        let missing: Vec<&str> = field
            .values
            .iter()
            .filter(|value| !variants.contains(&names::camel(value)))
            .map(String::as_str)
            .collect();
        if missing.is_empty() {
            return;
        }
        values.extend(missing.iter().map(|value| json!(value)));
        component["enum"] = Value::Array(values);
        if let Value::Object(component) = component {
            component.remove("x-nd8-choice");
        }
        if is_described {
            let (document, place) = self.origins.get(&name).cloned().unwrap_or_default();
            let message = format!(
                "{owner}.{} does not have the value `{}`, which {used_by} knows; it is kept",
                field.name,
                missing.join("`, `")
            );
            self.diagnostics.warn(WarningKind::ReadAs, &document, &place, message);
        }
    }

    /// Returns whether the tables use a type in requests.
    fn is_request(&self, name: &str) -> bool {
        let is_body = self.profile.operations.iter().any(|entry| entry.request.as_deref() == Some(name));
        is_body
            || self.profile.alternatives.iter().any(|entry| entry.name == name)
            || self.requests.contains(name)
    }

    pub(super) fn kind_at(&mut self, role: &str) -> Option<Kind> {
        let id = || self.profile.id(role).map(|_| Kind::Id);
        self.profile.need(role).map(|need| need.kind).or_else(id)
    }

    /// Gives a part the kind that the hand-written layer needs, if its form on the wire can carry that.
    pub(super) fn coerce(
        &mut self,
        kind: Kind,
        shape: Shape,
        map: &mut Map<String, Value>,
        place: &Pointer,
        role: &Role,
    ) -> Result<Shape, Error> {
        let was = shape;
        let shape = match (kind, shape) {
            // One value of a list in a query is written like a value alone.
            (Kind::Choice, Shape::List) if role.key.contains('?') => {
                let items = map.remove("items").unwrap_or_else(|| json!({}));
                let mut item = self.peel(&items, &place.child("items"))?;
                match self.shape(&mut item.map, &item.place)? {
                    Shape::Choice | Shape::Text => {
                        map.retain(|key, _| key == "description");
                        map.extend(item.map.into_iter().filter(|(key, _)| key == "enum" || key == "type"));
                        Shape::Choice
                    }
                    found => return Ok(self.mismatch(kind, found, "a list of something else", place, role)),
                }
            }
            (Kind::Text, Shape::Text | Shape::Choice) => Shape::Text,
            (Kind::Text, Shape::Any | Shape::Integer | Shape::Number) => Shape::Text,
            // A comma separates the items, as it would within a text.
            (Kind::Text, Shape::List) if role.key.contains('?') => Shape::Text,
            (Kind::Id, Shape::Text | Shape::Choice | Shape::Number) => Shape::Text,
            (Kind::Id, Shape::Integer | Shape::Any) => shape,
            (Kind::Amount, Shape::Text | Shape::Number) => shape,
            // Of what has no type, the example shows the form.
            (Kind::Amount, Shape::Any)
                if ["example", "default"].iter().any(|key| map.get(*key).is_some_and(Value::is_number)) =>
            {
                map.insert("type".to_owned(), json!("number"));
                Shape::Number
            }
            (Kind::Amount, Shape::Any) => Shape::Text,
            (Kind::Amount, Shape::Choice) if has_only_decimals(map) => Shape::Text,
            (Kind::Integer, Shape::Integer | Shape::Number | Shape::Any) => Shape::Integer,
            // Digits as a text. A text of another form, such as a UUID, could not be read, and the refund would have been made.
            (Kind::Integer, Shape::Text)
                if role.direction == Direction::Response && !map.contains_key("format") =>
            {
                Shape::Integer
            }
            // In an address, digits are digits.
            (Kind::Integer, Shape::Text) if role.key.contains('?') && !map.contains_key("format") => {
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
            // What has the name of an id and is none is of no use to the hand-written layer, and does no harm.
            (Kind::Id, found) if self.profile.need(&role.key).is_none() => return Ok(found),
            (_, found) => return Ok(self.mismatch(kind, found, found.described(), place, role)),
        };
        match kind {
            Kind::Amount => _ = map.insert("format".to_owned(), json!("decimal")),
            Kind::Time => _ = map.insert("format".to_owned(), json!("date-time")),
            Kind::Uuid => _ = map.insert("format".to_owned(), json!("uuid")),
            Kind::Text | Kind::Id if matches!(was, Shape::Number | Shape::List) => {
                map.remove("format");
                map.insert("x-nd8-kind".to_owned(), json!("text"));
            }
            Kind::Text if was == Shape::Integer => {
                map.remove("format");
                map.insert("x-nd8-kind".to_owned(), json!("text"));
            }
            // The type of an id is read from either form, so that the document keeps the one that it has.
            Kind::Id if map.get("format").is_some_and(|format| format == "uuid") => {}
            Kind::Text | Kind::Id
                if map.get("format").is_some_and(|format| {
                    format == "date-time" || format == "uuid" || format == "decimal"
                }) =>
            {
                map.remove("format");
            }
            Kind::Integer if was == Shape::Text && !role.key.contains('?') => {
                map.remove("format");
                map.insert("x-nd8-kind".to_owned(), json!("integer"));
            }
            // Sizes of integers are the server's business.
            Kind::Integer | Kind::Id => {
                for key in ["format", "pattern"] {
                    map.remove(key);
                }
            }
            _ => {}
        }
        let is_expected = matches!(
            (kind, was),
            (Kind::Text, Shape::Text | Shape::Choice)
                | (Kind::Amount, Shape::Text | Shape::Number)
                | (Kind::Id, Shape::Text | Shape::Integer | Shape::Any)
                | (Kind::Integer, Shape::Integer)
                | (Kind::Flag, Shape::Flag)
                | (Kind::Time | Kind::Uuid, Shape::Text)
                | (Kind::Choice, Shape::Choice)
                | (Kind::List, Shape::List)
                | (Kind::Map, Shape::Map | Shape::Object)
                | (Kind::Any, _)
        );
        if !is_expected && (was != Shape::Any || !map.is_empty()) {
            let sent = match (kind, shape, role.direction) {
                (Kind::Amount, Shape::Text, Direction::Request) => ", which is sent as a text",
                (Kind::Amount, _, Direction::Request) => ", which is sent as a number",
                _ => "",
            };
            let message =
                format!("{} is {}, and stays {} in Rust{sent}", role.key, was.described(), describe(kind));
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

    pub(in crate::normal) fn used_by(&self, role: &str) -> String {
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
}

/// Returns whether all values of a set of texts are amounts, as where a shop takes one of three donations.
fn has_only_decimals(map: &Map<String, Value>) -> bool {
    let is_decimal = |value: &Value| {
        value.as_str().is_some_and(|text| {
            text.starts_with(|first: char| first.is_ascii_digit())
                && text.chars().all(|it| it.is_ascii_digit() || it == '.')
                && text.matches('.').count() <= 1
        })
    };
    map.get("enum").and_then(Value::as_array).is_some_and(|values| values.iter().all(is_decimal))
}

pub(super) fn describe(kind: Kind) -> &'static str {
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
        Kind::Id => "an id",
        Kind::Any => "any JSON value",
    }
}
