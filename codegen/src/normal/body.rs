//! Bodies: which media type, which response is success, which schema is meant.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::Normalizer;
use super::identify::Identified;
use super::resolve::{Located, resolve};
use crate::document::Tree;
use crate::error::{Error, Problem};
use crate::pointer::Pointer;
use crate::report::WarningKind;
use crate::schema;

/// A request body.
#[derive(Debug)]
pub(super) struct Body {
    pub(super) schema: Value,
    pub(super) place: Pointer,
    pub(super) required: bool,
    pub(super) description: Option<String>,
}

/// A response of success.
#[derive(Debug)]
pub(super) struct Success {
    pub(super) description: Option<String>,
    pub(super) schema: Option<(Value, Pointer)>,
}

impl Normalizer<'_> {
    /// Reads a request body; none where there is none that could be sent.
    pub(super) fn body_of(
        &mut self,
        written: Option<&Value>,
        place: &Pointer,
        known: bool,
    ) -> Result<Option<Body>, Error> {
        let Some(written) = written else { return Ok(None) };
        let Located { value, place } = resolve(self.tree, written, place)?;
        let content = value.get("content");
        let required = value.get("required") == Some(&Value::Bool(true));
        let description = value.get("description").and_then(Value::as_str).map(str::to_owned);
        let media_types: Vec<&str> = schema::object(content).map(|(media, _)| media).collect();
        let place = place.child("content");
        let media = match json_media_type(&media_types) {
            Some(media) => {
                if media.to_ascii_lowercase().contains("+json") {
                    let message = format!("the document takes `{media}`; it is sent as `application/json`");
                    self.diagnostics.warn(WarningKind::ReadAs, &self.tree.name, &place.child(media), message);
                }
                media
            }
            None if media_types.is_empty() => return Ok(None),
            // Our own operations send JSON. What the document describes as a form has the same fields.
            None if known => {
                let media = media_types[0];
                let message = format!("the document takes `{media}` only; JSON with the same fields is sent");
                self.diagnostics.warn(WarningKind::ReadAs, &self.tree.name, &place.child(media), message);
                media
            }
            None => {
                let what = format!("a request body of `{}` only", media_types.join("`, `"));
                return Err(self.tree.error(place, Problem::Unsupported(what)));
            }
        };
        let place = place.child(media).child("schema");
        let schema = content.and_then(|content| content.get(media)?.get("schema")).cloned();
        let schema = schema.unwrap_or_else(|| Value::Object(Map::new()));
        Ok(Some(Body { schema, place, required, description }))
    }

    /// Finds the response of success: the lowest 2xx that has a JSON body, else the lowest, else `default`.
    pub(super) fn success(
        &mut self,
        operation: &Map<String, Value>,
        place: &Pointer,
        found: &Identified<'_>,
    ) -> Result<(String, Success), Error> {
        let responses = operation.get("responses");
        if responses.is_some_and(|responses| !responses.is_object()) {
            return Err(self
                .tree
                .error(place.clone(), Problem::Malformed("`responses` must be an object".to_owned())));
        }
        let mut statuses: Vec<&str> = schema::object(responses)
            .map(|(status, _)| status)
            .filter(|status| status.starts_with('2'))
            .collect();
        statuses.sort_by_key(|status| status.to_ascii_uppercase());
        if statuses.is_empty() && schema::object(responses).any(|(status, _)| status == "default") {
            statuses.push("default");
        }
        let mut found_at: Option<(String, Success)> = None;
        let mut unfit = None;
        for status in statuses {
            let written = &responses.unwrap_or(&Value::Null)[status];
            let Located { value, place } = resolve(self.tree, written, &place.child(status))?;
            let description = value.get("description").and_then(Value::as_str).map(str::to_owned);
            let content = value.get("content");
            let media_types: Vec<&str> = schema::object(content).map(|(media, _)| media).collect();
            let media = json_media_type(&media_types).filter(|media| {
                let is_binary =
                    content.is_some_and(|content| content[*media]["schema"]["format"] == "binary");
                !is_binary || found.entry.is_some()
            });
            let schema = media.map(|media| {
                let schema = content.and_then(|content| content.get(media)?.get("schema")).cloned();
                (
                    schema.unwrap_or_else(|| Value::Object(Map::new())),
                    place.join(["content", media, "schema"]),
                )
            });
            if schema.is_none() && !media_types.is_empty() {
                unfit.get_or_insert((place.child("content"), media_types.join("`, `")));
                if found_at.is_none() && found.entry.is_some() {
                    found_at = Some((status.to_owned(), Success { description, schema: None }));
                }
                continue;
            }
            let needed = found.entry.and_then(|entry| entry.response.as_deref());
            let needed = needed.and_then(|name| self.profile.needs(name.trim_end_matches("[]")));
            // Whether the hand-written layer finds in a body what is always in it.
            let has_needed = |schema: &Option<(Value, Pointer)>| {
                let mut fields = Fields::default();
                schema.as_ref().is_some_and(|(schema, place)| {
                    fields.add(self.tree, schema, place, 0).is_some()
                        && needed
                            .into_iter()
                            .flat_map(|needs| &needs.fields)
                            .all(|need| !need.required || fields.known.contains(&need.name))
                })
            };
            let is_better = match &found_at {
                None => true,
                Some((_, known)) if known.schema.is_none() => schema.is_some(),
                Some((_, known)) => needed.is_some() && has_needed(&schema) && !has_needed(&known.schema),
            };
            if let (Some((first, Success { schema: Some((known, _)), .. })), Some((other, place))) =
                (&found_at, &schema)
                && known != other
            {
                let (kept, unkept) =
                    if is_better { (status, first.as_str()) } else { (first.as_str(), status) };
                let message = format!("the body of {unkept} is not the one of {kept}, and is read like it");
                self.diagnostics.warn(WarningKind::ReadAs, &self.tree.name, place, message);
            }
            if is_better {
                found_at = Some((status.to_owned(), Success { description, schema }));
            }
        }
        match (found_at, unfit) {
            (Some((status, success)), _) => {
                let status = if status == "default" { "200".to_owned() } else { status.to_ascii_uppercase() };
                Ok((status, success))
            }
            (None, Some((place, media))) => {
                Err(self.tree.error(place, Problem::Unsupported(format!("a response of `{media}` only"))))
            }
            (None, None) => {
                let message =
                    "the operation describes no success; it is read as one without a body".to_owned();
                self.diagnostics.warn(WarningKind::ReadAs, &self.tree.name, place, message);
                Ok(("2XX".to_owned(), Success { description: None, schema: None }))
            }
        }
    }
}

