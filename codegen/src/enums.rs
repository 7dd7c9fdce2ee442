//! Open enums: every set of texts becomes an enum that keeps values it does not know.
//!
//! typify's enums are closed, so that one new status would fail the whole response, and it has no setting for another form.
//! So each enum of the document is replaced by a type that typify does not generate, and is generated here.
//!
//! `Unknown` is hidden and its name not stable: code that matched an unknown value by its text would stop matching, without an
//! error, when a later version names that value. Matching with `other => other.as_str()` keeps working.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use serde_json::Value;

use crate::document::Tree;
use crate::names::{self, Scope};
use crate::profile::Profile;
use crate::schema;

/// A set of texts for which an enum is generated.
#[derive(Debug)]
pub(crate) struct OpenEnum {
    pub(crate) name: String,
    description: String,
    /// Variant and wire value.
    variants: Vec<(String, String)>,
    /// Set if values that differ in case only are the same.
    ignores_case: bool,
}

/// Collects the sets of texts of a document in the normal form, where each is a component.
pub(crate) fn collect(tree: &Tree, profile: &Profile) -> Vec<OpenEnum> {
    // Two values may have one name in camel case. The plain name is for the one that the profile, and so hand-written code, uses.
    let fields = profile.types.iter().flat_map(|needs| &needs.fields);
    let first: BTreeSet<&str> = fields.flat_map(|field| &field.values).map(String::as_str).collect();
    let components = tree.root.pointer("/components/schemas");
    schema::object(components)
        .filter(|(_, schema)| schema["type"] == "string")
        .map(|(name, schema)| read(name, schema, &first, profile.ignores_case.iter().any(|it| it == name)))
        .collect()
}

fn read(name: &str, schema: &Value, first: &BTreeSet<&str>, ignores_case: bool) -> OpenEnum {
    let values: Vec<&str> = schema
        .get("enum")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    // `Unknown` is the variant for every other value; `Self::Err` is a type in the implementation of `FromStr`.
    let reserved = Scope::with(&["Unknown", "Self", "Err"]);
    let variants =
        names::assign_first(values.iter().copied(), names::camel, reserved, |value| first.contains(value));
    let variants = values.iter().map(|value| (variants[value].clone(), (*value).to_owned())).collect();
    let description = schema.get("description").and_then(Value::as_str).unwrap_or_default().to_owned();
    OpenEnum { name: name.to_owned(), description, variants, ignores_case }
}

impl OpenEnum {
    /// Returns the definition. `support` is the path of the module with the hand-written half.
    pub(crate) fn to_tokens(&self, support: &syn::Path) -> TokenStream {
        let name = Ident::new(&self.name, Span::call_site());
        let variants: Vec<Ident> =
            self.variants.iter().map(|(variant, _)| Ident::new(variant, Span::call_site())).collect();
        let values: Vec<&str> = self.variants.iter().map(|(_, value)| value.as_str()).collect();
        let title = &self.name;
        let docs = values.iter().map(|value| format!("`{value}`"));
        let other = match self.ignores_case {
            true => quote! {
                #(other if other.eq_ignore_ascii_case(#values) => Self::#variants,)*
                other => Self::Unknown(other.to_ascii_uppercase()),
            },
            false => quote!(other => Self::Unknown(other.to_owned()),),
        };
        let made = match self.ignores_case {
            true => {
                "Create values with `From`, in upper or lower case; an unknown one is kept in upper case."
            }
            false => "Create values with `From`, which finds the named variant where there is one.",
        };
        let description = match self.description.as_str() {
            "" => format!("The values of `{}`.", self.name),
            description => description.to_owned(),
        };
        quote! {
            #[doc = #description]
            ///
            /// An open set: a value that this revision of the API does not name is kept, and is written unchanged. One arm
            /// matches all of them, now and when a later version names more: `other => other.as_str()`.
            ///
            #[doc = #made]
            #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
            #[non_exhaustive]
            pub enum #name {
                #(
                    #[doc = #docs]
                    #variants,
                )*
                /// A value that this revision of the API does not name. Match it with `other`: a later version may name it.
                #[doc(hidden)]
                Unknown(::std::string::String),
            }

            impl #name {
                /// Returns the value as text on the wire, named or not.
                pub fn as_str(&self) -> &str {
                    match self {
                        #(Self::#variants => #values,)*
                        Self::Unknown(value) => value,
                    }
                }

                /// Returns whether this revision of the API names the value.
                pub fn is_known(&self) -> bool {
                    !::std::matches!(self, Self::Unknown(_))
                }
            }

            impl ::std::convert::From<&str> for #name {
                fn from(value: &str) -> Self {
                    match value {
                        #(#values => Self::#variants,)*
                        #other
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
                /// Describes the values as examples: an `enum` would reject values that the API adds.
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
