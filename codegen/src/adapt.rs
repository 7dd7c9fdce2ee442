//! From the normal form to the part of OpenAPI that progenitor 0.15 turns into good Rust, one function a reason.
//!
//! Names go in as placeholders that no identifier rule changes, and [`Placeholders`] puts the real ones into the generated code:
//! so the names of the wire meet no rule but ours.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Group, Ident, Literal, TokenStream, TokenTree};
use serde_json::{Map, Value, json};

use crate::document::Tree;
use crate::error::{Error, Problem};
use crate::names::{self, Scope};
use crate::operation::{path_parameters, places};
use crate::pointer::Pointer;
use crate::profile::Profile;
use crate::schema::{self, Direction, for_each, referenced_in, without_failure};

/// Properties whose names hand-written code uses.
const FIRST: &str = "x-nd8-first";

/// States in the normal form what the profile needs of types: which fields are arguments of a request or always there in a
/// response. It is about Rust, not about the wire, and no part of the merged document.
pub(crate) fn apply_needs(tree: &mut Tree, profile: &Profile) {
    let requests = schema::reached(&tree.root, Direction::Request);
    let responses = schema::reached(&tree.root, Direction::Response);
    let mut ours = schema::reached(&only_of(&tree.root, profile), Direction::Response);
    // Alternatives are distinguished by what they require.
    for component in schema::components(&mut tree.root).into_iter().flat_map(|components| components.values())
    {
        for alternative in component.get("oneOf").and_then(Value::as_array).into_iter().flatten() {
            referenced_in(alternative).map(|name| ours.remove(name));
        }
    }
    for (name, component) in schema::components(&mut tree.root).into_iter().flatten() {
        // What identifies a thing is there, or the response is not about one. Whatever else a server may leave out hides nothing.
        // Where nobody has stated what that is, the document's word is all there is.
        if !profile.types.is_empty() && ours.contains(name) && component.get("oneOf").is_none() {
            component["x-nd8-lenient"] = json!(true);
            // What a request requires is an argument of its constructor.
            if let Some(component) = component.as_object_mut().filter(|_| !requests.contains(name)) {
                component.remove("required");
            }
        }
        let Some(properties) = component.get("properties").and_then(Value::as_object) else { continue };
        let constant = |name: &str| properties.get(name).is_some_and(|it| it.get("x-nd8-constant").is_some());
        let constants: Vec<String> = properties.keys().filter(|name| constant(name)).cloned().collect();
        let Some(needs) = profile.needs(name) else { continue };
        let first: Vec<String> = needs.fields.iter().map(|field| field.name.clone()).collect();
        let fields =
            needs.fields.iter().filter(|field| field.required && properties.contains_key(&field.name));
        let required: Vec<String> = fields.map(|field| field.name.clone()).collect();
        // A null where there is always one is as unreadable as nothing; an `Option` would break who relies on it.
        for field in &required {
            if let Some(Value::Object(property)) = component["properties"].get_mut(field) {
                property.remove("nullable");
            }
        }
        if requests.contains(name) && !responses.contains(name) {
            component["x-nd8-arguments"] = json!(required);
        }
        component["required"] = required.into_iter().chain(constants).collect();
        component[FIRST] = json!(first);
    }
}

/// Returns a document with only the operations that the profile has.
fn only_of(root: &Value, profile: &Profile) -> Value {
    let mut root = root.clone();
    let is_ours = |operation: &Value| {
        let id = operation.get("operationId").and_then(Value::as_str);
        profile.operations.iter().any(|entry| Some(entry.name.as_str()) == id)
    };
    for item in root["paths"].as_object_mut().into_iter().flat_map(Map::values_mut) {
        if let Value::Object(item) = item {
            item.retain(|_, operation| is_ours(operation));
        }
    }
    root
}

/// Removes `readOnly` properties from what is sent: types that callers only build lack it, and nobody has to fill it in in a type that is
/// read as well.
pub(crate) fn read_only_is_not_sent(root: &mut Value) {
    let [requests, responses] = [Direction::Request, Direction::Response].map(|it| schema::reached(root, it));
    let components = schema::components(root).into_iter().flatten();
    for (name, component) in components.filter(|(name, _)| requests.contains(*name)) {
        let is_read = responses.contains(name);
        let mut read_only = Vec::new();
        if let Some(Value::Object(properties)) = component.get_mut("properties") {
            properties.retain(|name, property| {
                let is_read_only = property["readOnly"] == true;
                read_only.extend(is_read_only.then(|| name.clone()));
                is_read || !is_read_only
            });
        }
        if let Some(Value::Array(required)) = component.get_mut("required") {
            required.retain(|name| !read_only.iter().any(|read_only| name == read_only));
        }
    }
}

