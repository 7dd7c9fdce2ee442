//! One schema of the document, compiled to validate values.
//!
//! OpenAPI 3.0 has a dialect of JSON Schema close to draft 4; where the two differ, the schema is rewritten.

use std::fmt;

use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};

/// Enough of a message to see what it is about.
const MAX_MESSAGE: usize = 300;

/// A compiled schema.
pub(crate) struct Schema {
    validator: Validator,
    /// True if a text in a path or query is a number.
    number: bool,
}

impl Schema {
    /// Compiles a schema that may refer to others of the document.
    pub(super) fn compile(schema: &Value, schemas: &Value) -> Schema {
        let number = ["integer", "number"].iter().any(|name| schema["type"] == *name);
        let root =
            json!({ "allOf": [json_schema(schema)], "components": { "schemas": json_schema(schemas) } });
        let options = jsonschema::options().with_draft(Draft::Draft4).should_validate_formats(true);
        let options =
            options.with_format("uuid", |text: &str| text.len() == 36 && uuid::Uuid::parse_str(text).is_ok());
        let validator =
            options.build(&root).expect("the document is compiled in, and tests compile its schemas");
        Schema { validator, number }
    }

    /// Validates a value at this place, and stops at so many problems.
    pub(super) fn validate(&self, place: &str, value: &Value, limit: usize) -> Vec<String> {
        let problems = self.validator.iter_errors(value).take(limit);
        problems.map(|error| format!("{place}{}: {}", error.instance_path(), short(&error))).collect()
    }

    /// Validates a value that was sent as text.
    pub(super) fn validate_text(&self, place: &str, text: &str, limit: usize) -> Vec<String> {
        let number = self.number.then(|| serde_json::from_str(text).ok()).flatten();
        let value = number.filter(Value::is_number).unwrap_or_else(|| Value::from(text));
        self.validate(place, &value, limit)
    }
}

/// Writes the beginning of a message. It has the whole value that is wrong, which may be as large as the body.
fn short(message: &impl fmt::Display) -> String {
    struct Short(String);

    impl fmt::Write for Short {
        fn write_str(&mut self, part: &str) -> fmt::Result {
            self.0.extend(part.chars().take(MAX_MESSAGE));
            // An error stops the writing, and nothing else comes of it.
            if self.0.len() > MAX_MESSAGE { Err(fmt::Error) } else { Ok(()) }
        }
    }

    let mut text = Short(String::new());
    if fmt::write(&mut text, format_args!("{message}")).is_err() {
        text.0.push('…');
    }
    text.0
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Schema")
    }
}

/// Writes a schema of OpenAPI 3.0 as one of JSON Schema: `nullable` becomes another type, and what only describes goes.
fn json_schema(schema: &Value) -> Value {
    match schema {
        Value::Array(items) => items.iter().map(json_schema).collect(),
        Value::Object(members) => {
            let is_annotation =
                |name: &str| name == "example" || name == "description" || name.starts_with("x-");
            // A property may be called `description`: only texts describe.
            let kept = members.iter().filter(|(name, value)| !is_annotation(name) || is_schema(value));
            let mut kept: Map<String, Value> =
                kept.map(|(name, value)| (name.clone(), json_schema(value))).collect();
            if kept.remove("nullable") == Some(Value::Bool(true)) {
                let single = kept.get("type").and_then(Value::as_str).map(|name| json!([name, "null"]));
                if let Some(types) = single {
                    kept.insert("type".to_owned(), types);
                }
                if let Some(Value::Array(values)) = kept.get_mut("enum") {
                    values.push(Value::Null);
                }
            }
            Value::Object(kept)
        }
        other => other.clone(),
    }
}

fn is_schema(value: &Value) -> bool {
    value.get("type").is_some() || value.get("$ref").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nullable_type_takes_null() {
        let schema =
            json!({ "type": "string", "enum": ["a"], "nullable": true, "example": { "nullable": true } });
        let schema = Schema::compile(&schema, &json!({}));

        assert!(schema.validate("body", &Value::Null, 20).is_empty());
        assert!(schema.validate("body", &json!("a"), 20).is_empty());
        assert_eq!(schema.validate("body", &json!("b"), 20).len(), 1);
    }

    #[test]
    fn properties_may_be_called_as_keywords_are() {
        let schema =
            json!({ "properties": { "description": { "type": "string" }, "example": { "type": "string" } } });
        let schema = Schema::compile(&schema, &json!({}));

        assert_eq!(schema.validate("body", &json!({ "description": 1, "example": 1 }), 20).len(), 2);
    }

    #[test]
    fn references_lead_into_the_document_and_nowhere_else() {
        let schemas = json!({ "Name": { "type": "string" } });
        let schema = Schema::compile(&json!({ "$ref": "#/components/schemas/Name" }), &schemas);
        assert_eq!(schema.validate("body", &json!(1), 20).len(), 1);

        let elsewhere = json!({ "$ref": "https://schemas.example/name.json" });
        assert!(std::panic::catch_unwind(|| Schema::compile(&elsewhere, &json!({}))).is_err());
    }
}
