//! progenitor and its settings.

use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};

use proc_macro2::TokenStream;
use progenitor::{GenerationSettings, Generator, HooksMode, InterfaceStyle, TypeImpl};
use schemars_08::schema::{InstanceType, SchemaObject};
use serde_json::{Map, Value};

use crate::document::Tree;
use crate::enums::OpenEnum;
use crate::error::{Error, Problem};
use crate::operation::{Place, places};
use crate::pointer::Pointer;
use crate::schema::{Direction, components, for_each, reached, walk};

/// Types of the hand-written half that read and write a decimal exactly. Where one is a property of an object,
/// [`crate::postprocess`] turns it into a plain `Decimal` with the same adapter.
pub(crate) const EXACT_NUMBER: &str = "crate::raw::ExactNumber";
pub(crate) const EXACT_STRING: &str = "crate::raw::ExactString";

/// What progenitor made of a document.
pub(crate) struct Output {
    pub(crate) client: TokenStream,
    pub(crate) mocks: TokenStream,
}

/// Runs progenitor over an adapted document.
pub(crate) fn run(tree: &Tree, enums: &[OpenEnum], module: &str) -> Result<Output, Error> {
    let mut tree = tree.clone();
    without_read_only(&mut tree.root);
    without_extensions(&mut tree.root);
    only_types(&mut tree.root);
    let spec = tree.to_openapi()?;
    attempt(&spec, enums, module).map_err(|message| {
        let place = culprit(&tree, enums, module).map_or_else(Pointer::root, |place| place.pointer());
        tree.error(place, Problem::Generator(message))
    })
}

/// A property that is `readOnly` is not sent: types that callers only build lack it, and nobody has to fill it in in a type
/// that is read as well.
fn without_read_only(root: &mut Value) {
    let [requests, responses] = [Direction::Request, Direction::Response].map(|it| reached(root, it));
    for (name, component) in
        components(root).into_iter().flatten().filter(|(name, _)| requests.contains(*name))
    {
        let is_read = responses.contains(name);
        let drop = &mut |schema: &mut Map<String, Value>, _: &Pointer| -> Result<(), Infallible> {
            let mut read_only = Vec::new();
            if let Some(Value::Object(properties)) = schema.get_mut("properties") {
                properties.retain(|name, property| {
                    let is_read_only = property["readOnly"] == true;
                    read_only.extend(is_read_only.then(|| name.clone()));
                    is_read || !is_read_only
                });
            }
            if let Some(Value::Array(required)) = schema.get_mut("required") {
                required.retain(|name| !read_only.iter().any(|read_only| name == read_only));
            }
            Ok(())
        };
        match walk(component, &Pointer::root(), drop) {
            Ok(()) => {}
        }
    }
}

/// progenitor acts on extensions of operations that dropshot writes: it adds methods that have no operation of their own.
fn without_extensions(root: &mut Value) {
    for place in places(root) {
        place.get_mut(root).retain(|key, _| !key.starts_with("x-"));
    }
}

/// A conversion matches only a schema that says nothing else. Whatever does not make a type is taken away; that a
/// property is nullable says no more than that it is optional.
fn only_types(root: &mut Value) {
    let strip = &mut |schema: &mut Map<String, Value>, _: &Pointer| -> Result<(), Infallible> {
        schema.retain(|key, _| !key.starts_with("x-") && !NOT_A_TYPE.contains(&key.as_str()));
        for (_, property) in schema.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten()
        {
            if let Value::Object(property) = property {
                property.remove("nullable");
            }
        }
        Ok(())
    };
    match for_each(root, strip) {
        Ok(()) => {}
    }
}

const NOT_A_TYPE: [&str; 6] = ["deprecated", "example", "externalDocs", "readOnly", "writeOnly", "xml"];

fn attempt(spec: &openapiv3::OpenAPI, enums: &[OpenEnum], module: &str) -> Result<Output, String> {
    let settings = settings(enums, module);
    // What progenitor has no form for is checked before, with a better message; but it also panics by design
    // where something is yet to be written, and that must not take a build script down without a pointer.
    let generated = catch_unwind(AssertUnwindSafe(|| {
        let client = Generator::new(&settings).generate_tokens(spec).map_err(|error| error.to_string())?;
        let mocks = Generator::new(&settings).httpmock(spec, module).map_err(|error| error.to_string())?;
        Ok(Output { client, mocks })
    }));
    match generated {
        Ok(result) => result,
        Err(panic) => Err(panic
            .downcast_ref::<String>()
            .cloned()
            .or_else(|| panic.downcast_ref::<&str>().map(|message| (*message).to_owned()))
            .unwrap_or_else(|| "it panicked without a message".to_owned())),
    }
}

/// progenitor's errors name no place: the operation that fails alone is the one to blame.
fn culprit(tree: &Tree, enums: &[OpenEnum], module: &str) -> Option<Place> {
    places(&tree.root).into_iter().find(|place| {
        let mut alone = tree.clone();
        let operation = Value::Object(place.get(&tree.root).clone());
        alone.root["paths"] = serde_json::json!({ &place.path: { &place.method: operation } });
        alone.to_openapi().is_ok_and(|spec| attempt(&spec, enums, module).is_err())
    })
}

fn settings(enums: &[OpenEnum], module: &str) -> GenerationSettings {
    let mut settings = GenerationSettings::new();
    settings
        .with_interface(InterfaceStyle::Positional)
        // A client without the hook that adds credentials must not compile.
        .with_hooks(HooksMode::Expected)
        .with_inner_type(module_path(module, "Context"))
        .with_derive("PartialEq");
    for open_enum in enums {
        let path = format!("{module}::types::{}", open_enum.name);
        settings.with_replacement(&open_enum.name, path, [TypeImpl::Display, TypeImpl::FromStr].into_iter());
    }
    let mut convert = |kind: InstanceType, format: &str, to: &str| {
        let schema = SchemaObject {
            instance_type: Some(kind.into()),
            format: Some(format.to_owned()),
            ..SchemaObject::default()
        };
        settings.with_conversion(schema, to, [TypeImpl::Display].into_iter());
    };
    convert(InstanceType::String, "date-time", "::jiff::Timestamp");
    convert(InstanceType::String, "decimal", EXACT_STRING);
    convert(InstanceType::Number, "decimal", EXACT_NUMBER);
    settings
}

fn module_path(module: &str, item: &str) -> TokenStream {
    let path = format!("{module}::{item}");
    path.parse().unwrap_or_else(|error| unreachable!("`{path}` is a path: {error}"))
}
