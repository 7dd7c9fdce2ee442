//! Parameters in one form: each of a kind that can be written into a path, a query or a header.

use serde_json::{Map, Value, json};

use super::Normalizer;
use super::identify::Identified;
use super::resolve::resolve;
use super::schema::Role;
use crate::error::{Error, Problem};
use crate::names::{self, Scope};
use crate::operation::path_parameters;
use crate::pointer::Pointer;
use crate::profile::FieldNeed;
use crate::report::WarningKind;
use crate::schema::Direction;

/// Headers that are set by other means, which OpenAPI excludes from parameters.
const OTHER_HEADERS: [&str; 3] = ["accept", "authorization", "content-type"];

/// A parameter as the document writes it.
struct Written {
    name: String,
    location: String,
    required: bool,
    value: Map<String, Value>,
    place: Pointer,
}

impl Normalizer<'_> {
    /// Brings the parameters of an operation into the normal form: those of the path in its order, then the others by name.
    pub(super) fn parameters(
        &mut self,
        found: &Identified<'_>,
        operation: &str,
    ) -> Result<Vec<Value>, Error> {
        let written = self.written_parameters(found)?;
        let template: Vec<String> = path_parameters(&found.path).into_iter().map(str::to_owned).collect();
        let needs: &[FieldNeed] = found.entry.map_or(&[], |entry| &entry.parameters);
        // The last slash of needs: those of the path come first, in its order.
        let of_path: Vec<&FieldNeed> = needs.iter().filter(|need| need.required).collect();
        let mut parameters: Vec<(usize, String, Value)> = Vec::new();
        for (index, name) in template.iter().enumerate() {
            let known = written.iter().find(|it| it.location == "path" && it.name == *name);
            let none = Map::new();
            let (value, place) = match known {
                Some(written) => (&written.value, written.place.clone()),
                None => {
                    let message =
                        format!("the path parameter `{name}` is not described; it is read as a text");
                    let place = found.place.pointer();
                    self.diagnostics.warn(WarningKind::ReadAs, &self.tree.name, &place, message);
                    (&none, place)
                }
            };
            let need = of_path.get(index);
            let key = format!("{operation}?{}", need.map_or(name.as_str(), |need| need.name.as_str()));
            let schema =
                self.parameter_schema(value, &place, &key, found.entry.is_some(), "path", operation, name)?;
            let ident = need.map_or_else(|| names::snake(name), |need| names::snake(&need.name));
            let mut parameter = json!({ "name": name, "in": "path", "required": true, "schema": schema });
            self.describe(&mut parameter, value, &key, found);
            parameter["x-nd8-ident"] = json!(ident);
            parameters.push((index, String::new(), parameter));
        }
        for parameter in &written {
            let Written { name, location, required, value, place } = parameter;
            if location == "path" {
                if !template.contains(name) {
                    let message = format!("the path has no parameter `{name}`; it is left out");
                    self.diagnostics.warn(WarningKind::LeftOut, &self.tree.name, place, message);
                }
                continue;
            }
            if location == "header" && OTHER_HEADERS.contains(&name.to_ascii_lowercase().as_str()) {
                let message = format!("the header `{name}` is no parameter; the client sets it by itself");
                self.diagnostics.warn(WarningKind::LeftOut, &self.tree.name, place, message);
                continue;
            }
            let key = format!("{operation}?{name}");
            let is_query = location == "query";
            let need = needs.iter().find(|need| is_query && !need.required && need.name == *name);
            let schema = match self.parameter_schema(
                value,
                place,
                &key,
                found.entry.is_some(),
                location,
                operation,
                name,
            ) {
                Ok(schema) => schema,
                Err(error) if error.can_be_left_out() && !required && need.is_none() => {
                    self.leave_out(error, &format!("the parameter `{name}` of {}", found.place.call()));
                    continue;
                }
                Err(error) => return Err(error),
            };
            let mut required = *required;
            if required && found.entry.is_some() {
                match need {
                    Some(_) => {
                        let message =
                            format!("`{name}` of {operation} is required now; callers have to set it");
                        self.diagnostics.warn(WarningKind::ReadAs, &self.tree.name, place, message);
                        required = false;
                    }
                    // A reading operation uses the server's default; one that changes something sends its value explicitly.
                    None if found.place.method == "get"
                        && value.get("schema").is_some_and(|schema| schema.get("default").is_some()) =>
                    {
                        let message =
                            format!("`{name}` of {operation} is required now; its default is relied on");
                        self.diagnostics.warn(WarningKind::ReadAs, &self.tree.name, place, message);
                        required = false;
                    }
                    None => {
                        let problem = Problem::Contract {
                            used_by: self.used_by(operation),
                            what: format!(
                                "every required parameter of {} to be known, and `{name}` is not",
                                found.place.call()
                            ),
                        };
                        self.diagnostics.need(&self.tree.name, place.clone(), problem);
                    }
                }
            }
            let mut normal = json!({ "name": name, "in": location, "schema": schema });
            if required {
                normal["required"] = json!(true);
            }
            self.describe(&mut normal, value, &key, found);
            let order = if required { template.len() } else { template.len() + 1 };
            parameters.push((order, name.clone(), normal));
        }
        for need in needs.iter().filter(|need| !need.required) {
            let is_it =
                |parameter: &Value| parameter["in"] == "query" && parameter["name"] == need.name.as_str();
            if !parameters.iter().any(|(_, _, parameter)| is_it(parameter)) {
                let problem = Problem::Contract {
                    used_by: self.used_by(operation),
                    what: format!(
                        "the query parameter `{}` of {}, which this document no longer has",
                        need.name,
                        found.place.call()
                    ),
                };
                self.diagnostics.need(&self.tree.name, found.place.pointer(), problem);
            }
        }
        if of_path.len() != template.len() && found.entry.is_some_and(|entry| entry.used_by.is_some()) {
            let problem = Problem::Contract {
                used_by: self.used_by(operation),
                what: format!(
                    "{} path parameters of {}, which has {}",
                    of_path.len(),
                    found.place.call(),
                    template.len()
                ),
            };
            self.diagnostics.need(&self.tree.name, found.place.pointer(), problem);
        }
        parameters.sort_by(|one, other| (one.0, &one.1).cmp(&(other.0, &other.1)));
        let mut parameters: Vec<Value> = parameters.into_iter().map(|(_, _, parameter)| parameter).collect();
        name_arguments(&mut parameters, needs);
        Ok(parameters)
    }

    fn written_parameters(&mut self, found: &Identified<'_>) -> Result<Vec<Written>, Error> {
        let tree = self.tree;
        let item = Pointer::root().join(["paths", &found.place.path]);
        let mut written: Vec<Written> = Vec::new();
        for owner in [found.place.pointer(), item] {
            let list = owner.child("parameters");
            let Some(value) = tree.root.pointer(list.as_str()) else { continue };
            let Value::Array(parameters) = value else {
                return Err(tree.error(list, Problem::Malformed("`parameters` must be a list".to_owned())));
            };
            self.check_width(&list, parameters.len())?;
            for (index, parameter) in parameters.iter().enumerate() {
                let read = resolve(tree, parameter, &list.child(index)).and_then(|found| {
                    let text = |key: &str| found.value.get(key).and_then(Value::as_str);
                    match (found.value, text("name"), text("in")) {
                        (Value::Object(value), Some(name), Some(location)) => {
                            Ok((value, name, location, found.place))
                        }
                        _ => {
                            let problem = "a parameter must have a `name` and an `in`".to_owned();
                            Err(tree.error(found.place, Problem::Malformed(problem)))
                        }
                    }
                });
                // Those that are needed are missed later, by name.
                let (value, name, location, place) = match read {
                    Ok(read) => read,
                    Err(error) => {
                        self.leave_out(error, &format!("a parameter of {}", found.place.call()));
                        continue;
                    }
                };
                // Those of the operation come first, and replace those of the path.
                if written.iter().any(|known| known.name == name && known.location == location) {
                    continue;
                }
                written.push(Written {
                    name: name.to_owned(),
                    location: location.to_owned(),
                    required: value.get("required") == Some(&json!(true)),
                    value: value.clone(),
                    place,
                });
            }
        }
        Ok(written)
    }

    #[expect(clippy::too_many_arguments, reason = "each is one fact about the one parameter")]
    fn parameter_schema(
        &mut self,
        value: &Map<String, Value>,
        place: &Pointer,
        key: &str,
        known: bool,
        location: &str,
        operation: &str,
        name: &str,
    ) -> Result<Value, Error> {
        let unsupported =
            |place: Pointer, what: &str| self.tree.error(place, Problem::Unsupported(what.to_owned()));
        match location {
            "path" | "query" | "header" => {}
            "cookie" => return Err(unsupported(place.clone(), "a cookie parameter")),
            other => return Err(unsupported(place.child("in"), &format!("a parameter in `{other}`"))),
        }
        if name.eq_ignore_ascii_case("api-version") {
            return Err(unsupported(
                place.child("name"),
                "a parameter of the name that the generator sends itself",
            ));
        }
        let plain = if location == "query" { "form" } else { "simple" };
        let style = value.get("style").and_then(Value::as_str).unwrap_or(plain);
        if style != plain {
            return Err(unsupported(place.child("style"), &format!("the parameter style `{style}`")));
        }
        let none = json!({});
        let schema = match value.get("schema") {
            Some(schema) => schema,
            None if value.get("content").is_some() => {
                return Err(unsupported(place.child("content"), "a parameter that is a document of its own"));
            }
            None => &none,
        };
        let place = place.child("schema");
        let role = Role {
            key: key.to_owned(),
            name: names::camel(&format!("{}{}", names::camel(operation), names::camel(name))),
            known,
            direction: Direction::Request,
        };
        let mut schema = self.schema(schema, &place, &role, 0)?;
        let described = schema.get("type").and_then(Value::as_str).map(str::to_owned);
        let is_exploded = value.get("explode").map_or(location == "query", |explode| explode == true);
        match described.as_deref() {
            Some("string" | "integer" | "boolean") => {}
            // A number of a query is its digits.
            Some("number") => schema = json!({ "type": "string", "format": "decimal" }),
            Some("array") if location == "query" && !self.is_scalar(&schema["items"]) => {
                return Err(unsupported(place, "a list of objects as a parameter"));
            }
            Some("array") if location == "query" && is_exploded => {
                if schema["items"]["type"] == "number" {
                    schema["items"] = json!({ "type": "string", "format": "decimal" });
                }
            }
            Some("array") if location == "query" => {
                let description = schema.get("description").cloned();
                schema = json!({ "type": "string", "format": "comma-separated" });
                if let Some(description) = description {
                    schema["description"] = description;
                }
            }
            Some("array") => return Err(unsupported(place, "a list in a path or a header")),
            Some(_) => return Err(unsupported(place, "an object as a parameter")),
            None if self.is_choice(&schema) => {}
            None if schema.get("$ref").is_some() || schema.get("allOf").is_some() => {
                return Err(unsupported(place, "an object as a parameter"));
            }
            // Any JSON value: whatever it is, it is written as a text.
            None => schema = json!({ "type": "string" }),
        }
        if let Value::Object(schema) = &mut schema {
            schema.remove("nullable");
        }
        Ok(schema)
    }

    fn is_scalar(&self, schema: &Value) -> bool {
        matches!(schema["type"].as_str(), Some("string" | "integer" | "boolean" | "number"))
            || self.is_choice(schema)
    }

    /// Returns whether a schema is a set of texts.
    fn is_choice(&self, schema: &Value) -> bool {
        crate::schema::referenced_in(schema).is_some_and(|name| self.is_choice_component(name))
    }

    fn describe(&self, parameter: &mut Value, value: &Map<String, Value>, key: &str, found: &Identified<'_>) {
        let own = self.overlay.wording(key).filter(|_| found.entry.is_some()).map(Value::from);
        if let Some(description) =
            own.or_else(|| value.get("description").filter(|it| it.is_string()).cloned())
        {
            parameter["description"] = description;
        }
    }
}

/// Gives each parameter the identifier of its argument or setter.
fn name_arguments(parameters: &mut [Value], needs: &[FieldNeed]) {
    let mut scope = Scope::of_methods();
    for parameter in parameters.iter_mut().filter(|it| it.get("x-nd8-ident").is_some()) {
        let ident = scope.claim(parameter["x-nd8-ident"].as_str().unwrap_or_default());
        parameter["x-nd8-ident"] = json!(ident);
    }
    // The rule of `names`: those that are needed come first, then those written like their identifier.
    let mut order: Vec<usize> =
        (0..parameters.len()).filter(|at| parameters[*at].get("x-nd8-ident").is_none()).collect();
    let text = |at: usize, key: &str| parameters[at][key].as_str().unwrap_or_default().to_owned();
    order.sort_by_key(|at| {
        let (name, location) = (text(*at, "name"), text(*at, "in"));
        // Hand-written code uses these by their names.
        let is_needed = location == "query" && needs.iter().any(|need| !need.required && need.name == name);
        (!is_needed, names::snake(&name) != name, name, location)
    });
    for at in order {
        let ident = scope.claim(&names::snake(parameters[at]["name"].as_str().unwrap_or_default()));
        parameters[at]["x-nd8-ident"] = json!(ident);
    }
}
