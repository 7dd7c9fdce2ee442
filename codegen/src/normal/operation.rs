//! Operations in one form.

use serde_json::{Map, Value, json};

use super::Normalizer;
use super::body::Body;
use super::identify::{Identified, unfit_path};
use super::schema::Role;
use crate::error::{Error, Problem};
use crate::names::{self, Scope};
use crate::operation::path_parameters;
use crate::report::WarningKind;
use crate::schema::{self, Direction};

impl Normalizer<'_> {
    /// Names the operations of a document: by the profile, else by their own id, else by method and path.
    pub(super) fn operation_names(&self, found: &[Identified<'_>]) -> Vec<String> {
        let mut scope = Scope::of_methods();
        // Reserved even where the document lacks the operation: another one must not appear under its name.
        self.profile.operations.iter().for_each(|entry| scope.reserve(&entry.name));
        found
            .iter()
            .map(|operation| match operation.entry {
                Some(entry) => entry.name.clone(),
                None => {
                    let written =
                        operation.place.get(&self.tree.root).get("operationId").and_then(Value::as_str);
                    let wanted = match written {
                        Some(id) if !id.trim().is_empty() => names::snake(id),
                        _ => names::snake(&described(&operation.place.method, &operation.path)),
                    };
                    scope.claim(&wanted)
                }
            })
            .collect()
    }

    /// Brings one operation into the normal form, without its credential.
    pub(super) fn operation(&mut self, found: &Identified<'_>, name: &str) -> Result<Value, Error> {
        let here = found.place.pointer();
        // Reported for this operation alone, which is left out unless a client needs it.
        if let Some(why) = unfit_path(&found.path) {
            return Err(self.tree.error(here, Problem::Unsupported(why.to_owned())));
        }
        let written = found.place.get(&self.tree.root).clone();
        let entry = found.entry;
        let mut operation = Map::new();
        operation.insert("operationId".to_owned(), json!(name));
        if entry.is_some() {
            self.overlay.see(name);
        }
        match self.overlay.operation_wording(name).filter(|_| entry.is_some()) {
            Some((summary, description)) => {
                operation.insert("summary".to_owned(), json!(summary));
                operation.insert("description".to_owned(), json!(description));
            }
            None => {
                for key in ["summary", "description"] {
                    if let Some(text @ Value::String(_)) = written.get(key) {
                        operation.insert(key.to_owned(), text.clone());
                    }
                }
            }
        }
        for key in ["tags", "deprecated", "x-nd8-provenance"] {
            // `openapiv3` would refuse the whole document for one malformed value that nothing here needs.
            let is_fit = |value: &&Value| match key {
                "tags" => value.as_array().is_some_and(|tags| tags.iter().all(Value::is_string)),
                "deprecated" => value.is_boolean(),
                _ => true,
            };
            if let Some(value) = written.get(key).filter(is_fit) {
                operation.insert(key.to_owned(), value.clone());
            }
        }
        let parts = self.overlay.operation_parts(name);
        if entry.is_some() && !parts.is_empty() {
            operation.insert("x-nd8-provenance-of".to_owned(), Value::Object(parts));
        }
        let parameters = self.parameters(found, name)?;
        if !parameters.is_empty() {
            operation.insert("parameters".to_owned(), Value::Array(parameters));
        }
        if let Some(body) = self.request_body(found, name)? {
            operation.insert("requestBody".to_owned(), body);
        }
        operation.insert("responses".to_owned(), self.responses(found, name)?);
        Ok(Value::Object(operation))
    }

    fn request_body(&mut self, found: &Identified<'_>, name: &str) -> Result<Option<Value>, Error> {
        let here = found.place.pointer();
        let operation = found.place.get(&self.tree.root);
        // An operation of the profile that `ext` does not use may have bodies without names of ours.
        let is_bare =
            |name: Option<&str>| name.is_none() && found.entry.is_some_and(|entry| entry.used_by.is_none());
        let wanted = found.entry.map(|entry| entry.request.as_deref()).filter(|name| !is_bare(*name));
        let body =
            self.body_of(operation.get("requestBody"), &here.child("requestBody"), found.entry.is_some())?;
        let (type_name, known) = match (wanted, &body) {
            (Some(Some(type_name)), _) => (type_name.to_owned(), true),
            (Some(None), None) | (None, None) => return Ok(None),
            (Some(None), Some(body)) => {
                let needed = self.requires_anything(body);
                let message = format!("{name} has a request body, which the client does not send");
                if needed {
                    let problem = Problem::Contract {
                        used_by: self.used_by(name),
                        what: format!("{name} to need no request body"),
                    };
                    return Err(self.tree.error(body.place.clone(), problem));
                }
                self.diagnostics.warn(WarningKind::LeftOut, &self.tree.name, &body.place.clone(), message);
                return Ok(None);
            }
            (None, Some(_)) => (names::camel(&format!("{name}_request")), false),
        };
        let role =
            Role { key: type_name.clone(), name: type_name.clone(), known, direction: Direction::Request };
        let (value, place, is_required, description) = match &body {
            Some(body) => (body.schema.clone(), body.place.clone(), body.required, body.description.clone()),
            None => (json!({}), here.child("requestBody"), true, None),
        };
        let schema = self.root_schema(&value, &place, &role)?;
        let mut normal =
            json!({ "content": { "application/json": { "schema": schema } }, "required": is_required });
        if let Some(description) = description {
            normal["description"] = json!(description);
        }
        Ok(Some(normal))
    }

    fn responses(&mut self, found: &Identified<'_>, name: &str) -> Result<Value, Error> {
        let operation = found.place.get(&self.tree.root).clone();
        let here = found.place.pointer().child("responses");
        let mut responses = Map::new();
        let (status, success) = self.success(&operation, &here, found)?;
        let is_bare =
            |name: Option<&str>| name.is_none() && found.entry.is_some_and(|entry| entry.used_by.is_none());
        let wanted = found.entry.map(|entry| entry.response.as_deref()).filter(|name| !is_bare(*name));
        let mut normal =
            json!({ "description": success.description.clone().unwrap_or_else(|| "Success.".to_owned()) });
        let schema = match (wanted, success.schema) {
            // Whatever comes back, the client does not look at it.
            (Some(None), _) | (None, None) => None,
            (Some(Some(type_name)), written) => {
                let (type_name, is_list) = match type_name.strip_suffix("[]") {
                    Some(item) => (item, true),
                    None => (type_name, false),
                };
                let role = Role {
                    key: type_name.to_owned(),
                    name: type_name.to_owned(),
                    known: true,
                    direction: Direction::Response,
                };
                let (value, place) = written.unwrap_or_else(|| (json!({}), here.clone()));
                Some(if is_list {
                    let (items, place) = self.items_of(&value, &place, name, type_name)?;
                    json!({ "type": "array", "items": self.root_schema(&items, &place, &role)? })
                } else {
                    self.root_schema(&value, &place, &role)?
                })
            }
            (None, Some((value, place))) => {
                let type_name = names::camel(&format!("{name}_response"));
                let role = Role {
                    key: type_name.clone(),
                    name: type_name,
                    known: false,
                    direction: Direction::Response,
                };
                Some(self.schema(&value, &place, &role, 0)?)
            }
        };
        if let Some(schema) = schema {
            normal["content"] = json!({ "application/json": { "schema": schema } });
        }
        responses.insert(status, normal);
        if found.entry.is_some() {
            for (status, description, source) in self.overlay.refusals(name) {
                let mut refusal = json!({
                    "description": description,
                    "content": { "application/json": { "schema": schema::reference("ErrorBody") } },
                    "x-nd8-provenance": source,
                });
                if status == "429" {
                    refusal["headers"] = json!({
                        "Retry-After": {
                            "description": "How long to wait: a number of seconds, or an HTTP date.",
                            "schema": { "type": "string" }
                        }
                    });
                }
                responses.insert(status.to_owned(), refusal);
            }
        }
        Ok(Value::Object(responses))
    }

    /// Makes a body that the tables name a type of its own, however little the document states of it.
    fn root_schema(
        &mut self,
        value: &Value,
        place: &crate::pointer::Pointer,
        role: &Role,
    ) -> Result<Value, Error> {
        if role.known && !self.profile.needs(&role.key).is_some_and(|needs| needs.is_map) {
            return self.named_object(value, place, role);
        }
        let schema = self.schema(value, place, role, 0)?;
        if !role.known {
            return Ok(schema);
        }
        self.map_component(value, place, role)
    }

    fn requires_anything(&self, body: &Body) -> bool {
        body.required && schema::object(Some(&body.schema)).next().is_some()
    }
}

/// Returns method and path in words: `get_refunds_by_id`.
fn described(method: &str, path: &str) -> String {
    let by: String = path_parameters(path).iter().map(|name| format!("_by_{name}")).collect();
    let segments = path.split('/').filter(|segment| !segment.starts_with('{'));
    let constant: String = segments.map(|segment| format!("_{segment}")).collect();
    format!("{method}{constant}{by}")
}
