//! Open enums: every enum of strings becomes one that keeps values it does not know.
//!
//! typify's enums are closed, so one new status would fail the whole response. Here each enum is made a named
//! schema, taken away from typify by a replacement, and written by hand.

use heck::ToUpperCamelCase;
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use serde_json::{Map, Value};

use crate::document::Tree;
use crate::error::{Error, Problem};
use crate::naming::described_reference;
use crate::operation::places;
use crate::pointer::Pointer;
use crate::schema;

/// An enum of strings that the generated code defines by itself.
#[derive(Debug)]
pub(crate) struct OpenEnum {
    pub(crate) name: String,
    description: String,
    /// Variant and wire value.
    variants: Vec<(String, String)>,
}

/// Moves inline enums into components, and collects all of them.
pub(crate) fn collect(tree: &mut Tree) -> Result<Vec<OpenEnum>, Error> {
    hoist_from_properties(tree);
    hoist_from_parameters(tree);
    let components = tree.root.pointer("/components/schemas");
    schema::object(components)
        .filter(|(_, schema)| is_string_enum(schema))
        .map(|(name, schema)| read(tree, name, schema))
        .collect()
}

fn is_string_enum(schema: &Value) -> bool {
    schema.get("type").is_some_and(|kind| kind == "string")
        && schema
            .get("enum")
            .and_then(Value::as_array)
            .is_some_and(|values| values.iter().any(Value::is_string))
}

fn read(tree: &Tree, name: &str, schema: &Value) -> Result<OpenEnum, Error> {
    let place = Pointer::root().join(["components", "schemas", name, "enum"]);
    let mut variants: Vec<(String, String)> = Vec::new();
    for value in schema["enum"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        let variant = match value.to_upper_camel_case() {
            // `Unknown` is the variant for everything else.
            unknown if unknown == "Unknown" => "UnknownValue".to_owned(),
            digit if digit.starts_with(|first: char| first.is_ascii_digit()) => format!("X{digit}"),
            variant => variant,
        };
        if syn::parse_str::<Ident>(&variant).is_err() || variants.iter().any(|(taken, _)| *taken == variant) {
            let problem = Problem::Unsupported(format!("`{value}` yields no variant name of its own"));
            return Err(tree.error(place, problem));
        }
        variants.push((variant, value.to_owned()));
    }
    let description = schema.get("description").and_then(Value::as_str).unwrap_or_default().to_owned();
    Ok(OpenEnum { name: name.to_owned(), description, variants })
}

/// Enums among the properties of a component are called `OwnerProperty` unless the table named them already.
fn hoist_from_properties(tree: &mut Tree) {
    let mut found: Vec<(String, Value)> = Vec::new();
    for (owner, schema) in schema::components(&mut tree.root).into_iter().flatten() {
        let mut visit =
            |schema: &mut Map<String, Value>, _: &Pointer| -> Result<(), std::convert::Infallible> {
                if let Some(Value::Object(properties)) = schema.get_mut("properties") {
                    for (property, schema) in properties {
                        let schema = match schema.get_mut("items") {
                            Some(items) => items,
                            None => schema,
                        };
                        if is_string_enum(schema) {
                            let name = format!("{owner}_{property}").to_upper_camel_case();
                            found.push((name.clone(), hoist(schema, &name)));
                        }
                    }
                }
                Ok(())
            };
        match schema::walk(schema, &Pointer::root(), &mut visit) {
            Ok(()) => {}
        }
    }
    if let Some(components) = schema::components(&mut tree.root) {
        components.extend(found);
    }
}

fn hoist(schema: &mut Value, name: &str) -> Value {
    let reference = described_reference(name, schema);
    std::mem::replace(schema, reference)
}

fn hoist_from_parameters(tree: &mut Tree) {
    for place in places(&tree.root) {
        let operation = place.get_mut(&mut tree.root);
        let id = operation.get("operationId").and_then(Value::as_str).unwrap_or_default().to_owned();
        let mut found = Vec::new();
        for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
            let name =
                format!("{id}_{}", parameter["name"].as_str().unwrap_or_default()).to_upper_camel_case();
            if is_string_enum(&parameter["schema"]) {
                found.push((name.clone(), hoist(&mut parameter["schema"], &name)));
            }
        }
        if !found.is_empty() {
            let schemas = &mut tree.root["components"]["schemas"];
            for (name, schema) in found {
                schemas[name] = schema;
            }
        }
    }
}

impl OpenEnum {
    /// The definition. `support` is the path of the module with the hand-written half.
    pub(crate) fn to_tokens(&self, support: &syn::Path) -> TokenStream {
        let name = Ident::new(&self.name, Span::call_site());
        let variants: Vec<Ident> =
            self.variants.iter().map(|(variant, _)| Ident::new(variant, Span::call_site())).collect();
        let values: Vec<&str> = self.variants.iter().map(|(_, value)| value.as_str()).collect();
        let title = &self.name;
        let docs = values.iter().map(|value| format!("`{value}`"));
        let description = match self.description.as_str() {
            "" => format!("The values of `{}`.", self.name),
            description => description.to_owned(),
        };
        quote! {
            #[doc = #description]
            ///
            /// An open set: a value that this revision of the API does not name arrives as `Unknown`, and goes
            /// back out as it came. Make values of it with `From`, which finds the named variant where there is one.
            #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
            #[non_exhaustive]
            pub enum #name {
                #(
                    #[doc = #docs]
                    #variants,
                )*
                /// A value that this revision of the API does not name.
                Unknown(::std::string::String),
            }

            impl #name {
                /// The value as it stands on the wire.
                pub fn as_str(&self) -> &str {
                    match self {
                        #(Self::#variants => #values,)*
                        Self::Unknown(value) => value,
                    }
                }
            }

            impl ::std::convert::From<&str> for #name {
                fn from(value: &str) -> Self {
                    match value {
                        #(#values => Self::#variants,)*
                        other => Self::Unknown(other.to_owned()),
                    }
                }
            }

            impl ::std::convert::From<::std::string::String> for #name {
                fn from(value: ::std::string::String) -> Self {
                    Self::from(value.as_str())
                }
            }

            impl ::std::str::FromStr for #name {
                type Err = ::std::convert::Infallible;
                fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
                    Ok(Self::from(value))
                }
            }

            impl ::std::fmt::Display for #name {
                fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                    f.write_str(self.as_str())
                }
            }

            #[cfg(feature = "schemars")]
            impl ::schemars::JsonSchema for #name {
                fn schema_name() -> ::std::borrow::Cow<'static, str> {
                    #title.into()
                }
                /// An open set has examples, not an `enum`.
                fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                    ::schemars::json_schema!({ "type": "string", "description": #description, "examples": [#(#values),*] })
                }
            }

            impl ::serde::Serialize for #name {
                fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                    serializer.serialize_str(self.as_str())
                }
            }

            impl<'de> ::serde::Deserialize<'de> for #name {
                fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                    #support::open_enum::deserialize(deserializer)
                }
            }
        }
    }
}
