//! `Debug` implementations that print only what can hold no secret and no personal data.
//!
//! The rule is an allow list, not a list of sensitive names: the names of fields that the API adds later are not known, and a
//! program logs with the version that it was built with.

use std::collections::BTreeSet;

use quote::quote;
use syn::{Fields, ItemImpl, ItemStruct, Type, parse_quote};

use super::fields::{argument_of, wire_name};

/// Decides what may be printed: numbers, times, states, and the identifiers on the profile's list. Every other field is redacted
/// until it is added to that list.
pub(super) struct Printable<'a> {
    /// The generated types. Their own `Debug` redacts.
    pub(super) types: &'a BTreeSet<String>,
    /// Wire names of strings that may be printed.
    pub(super) names: &'a [String],
}

impl Printable<'_> {
    /// Returns whether a value of this type and wire name may be printed.
    pub(super) fn contains(&self, ty: &Type, wire: &str) -> bool {
        self.is_plain(ty) || self.names.iter().any(|name| name == wire)
    }

    fn is_plain(&self, ty: &Type) -> bool {
        if let Type::Reference(reference) = ty {
            return self.is_plain(&reference.elem);
        }
        for wrapper in ["Option", "Vec", "Box"] {
            if let Some(inner) = argument_of(ty, wrapper) {
                return self.is_plain(inner);
            }
        }
        let Type::Path(path) = ty else { return false };
        path.path.segments.last().is_some_and(|last| {
            let name = last.ident.to_string();
            matches!(
                name.as_str(),
                "bool"
                    | "Decimal"
                    | "ExactNumber"
                    | "ExactString"
                    | "i32"
                    | "i64"
                    | "Timestamp"
                    | "u32"
                    | "u64"
            ) || (self.types.contains(&name) && name != "String")
        })
    }
}

/// Implements `Debug` for a type of the wire.
pub(super) fn implement(item: &ItemStruct, printable: &Printable<'_>, support: &syn::Path) -> ItemImpl {
    let name = &item.ident;
    let title = name.to_string();
    let body = match &item.fields {
        Fields::Named(fields) => {
            let lines = fields.named.iter().map(|field| {
                let ident = &field.ident;
                let label = ident.as_ref().map(ToString::to_string).unwrap_or_default();
                match printable.contains(&field.ty, &wire_name(field)) {
                    true => quote!(.field(#label, &self.#ident)),
                    false => quote!(.field(#label, &#support::Redacted)),
                }
            });
            quote!(f.debug_struct(#title)#(#lines)*.finish())
        }
        _ => quote!(f.debug_tuple(#title).field(&#support::Redacted).finish()),
    };
    parse_quote! {
        impl ::std::fmt::Debug for #name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                #body
            }
        }
    }
}