/// Brings a document of the normal form into the form for the generator.
pub(crate) fn adapt(normal: &Tree) -> (Tree, Placeholders) {
    let mut tree = normal.clone();
    only_success_is_described(&mut tree);
    unreachable_schemas_are_dropped(&mut tree.root);
    provenance_is_stated(&mut tree.root);
    kinds_are_types(&mut tree.root);
    nullable_is_optional(&mut tree.root);
    references_are_plain(&mut tree.root);
    constraints_are_dropped(&mut tree.root);
    numbers_are_exact(&mut tree.root);
    unknown_fields_are_kept(&mut tree.root);
    let placeholders = Placeholders::put_into(&mut tree.root);
    (tree, placeholders)
}

/// Two body types for one operation panic (progenitor#344, #950), and a refund that is reported with 201 where the document states 200
/// has been made all the same: any 2xx is success, and whatever else is decoded by hand.
fn only_success_is_described(tree: &mut Tree) {
    for place in places(&tree.root) {
        if let Some(Value::Object(responses)) = place.get_mut(&mut tree.root).get_mut("responses") {
            let success = responses.iter().find(|(status, _)| status.starts_with('2'));
            let success = success.map(|(_, response)| response.clone());
            *responses = success.into_iter().map(|response| ("2XX".to_owned(), response)).collect();
        }
    }
}

/// Removes schemas that no operation takes or yields, such as the bodies of errors: they would be unused types.
fn unreachable_schemas_are_dropped(root: &mut Value) {
    let mut used = schema::reached(root, Direction::Request);
    used.extend(schema::reached(root, Direction::Response));
    if let Some(components) = schema::components(root) {
        components.retain(|name, _| used.contains(name));
    }
}

/// Readers of the Rust documentation deserve to know what the project guessed.
pub(crate) fn provenance_is_stated(root: &mut Value) {
    let note = |map: &mut Map<String, Value>| {
        let note = match map.remove("x-nd8-provenance").as_ref().and_then(Value::as_str) {
            Some("inferred") => "Inferred: printed nowhere, so the live API may differ.",
            Some("observed") => "Observed: printed nowhere, and seen at a server of the API.",
            Some("guide") => "Source: the product guides, not the reference.",
            _ => return,
        };
        let description = map.get("description").and_then(Value::as_str).unwrap_or_default();
        let whole = format!("{description}\n\n{note}").trim_start().to_owned();
        map.insert("description".to_owned(), Value::String(whole));
    };
    for place in places(root) {
        note(place.get_mut(root));
    }
    without_failure(for_each(root, &mut |schema, _| {
        note(schema);
        Ok(())
    }));
}

/// Replaces schemas by the type of the kind that the profile states; an adapter reads the form on the wire.
fn kinds_are_types(root: &mut Value) {
    without_failure(for_each(root, &mut |schema, _| {
        if let Some(Value::String(kind)) = schema.get("x-nd8-kind") {
            let name = if kind == "integer" { "integer" } else { "string" };
            schema.insert("type".to_owned(), json!(name));
            schema.remove("items");
            schema.remove("format");
        }
        Ok(())
    }));
    // Components keep their values, which become variants; whatever else has some is read as plain text.
    let names: BTreeSet<Pointer> = schema::object(root.pointer("/components/schemas"))
        .map(|(name, _)| Pointer::root().join(["components", "schemas", name]))
        .collect();
    without_failure(for_each(root, &mut |schema, place| {
        if !names.contains(place) {
            schema.remove("enum");
        }
        Ok(())
    }));
}

/// Makes nullable properties optional: with `required`, an absent key would be an error. Here it means the same as null, so a nullable
/// property is an optional one.
fn nullable_is_optional(root: &mut Value) {
    without_failure(for_each(root, &mut |schema, _| {
        let optional: Vec<String> = schema::object(schema.get("properties"))
            .filter(|(_, property)| property["nullable"] == true)
            .map(|(name, _)| name.to_owned())
            .collect();
        if let Some(Value::Array(required)) = schema.get_mut("required") {
            required.retain(|name| !optional.iter().any(|optional| name == optional));
        }
        Ok(())
    }));
}

/// Replaces an `allOf` of one reference by the reference. OpenAPI 3.0 needs it for a description, but typify would make a type
/// of it.
fn references_are_plain(root: &mut Value) {
    without_failure(for_each(root, &mut |schema, _| {
        let name = schema
            .get("allOf")
            .and_then(|_| referenced_in(&Value::Object(schema.clone())).map(str::to_owned));
        if let Some(Value::Object(reference)) = name.as_deref().map(schema::reference) {
            *schema = reference;
        }
        Ok(())
    }));
}

