//! progenitor and its settings.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use proc_macro2::TokenStream;
use progenitor::{GenerationSettings, Generator, HooksMode, InterfaceStyle, TypeImpl};
use schemars_08::schema::{InstanceType, SchemaObject};
use serde_json::Value;

use crate::adapt::{Coverage, Placeholders};
use crate::document::Tree;
use crate::enums::OpenEnum;
use crate::error::{Error, Problem};
use crate::operation::{Place, places};
use crate::pointer::Pointer;

/// Types of the hand-written half that read and write a decimal exactly. Where one is a property of an object,
/// [`crate::postprocess`] turns it into a plain `Decimal` with the same adapter.
pub(crate) const EXACT_NUMBER: &str = "crate::raw::ExactNumber";
pub(crate) const EXACT_STRING: &str = "crate::raw::ExactString";

/// Type of a list in a query that is written as one text.
const COMMA_SEPARATED: &str = "crate::raw::CommaSeparated";

/// Output of progenitor for a document.
pub(crate) struct Output {
    pub(crate) client: TokenStream,
    pub(crate) mocks: TokenStream,
}

/// Runs progenitor over an adapted document.
pub(crate) fn run(
    tree: &Tree,
    enums: &[OpenEnum],
    placeholders: &Placeholders,
    module: &str,
    origins: &BTreeMap<String, (String, Pointer)>,
) -> Result<Output, Error> {
    let spec = tree.to_openapi()?;
    let output = attempt(&spec, enums, module).map_err(|message| {
        let problem = |message| Problem::Generator(message);
        match culprit(tree, enums, module) {
            Some(Culprit::Operation(place)) => tree.error(place.pointer(), problem(message)),
            Some(Culprit::Component(name)) => match origins.get(&name) {
                Some((document, place)) => Error::new(document, place.clone(), problem(message)),
                None => tree.error(Pointer::root(), problem(message)),
            },
            None => tree.error(Pointer::root(), problem(message)),
        }
    })?;
    Ok(Output {
        client: placeholders.replace(output.client, Coverage::All)?,
        mocks: placeholders.replace(output.mocks, Coverage::Some)?,
    })
}

fn attempt(spec: &openapiv3::OpenAPI, enums: &[OpenEnum], module: &str) -> Result<Output, String> {
    let settings = settings(enums, module);
    // It panics by design where something is yet to be written, and that must not take a build script down without a place.
    let generated = catch_unwind(AssertUnwindSafe(|| {
        let client = Generator::new(&settings).generate_tokens(spec).map_err(|error| error.to_string())?;
        let mocks = Generator::new(&settings).httpmock(spec, module).map_err(|error| error.to_string())?;
        Ok(Output { client, mocks })
    }));
    match generated {
        Ok(result) => result,
        Err(panic) => Err(message_of(&*panic)),
    }
}

/// Returns the message of a panic.
pub(crate) fn message_of(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.map_or_else(
        || "it panicked without a message".to_owned(),
        |message| format!("it panicked: {message}"),
    )
}

/// Part for which the generator fails.
enum Culprit {
    Operation(Place),
    Component(String),
}

/// Finds the part to report: progenitor's errors name no place, so each part is tried alone.
fn culprit(tree: &Tree, enums: &[OpenEnum], module: &str) -> Option<Culprit> {
    let fails = |alone: &Tree| alone.to_openapi().is_ok_and(|spec| attempt(&spec, enums, module).is_err());
    let mut alone = tree.clone();
    alone.root["paths"] = serde_json::json!({});
    if fails(&alone) {
        let components = crate::schema::object(tree.root.pointer("/components/schemas"));
        let names: Vec<String> = components.map(|(name, _)| name.to_owned()).collect();
        // Without one of them the others would dangle; so each is replaced by any value instead.
        return names.into_iter().find_map(|name| {
            let mut without = alone.clone();
            without.root["components"]["schemas"][&name] = serde_json::json!({});
            (!fails(&without)).then_some(Culprit::Component(name))
        });
    }
    places(&tree.root).into_iter().find_map(|place| {
        let operation = Value::Object(place.get(&tree.root).clone());
        alone.root["paths"] = serde_json::json!({ &place.path: { &place.method: operation } });
        fails(&alone).then_some(Culprit::Operation(place))
    })
}

fn settings(enums: &[OpenEnum], module: &str) -> GenerationSettings {
    let mut settings = GenerationSettings::new();
    settings
        // Positional methods have the one layout that `postprocess` turns into request objects; builders would need a rewrite each.
        .with_interface(InterfaceStyle::Positional)
        // A client without the hook that adds credentials must not compile.
        .with_hooks(HooksMode::Expected)
        .with_inner_type(module_path(module, "Context"))
        .with_derive("PartialEq");
    for open_enum in enums {
        let path = format!("{module}::types::{}", open_enum.name);
        settings.with_replacement(&open_enum.name, path, [TypeImpl::Display, TypeImpl::FromStr].into_iter());
    }
    // A conversion matches a whole schema, which is why `adapt` removes every other keyword first.
    let mut convert = |kind: InstanceType, format: &str, to: &str| {
        let schema = SchemaObject {
            instance_type: Some(kind.into()),
            format: Some(format.to_owned()),
            ..SchemaObject::default()
        };
        settings.with_conversion(schema, to, [TypeImpl::Display].into_iter());
    };
    convert(InstanceType::String, "date-time", "::jiff::Timestamp");
    convert(InstanceType::String, "comma-separated", COMMA_SEPARATED);
    convert(InstanceType::String, "decimal", EXACT_STRING);
    convert(InstanceType::Number, "decimal", EXACT_NUMBER);
    settings
}

fn module_path(module: &str, item: &str) -> TokenStream {
    let path = format!("{module}::{item}");
    path.parse().unwrap_or_else(|error| unreachable!("`{path}` is a path: {error}"))
}
