//! Schemas in one form: their meaning, whatever the notation.
//!
//! A schema of the normal form is any JSON value (`{}`), a boolean, an integer, a number, a text, a list, a map, or a reference
//! to a component; and a component is an object with properties, a set of texts, or alternatives between objects. `nullable` is
//! next to the type, or next to the `allOf` of one reference. Below an operation that the profile knows, components are named by
//! their role, so that upstream's names and what it chose to name do not matter; elsewhere they have upstream's names.

mod component;
mod forms;
mod join;
mod list;
mod needs;
mod readings;
mod shape;

use serde_json::{Map, Value, json};

use self::forms::{DEPTH_LIMIT, KEPT, Peeled, Shape, WIDTH_LIMIT, WORK_LIMIT, is_about};
pub(super) use self::forms::{Role, Shaped, Unmade};
use super::Normalizer;
use crate::error::{Error, Problem};
use crate::pointer::Pointer;
use crate::profile::Kind;
use crate::report::WarningKind;
use crate::schema;

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
        if shape == Shape::Object && role.known && self.split_into_alternatives(&mut map, &place, role) {
            shape = Shape::Alternatives;
        }
        // It has no meaning for an integer or a boolean.
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
                            let values = this.schema(values, &place, &role.values(), depth + 1)?;
                            Ok(this.without_null(values, &place))
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
                    let items = this.schema(items, &place, &role.items(), depth + 1)?;
                    // What the hand-written layer goes through has no gaps.
                    Ok(if kind.is_some() { items } else { this.without_null(items, &place) })
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
                    // The name of a form of ours, which the document does not mean.
                    let is_ours = key == "format" && value == "comma-separated";
                    if is_kept && !is_ours && !result.contains_key(key) {
                        result.insert(key.clone(), value.clone());
                    }
                }
            }
        }
        Ok(result)
    }

    /// Returns the component that a schema means, if it is being made or, where a reference leads to it, was made.
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

    /// Returns whether the overlay has fields for an object that the document does not describe.
    fn is_described_by_overlay(&self, role: &Role) -> bool {
        let name = self.profile.schema_name(&role.key).unwrap_or(&role.name);
        !self.overlay.properties(name).is_empty()
    }

    /// Returns whether a component is a set of texts.
    pub(super) fn is_choice_component(&self, name: &str) -> bool {
        match self.components.get(name) {
            Some(component) => component["type"] == "string",
            None => self.unmade.iter().any(|unmade| unmade.name == name && unmade.shape == Shape::Choice),
        }
    }

    fn read_as_any(&mut self, place: &Pointer, why: &str) {
        let message = format!("{why}; it is read as any JSON value");
        self.diagnostics.warn(WarningKind::ReadAs, &self.tree.name, place, message);
    }

    /// Reads an element that may be null as any JSON value: a type without null would make the whole list unreadable.
    fn without_null(&mut self, element: Value, place: &Pointer) -> Value {
        if element["nullable"] != true {
            return element;
        }
        self.read_as_any(place, "it may be null within a list or a map");
        json!({})
    }

    /// Reads an unreadable part that nothing needs as any JSON value.
    fn read_unread(&mut self, error: Error) {
        for finding in error.into_findings() {
            let message = format!("{}; it is read as any JSON value", finding.problem);
            self.diagnostics.warn(WarningKind::ReadAs, &finding.document, &finding.pointer, message);
        }
    }

    /// Refuses a type that is wider than any that people write.
    pub(super) fn check_width(&self, place: &Pointer, width: usize) -> Result<(), Error> {
        if width > WIDTH_LIMIT {
            return Err(self.tree.error(place.clone(), Problem::TooWide(width)));
        }
        Ok(())
    }

    /// Returns whether the document expands to more than a client could be.
    pub(super) fn is_exhausted(&self) -> bool {
        self.spent > WORK_LIMIT
    }

    fn work(&mut self, place: &Pointer, steps: usize) -> Result<(), Error> {
        self.spent += steps;
        if self.spent > WORK_LIMIT {
            return Err(self.tree.error(place.clone(), Problem::TooLarge(WORK_LIMIT)));
        }
        Ok(())
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

/// Returns a reference to a component with the keywords around it.
fn named(name: &str, map: &Map<String, Value>, around: &Map<String, Value>) -> Value {
    let mut siblings = Map::new();
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
            siblings.insert(key.to_owned(), value.clone());
        }
    }
    if siblings.is_empty() {
        return schema::reference(name);
    }
    siblings.insert("allOf".to_owned(), json!([schema::reference(name)]));
    Value::Object(siblings)
}