/// Limits would become newtypes that refuse a *response* when the server exceeds its own limit, `minimum: 1` a `NonZero`, and any of
/// them would keep a conversion from matching. Limits on requests are checked in `ext`, with the server's own field names. Defaults
/// would be sent where the caller set nothing. A conversion matches only a schema without other keywords.
fn constraints_are_dropped(root: &mut Value) {
    const TYPE: [&str; 10] = [
        "$ref",
        "additionalProperties",
        "enum",
        "format",
        "items",
        "oneOf",
        "properties",
        "required",
        "type",
        "description",
    ];
    without_failure(for_each(root, &mut |schema, _| {
        schema.retain(|key, _| TYPE.contains(&key.as_str()));
        let text = |key: &str| schema.get(key).and_then(Value::as_str).unwrap_or_default();
        let format_is_typed = match text("type") {
            "string" => matches!(text("format"), "date-time" | "uuid" | "decimal" | "comma-separated"),
            "integer" => matches!(text("format"), "int32" | "int64"),
            _ => false,
        };
        if !format_is_typed {
            schema.remove("format");
        }
        Ok(())
    }));
}

/// Makes every `number` a decimal, read and written digit for digit: it would be an `f64`.
fn numbers_are_exact(root: &mut Value) {
    without_failure(for_each(root, &mut |schema, _| {
        if schema.get("type") == Some(&json!("number")) {
            schema.insert("format".to_owned(), json!("decimal"));
        }
        Ok(())
    }));
}

/// Collects unknown fields in `extra`, so that fields that the server adds later are not lost. typify needs `{}` for that: it takes
/// `true` for a wish to ignore them.
fn unknown_fields_are_kept(root: &mut Value) {
    for name in schema::reached(root, Direction::Response) {
        let place = Pointer::root().join(["components", "schemas", &name]);
        if let Some(Value::Object(component)) = root.pointer_mut(place.as_str())
            && component.contains_key("properties")
        {
            component.insert("additionalProperties".to_owned(), json!({}));
        }
    }
}

/// Real names behind a placeholder.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Name {
    ident: String,
    wire: String,
}

/// Share of the placeholders that generated code has to contain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coverage {
    All,
    /// Mocks name no types of responses.
    Some,
}

/// Names that generated code gets in place of placeholders.
#[derive(Debug, Default)]
pub(crate) struct Placeholders {
    names: BTreeMap<String, Name>,
    /// Wire names of fields, by type and identifier.
    fields: BTreeMap<(String, String), String>,
}

impl Placeholders {
    fn put_into(root: &mut Value) -> Self {
        let mut placeholders = Self::default();
        for (index, (name, component)) in schema::components(root).into_iter().flatten().enumerate() {
            placeholders.properties(index, name, component);
        }
        for (index, place) in places(root).into_iter().enumerate() {
            let Value::Object(operation) = root["paths"][&place.path][&place.method].take() else { continue };
            let (path, operation) = placeholders.parameters(index, &place.path, operation);
            let Value::Object(paths) = &mut root["paths"] else { continue };
            if let Some(Value::Object(item)) = paths.get_mut(&place.path) {
                item.remove(&place.method);
            }
            let item = paths.entry(path).or_insert_with(|| json!({}));
            item[place.method.as_str()] = Value::Object(operation);
        }
        if let Value::Object(paths) = &mut root["paths"] {
            paths.retain(|_, item| item.as_object().is_some_and(|item| !item.is_empty()));
        }
        placeholders
    }

    fn properties(&mut self, index: usize, name: &str, component: &mut Value) {
        let keeps_unknown = component.get("additionalProperties").is_some();
        let Some(Value::Object(properties)) = component.get_mut("properties").map(Value::take) else {
            return;
        };
        // The fields that are not the document's keep their name.
        let scope = if keeps_unknown { Scope::with(&["extra"]) } else { Scope::default() };
        let first = component[FIRST].as_array().cloned().unwrap_or_default();
        let is_first = |wire: &str| first.iter().any(|name| name == wire);
        let idents =
            names::assign_first(properties.keys().map(String::as_str), names::snake, scope, is_first);
        let mut ordered: Vec<(&str, String)> =
            idents.iter().map(|(wire, ident)| (*wire, ident.clone())).collect();
        ordered.sort_by(|one, other| one.1.cmp(&other.1));
        let mut renamed = Map::new();
        let mut by_wire = BTreeMap::new();
        for (at, (wire, ident)) in ordered.into_iter().enumerate() {
            let placeholder = format!("zzf{index:05}x{at:05}");
            self.fields.insert((name.to_owned(), ident.clone()), wire.to_owned());
            self.names.insert(placeholder.clone(), Name { ident, wire: wire.to_owned() });
            renamed.insert(placeholder.clone(), properties[wire].clone());
            by_wire.insert(wire.to_owned(), placeholder);
        }
        if let Some(Value::Array(required)) = component.get_mut("required") {
            let names =
                required.iter().filter_map(|name| by_wire.get(name.as_str()?).map(|name| json!(name)));
            *required = names.collect();
        }
        component["properties"] = Value::Object(renamed);
    }

