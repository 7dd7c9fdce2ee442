//! Readings of one type at several places, such as a refund of its own and in a list: joined to one that fits each.

use serde_json::{Map, Value, json};

use super::forms::is_about;
use crate::error::Problem;
use crate::normal::{Normalizer, Source};
use crate::pointer::Pointer;
use crate::schema;

impl Normalizer<'_> {
    /// Joins two readings: what either has, and required what both require. What they disagree on is any JSON value.
    pub(super) fn join_readings(&mut self, name: &str, known: Value, other: Value, place: &Pointer) -> Value {
        // A set of texts of which one place names the values and the other does not.
        if known.get("x-nd8-choice").is_some() && other.get("enum").is_some() {
            return other;
        }
        let mut known = known;
        for key in ["enum", "oneOf"] {
            if let (Some(values), Some(Value::Array(more))) =
                (known.get_mut(key).and_then(Value::as_array_mut), other.get(key))
            {
                let missing: Vec<Value> =
                    more.iter().filter(|value| !values.contains(value)).cloned().collect();
                values.extend(missing);
                return known;
            }
        }
        // A place where the document prints no fields is no evidence about those that it prints elsewhere.
        if is_undescribed(&other) {
            return known;
        }
        if is_undescribed(&known) {
            return other;
        }
        let theirs = other.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
        if let Some(Value::Array(required)) = known.get_mut("required") {
            required.retain(|name| theirs.contains(name));
        }
        // What is published counts more than what we add to it.
        let is_published = self.source == Source::Supplement
            && self.origins.get(name).is_some_and(|(document, _)| *document == self.main_name);
        for (property, reading) in schema::object(other.get("properties")) {
            let Some(Value::Object(properties)) = known.get_mut("properties") else { break };
            let Some(first) = properties.get(property) else {
                properties.insert(property.to_owned(), reading.clone());
                continue;
            };
            if is_published {
                continue;
            }
            let joined = common(first, reading).unwrap_or_else(|| {
                let why = format!("`{property}` of {name} is of another kind here than elsewhere");
                self.read_as_any(&place.join(["properties", property]), &why);
                json!({})
            });
            properties.insert(property.to_owned(), joined);
        }
        if let (None, Some(more)) = (known.get("additionalProperties"), other.get("additionalProperties")) {
            known["additionalProperties"] = more.clone();
        }
        known
    }

    /// Reports what is always there for the hand-written layer, and not in this reading.
    pub(super) fn check_reading(&mut self, name: &str, properties: &Map<String, Value>, place: &Pointer) {
        let Some(needs) = self.profile.needs(name) else { return };
        if properties.is_empty() || needs.is_map {
            return;
        }
        for field in needs.fields.iter().filter(|field| field.required) {
            if !properties.contains_key(&field.name) {
                let missing = (self.tree.name.clone(), place.clone(), name.to_owned(), field.name.clone());
                self.missing.push(missing);
            }
        }
    }

    /// Reports fields that one reading of a type lacks and another has.
    pub(in crate::normal) fn report_readings(&mut self) {
        for (document, place, name, field) in std::mem::take(&mut self.missing) {
            // What no reading has is reported once, by `check_needs`.
            if self.components.get(&name).is_none_or(|it| it["properties"].get(&field).is_none()) {
                continue;
            }
            let used_by = self.used_by(&name);
            let what = format!("the field `{field}` of {name} at each place, and this one does not have it");
            self.diagnostics.need(&document, place, Problem::Contract { used_by, what });
        }
    }
}

fn is_undescribed(component: &Value) -> bool {
    component.get("properties").and_then(Value::as_object).is_some_and(Map::is_empty)
}

/// Returns a schema that reads what either reads; none if only any JSON value would.
fn common(one: &Value, other: &Value) -> Option<Value> {
    if one == other {
        return Some(one.clone());
    }
    let is_nullable = [one, other].iter().any(|schema| schema["nullable"] == true);
    let mut joined = common_kind(one, other)?;
    if is_nullable {
        if joined.get("$ref").is_some() {
            joined = json!({ "allOf": [joined] });
        }
        joined["nullable"] = json!(true);
    }
    Some(joined)
}

fn common_kind(one: &Value, other: &Value) -> Option<Value> {
    if let (Some(first), Some(second)) = (schema::referenced_in(one), schema::referenced_in(other)) {
        return (first == second).then(|| one.clone());
    }
    // An adapter reads each form.
    if let Some(adapted) = [one, other].into_iter().find(|schema| schema.get("x-nd8-kind").is_some()) {
        return Some(adapted.clone());
    }
    let is_decimal = |schema: &Value| schema["type"] == "number" || schema["format"] == "decimal";
    if is_decimal(one) && is_decimal(other) {
        return Some(if one["type"] == "string" { one.clone() } else { other.clone() });
    }
    let types = (one["type"].as_str()?, other["type"].as_str()?);
    let mut joined = one.clone();
    match types {
        ("integer", "number") => return Some(other.clone()),
        ("number", "integer") => return Some(joined),
        ("array", "array") => joined["items"] = common(&one["items"], &other["items"])?,
        ("object", "object") => {
            joined["additionalProperties"] =
                common(&one["additionalProperties"], &other["additionalProperties"])?;
        }
        (first, second) if first != second => return None,
        _ => {}
    }
    // A keyword of only one of them does not hold for both.
    if let Value::Object(map) = &mut joined {
        map.retain(|key, value| {
            is_about(key)
                || matches!(key.as_str(), "type" | "items" | "additionalProperties")
                || other.get(key) == Some(value)
        });
    }
    Some(joined)
}