/// Field names of a body, read from the schema without generating types.
#[derive(Debug, Default)]
pub(super) struct Fields {
    pub(super) known: BTreeSet<String>,
    pub(super) required: BTreeSet<String>,
}

/// Returns the fields of a request body, or none if they cannot be determined.
pub(super) fn request_fields(tree: &Tree, operation: &Map<String, Value>, place: &Pointer) -> Option<Fields> {
    let Some(body) = operation.get("requestBody") else { return Some(Fields::default()) };
    let body = resolve(tree, body, &place.child("requestBody")).ok()?;
    let content = body.value.get("content");
    let media_types: Vec<&str> = schema::object(content).map(|(media, _)| media).collect();
    let media = json_media_type(&media_types).or(media_types.first().copied())?;
    let mut fields = Fields::default();
    fields.add(tree, content?.get(media)?.get("schema")?, &body.place, 0)?;
    Some(fields)
}

/// Returns the fields of a response of success, or of its items; none if it is not described.
pub(super) fn response_fields(
    tree: &Tree,
    operation: &Map<String, Value>,
    place: &Pointer,
) -> Option<Fields> {
    let place = place.child("responses");
    let (_, response) =
        schema::object(operation.get("responses")).find(|(status, _)| status.starts_with('2'))?;
    let response = resolve(tree, response, &place).ok()?;
    let content = response.value.get("content");
    let media_types: Vec<&str> = schema::object(content).map(|(media, _)| media).collect();
    let schema = content?.get(json_media_type(&media_types)?)?.get("schema")?;
    let found = resolve(tree, schema, &response.place).ok()?;
    let results = found.value.get("properties").and_then(|properties| properties.get("results"));
    let list = match results {
        Some(results) => resolve(tree, results, &found.place).ok()?,
        None => found.clone(),
    };
    let mut fields = Fields::default();
    match list.value.get("items") {
        Some(items) => fields.add(tree, items, &list.place, 0)?,
        None => fields.add(tree, schema, &response.place, 0)?,
    }
    (!fields.known.is_empty()).then_some(fields)
}

impl Fields {
    /// Adds those of a schema and of the parts of its `allOf`.
    fn add(&mut self, tree: &Tree, schema: &Value, place: &Pointer, depth: usize) -> Option<()> {
        // Composed of itself, or as good as that.
        if depth > 8 {
            return None;
        }
        let Located { value, place } = resolve(tree, schema, place).ok()?;
        let required = value.get("required").and_then(Value::as_array).into_iter().flatten();
        self.required.extend(required.filter_map(Value::as_str).map(str::to_owned));
        self.known.extend(schema::object(value.get("properties")).map(|(name, _)| name.to_owned()));
        let parts =
            |key: &str| value.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let alone = ["oneOf", "anyOf"].into_iter().map(parts).filter(|parts| parts.len() == 1);
        for part in parts("allOf").iter().chain(alone.flatten()) {
            self.add(tree, part, &place, depth + 1)?;
        }
        Some(())
    }
}

/// Returns the media type that is JSON; `application/json` itself before its relatives, and those before any.
pub(super) fn json_media_type<'a>(media_types: &[&'a str]) -> Option<&'a str> {
    let essence = |media: &str| media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_relative = |name: &str| name.ends_with("+json") || name == "text/json";
    let find = |test: &dyn Fn(&str) -> bool| media_types.iter().copied().find(|media| test(&essence(media)));
    find(&|name| name == "application/json")
        .or_else(|| find(&is_relative))
        .or_else(|| find(&|name| matches!(name, "*/*" | "application/*")))
}