    fn parameters(
        &mut self,
        index: usize,
        path: &str,
        mut operation: Map<String, Value>,
    ) -> (String, Map<String, Value>) {
        let mut path_by_name: BTreeMap<String, String> = BTreeMap::new();
        for (at, parameter) in
            operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten().enumerate()
        {
            let wire = parameter["name"].as_str().unwrap_or_default().to_owned();
            let ident = parameter["x-nd8-ident"].as_str().map_or_else(|| names::snake(&wire), str::to_owned);
            let placeholder = format!("zzp{index:05}x{at:05}");
            if parameter["in"] == "path" {
                path_by_name.insert(wire.clone(), placeholder.clone());
            }
            parameter["name"] = json!(placeholder);
            self.names.insert(placeholder, Name { ident, wire });
        }
        let mut renamed = path.to_owned();
        for name in path_parameters(path) {
            if let Some(placeholder) = path_by_name.get(name) {
                renamed = renamed.replace(&format!("/{{{name}}}"), &format!("/{{{placeholder}}}"));
            }
        }
        (renamed, operation)
    }

    /// Returns the wire name of a field of a generated type.
    pub(crate) fn wire_name(&self, owner: &str, ident: &str) -> Option<&str> {
        let ident = ident.strip_prefix("r#").unwrap_or(ident);
        self.fields.get(&(owner.to_owned(), ident.to_owned())).map(String::as_str)
    }

    /// Puts the real names into generated code: identifiers, and texts that are a name, or have one in them.
    ///
    /// # Errors
    ///
    /// Fails if the code has a placeholder that was not put in, or lacks one that was: then the generator has changed.
    pub(crate) fn replace(&self, tokens: TokenStream, coverage: Coverage) -> Result<TokenStream, Error> {
        let mut seen = BTreeSet::new();
        let replaced = self.within(tokens, &mut seen);
        let missing = self.names.keys().find(|name| coverage == Coverage::All && !seen.contains(*name));
        let fail =
            |message: String| Error::new("generated code", Pointer::root(), Problem::Generator(message));
        if let Some(missing) = missing {
            return Err(fail(format!("nothing was generated for `{}`", self.names[missing].wire)));
        }
        let text = replaced.to_string();
        if let Some(at) = text.find("zzf0").or_else(|| text.find("zzp0")) {
            let rest: String = text[at..].chars().take(14).collect();
            return Err(fail(format!("`{rest}` is left in it")));
        }
        Ok(replaced)
    }

    fn within(&self, tokens: TokenStream, seen: &mut BTreeSet<String>) -> TokenStream {
        let each = tokens.into_iter().map(|token| match token {
            TokenTree::Group(group) => {
                let mut replaced = Group::new(group.delimiter(), self.within(group.stream(), seen));
                replaced.set_span(group.span());
                TokenTree::Group(replaced)
            }
            TokenTree::Ident(ident) => match self.names.get(&ident.to_string()) {
                Some(name) => {
                    seen.insert(ident.to_string());
                    TokenTree::Ident(Ident::new(&name.ident, ident.span()))
                }
                None => TokenTree::Ident(ident),
            },
            TokenTree::Literal(literal) => {
                let written = literal.to_string();
                if !written.contains("zzp") && !written.contains("zzf") {
                    return TokenTree::Literal(literal);
                }
                let Ok(syn::Lit::Str(text)) = syn::parse_str::<syn::Lit>(&written) else {
                    return TokenTree::Literal(literal);
                };
                let text = text.value();
                TokenTree::Literal(match self.names.get(&text) {
                    Some(name) => {
                        seen.insert(text);
                        Literal::string(&name.wire)
                    }
                    None => Literal::string(&self.in_text(&text)),
                })
            }
            other => other,
        });
        each.collect()
    }

    /// Replaces the placeholders in documentation, which names arguments.
    fn in_text(&self, text: &str) -> String {
        let mut replaced = text.to_owned();
        for (placeholder, name) in &self.names {
            if replaced.contains(placeholder.as_str()) {
                replaced = replaced.replace(placeholder.as_str(), &name.ident);
            }
        }
        replaced
    }
}
