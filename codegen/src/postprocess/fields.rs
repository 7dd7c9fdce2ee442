//! Rewrites of single fields: what is absent, null or a decimal on the wire.

use proc_macro2::Ident;
use quote::{ToTokens as _, format_ident, quote};
use syn::{Attribute, Field, Type, parse_quote};

use super::syntax::compact;
use crate::enums::OpenEnum;
use crate::generator::{EXACT_NUMBER, EXACT_STRING};

/// Gives a decimal its type, and the adapters that read and write it digit for digit. Returns whether the field is one.
///
/// In a request, a value that cannot be read is an error and never absent: a refund without an amount refunds everything.
pub(super) fn exact_decimal(
    field: &mut Field,
    support: &syn::Path,
    is_request: bool,
    is_nullable: bool,
) -> bool {
    let written = compact(&field.ty);
    for (marker, form) in [(EXACT_NUMBER, "number"), (EXACT_STRING, "string")] {
        let form = format_ident!("{form}");
        let module = compact(&quote!(#support::decimal::#form));
        let reader = |function: &str| {
            let function = format_ident!("{function}");
            compact(&quote!(#support::decimal::request::#function))
        };
        // The generator converts decimals to a marker type, because typify would generate `f64` for a number.
        if written == marker {
            let described = marker;
            field.ty = parse_quote!(::rust_decimal::Decimal);
            field.attrs.push(if is_request {
                let (writer, reader) = (format!("{module}::serialize"), reader("deserialize"));
                parse_quote!(#[serde(serialize_with = #writer, deserialize_with = #reader)])
            } else {
                parse_quote!(#[serde(with = #module)])
            });
            field.attrs.push(parse_quote!(#[cfg_attr(feature = "schemars", schemars(with = #described))]));
            return true;
        }
        if argument_of(&field.ty, "Option").is_some_and(|argument| compact(argument) == marker) {
            let module = format!("{module}::option");
            let described = format!("Option<{marker}>");
            field.ty = parse_quote!(::std::option::Option<::rust_decimal::Decimal>);
            field.attrs.push(if is_request {
                let writer = format!("{module}::serialize");
                let reader = reader(if is_nullable { "nullable" } else { "option" });
                parse_quote!(#[serde(default, serialize_with = #writer, deserialize_with = #reader)])
            } else {
                parse_quote!(#[serde(default, with = #module)])
            });
            field.attrs.push(parse_quote!(#[cfg_attr(feature = "schemars", schemars(with = #described))]));
            return true;
        }
    }
    false
}

/// Moves an `Option` outside of its box. Where a type contains itself, typify boxes the `Option` or its content, whichever it
/// visits first, and a boxed `Option` would be sent as null where nothing is set.
pub(super) fn option_is_outside(field: &mut Field) {
    let boxed = argument_of(&field.ty, "Box").and_then(|inner| argument_of(inner, "Option"));
    let Some(inner) = boxed.cloned() else { return };
    field.ty = parse_quote!(::std::option::Option<::std::boxed::Box<#inner>>);
    let rename = rename(field).map(|name| quote!(rename = #name,));
    let skips = parse_quote!(#[serde(#rename skip_serializing_if = "::std::option::Option::is_none")]);
    match field.attrs.iter_mut().find(|attr| attr.path().is_ident("serde")) {
        Some(attr) => *attr = skips,
        None => field.attrs.push(skips),
    }
}

/// Makes an optional list or map an `Option`: typify leaves out an empty one, so that a caller could not send one to empty it.
/// Returns whether the field is one.
pub(super) fn may_be_sent_empty(field: &mut Field) -> bool {
    let Some(index) = skips_empty(field).filter(|_| is_collection(&field.ty)) else { return false };
    let ty = field.ty.clone();
    field.ty = parse_quote!(::std::option::Option<#ty>);
    let rename = rename(field).map(|name| quote!(rename = #name,));
    field.attrs[index] =
        parse_quote!(#[serde(#rename default, skip_serializing_if = "::std::option::Option::is_none")]);
    true
}

/// Adds a second `Option`: in a PATCH, an absent key leaves the value unchanged and a null clears it, and one `Option` cannot
/// state both. Returns false if the field is not optional.
pub(super) fn may_be_sent_as_null(field: &mut Field, support: &syn::Path) -> bool {
    if argument_of(&field.ty, "Option").is_none() {
        return false;
    }
    let ty = field.ty.clone();
    field.ty = parse_quote!(::std::option::Option<#ty>);
    add_doc(&mut field.attrs, "\n`None` leaves the value unchanged, `Some(None)` clears it.");
    let decimal = compact(&quote!(#support::decimal));
    for form in ["number", "string"] {
        let attributes = |form: &str, function: &str| -> Attribute {
            let (writer, reader) =
                (format!("{decimal}::{form}::serialize"), format!("{decimal}::request::{function}"));
            parse_quote!(#[serde(default, serialize_with = #writer, deserialize_with = #reader)])
        };
        let from = compact(&attributes(&format!("{form}::option"), "nullable"));
        if let Some(attr) = field.attrs.iter_mut().find(|attr| compact(attr) == from) {
            *attr = attributes(&format!("{form}::double_option"), "double_option");
            return true;
        }
    }
    let reader = compact(&quote!(#support::null::double_option));
    field.attrs.push(match has_default(field) {
        true => parse_quote!(#[serde(deserialize_with = #reader)]),
        false => parse_quote!(#[serde(default, deserialize_with = #reader)]),
    });
    true
}

/// Reads the other form that the document gives a field whose kind is fixed. `kind` is that of the normal form's `x-nd8-kind`.
pub(super) fn reads_other_form(field: &mut Field, kind: &str, support: &syn::Path) {
    let name = format_ident!("{kind}");
    let is_optional = argument_of(&field.ty, "Option").is_some();
    let function = format_ident!("{}", if is_optional { "option" } else { "deserialize" });
    let reader = compact(&quote!(#support::kind::#name::#function));
    field.attrs.push(match is_optional && !has_default(field) {
        true => parse_quote!(#[serde(default, deserialize_with = #reader)]),
        false => parse_quote!(#[serde(deserialize_with = #reader)]),
    });
}

/// Reads null as an empty list or map. Returns whether the field is one.
pub(super) fn null_is_empty(field: &mut Field, support: &syn::Path) -> bool {
    if !is_collection(&field.ty) || is_flattened(field) {
        return false;
    }
    let reader = compact(&quote!(#support::null::as_empty));
    field.attrs.push(parse_quote!(#[serde(deserialize_with = #reader)]));
    true
}

/// Finds the attribute by which typify leaves out an empty list or map.
fn skips_empty(field: &Field) -> Option<usize> {
    field
        .attrs
        .iter()
        .position(|attr| attr.path().is_ident("serde") && compact(attr).contains("::is_empty\""))
}

/// Returns whether the type is a list or a map.
pub(super) fn is_collection(ty: &Type) -> bool {
    let Type::Path(path) = ty else { return false };
    path.path.segments.last().is_some_and(|last| {
        let name = last.ident.to_string();
        // A type of the document may have the same name.
        !last.arguments.is_empty()
            && matches!(name.as_str(), "Vec" | "Map" | "HashMap" | "BTreeMap" | "HashSet" | "BTreeSet")
    })
}

/// Reads a blank text as absent in an optional enum of a response. Requests keep it, so that it is refused there.
pub(super) fn blank_is_absent(field: &mut Field, enums: &[OpenEnum], support: &syn::Path) {
    // A document may call its enum `Decimal`, so the name alone does not distinguish it from a type of a library.
    let is_enum = |ty: &Type| match ty {
        Type::Path(path) => {
            let mut segments = path.path.segments.iter().rev();
            segments.next().is_some_and(|last| enums.iter().any(|open| last.ident == open.name))
                && segments.next().is_some_and(|module| module.ident == "types")
        }
        _ => false,
    };
    if !argument_of(&field.ty, "Option").is_some_and(is_enum) {
        return;
    }
    let reader = compact(&quote!(#support::open_enum::option));
    field.attrs.push(match has_default(field) {
        true => parse_quote!(#[serde(deserialize_with = #reader)]),
        false => parse_quote!(#[serde(default, deserialize_with = #reader)]),
    });
}

/// Returns whether the field collects the keys that no other field names.
pub(super) fn is_flattened(field: &Field) -> bool {
    has_flag(field, "flatten")
}

/// Returns whether serde fills the field where it is absent.
pub(super) fn has_default(field: &Field) -> bool {
    has_flag(field, "default") || is_flattened(field)
}

fn has_flag(field: &Field, flag: &str) -> bool {
    let mut found = false;
    for_each_serde(field, |meta| {
        found |= meta.path.is_ident(flag);
        Ok(())
    });
    found
}

/// Returns the `T` of `Wrapper<T>`.
pub(super) fn argument_of<'a>(ty: &'a Type, wrapper: &str) -> Option<&'a Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|segment| segment.ident == wrapper)?;
    let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first() {
        Some(syn::GenericArgument::Type(inner)) => Some(inner),
        _ => None,
    }
}

/// Adds documentation before the other attributes, below existing documentation.
pub(super) fn add_doc(attrs: &mut Vec<Attribute>, text: &str) {
    let after = attrs.iter().rposition(|attr| attr.path().is_ident("doc")).map_or(0, |last| last + 1);
    attrs.insert(after, parse_quote!(#[doc = #text]));
}

fn rename(field: &Field) -> Option<String> {
    let mut name = None;
    for_each_serde(field, |meta| {
        if meta.path.is_ident("rename") {
            name = Some(meta.value()?.parse::<syn::LitStr>()?.value());
        }
        Ok(())
    });
    name
}

/// Gives a field its name in JSON.
pub(super) fn rename_to(field: &mut Field, wire: &str) {
    let known = field.attrs.iter_mut().find(|attr| attr.path().is_ident("serde"));
    match known.and_then(|attr| Some((attr.meta.require_list().ok()?.tokens.clone(), attr))) {
        Some((rest, attr)) => *attr = parse_quote!(#[serde(rename = #wire, #rest)]),
        None => field.attrs.push(parse_quote!(#[serde(rename = #wire)])),
    }
}

fn for_each_serde(field: &Field, mut visit: impl FnMut(&syn::meta::ParseNestedMeta<'_>) -> syn::Result<()>) {
    for attr in field.attrs.iter().filter(|attr| attr.path().is_ident("serde")) {
        // The attributes are progenitor's or ours: they parse.
        let _ = attr.parse_nested_meta(|meta| {
            visit(&meta)?;
            // syn fails unless the value of every key is consumed, also of keys that `visit` ignores.
            if meta.input.peek(syn::Token![=]) {
                meta.value()?.parse::<syn::Lit>()?;
            }
            Ok(())
        });
    }
}

/// Returns the name of the field in JSON.
pub(super) fn wire_name(field: &Field) -> String {
    rename(field).or_else(|| field.ident.as_ref().map(Ident::to_string)).unwrap_or_default()
}

/// Returns the name of the field in Rust.
pub(super) fn label(field: &Field) -> String {
    field.ident.as_ref().map(|ident| ident.to_token_stream().to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use syn::{Field, ItemStruct, parse_quote, parse_str};

    use super::{
        exact_decimal, has_default, may_be_sent_as_null, may_be_sent_empty, null_is_empty, option_is_outside,
        wire_name,
    };
    use crate::postprocess::syntax::compact;

    fn field(text: &str) -> Field {
        let item: ItemStruct = parse_str(&format!("struct A {{ {text} }}")).expect("is a struct");
        item.fields.into_iter().next().expect("has a field")
    }

    #[test]
    fn a_null_in_a_patch_differs_from_an_absent_key() {
        let support = parse_quote!(crate::raw);
        for (before, adapter) in [
            (
                "a: Option<crate::raw::ExactNumber>",
                "serialize_with=\"crate::raw::decimal::number::double_option::serialize\",deserialize_with=\"crate::raw::decimal::request::double_option\"",
            ),
            (
                "a: Option<crate::raw::ExactString>",
                "serialize_with=\"crate::raw::decimal::string::double_option::serialize\",deserialize_with=\"crate::raw::decimal::request::double_option\"",
            ),
            ("a: Option<i64>", "deserialize_with=\"crate::raw::null::double_option\""),
            (
                "#[serde(rename = \"B\", default, skip_serializing_if = \"::std::vec::Vec::is_empty\")] a: Vec<i64>",
                "deserialize_with=\"crate::raw::null::double_option\"",
            ),
        ] {
            let mut field = field(before);
            exact_decimal(&mut field, &support, true, true);
            may_be_sent_empty(&mut field);
            assert!(may_be_sent_as_null(&mut field, &support), "{before}");
            let after = compact(&field);
            assert!(
                after.contains("Option<::std::option::Option<") || after.contains("Option<Option<"),
                "{after}"
            );
            assert!(after.contains(adapter) && !after.contains("is_empty"), "{after}");
            assert_eq!(after.matches("default,").count() + after.matches("default)").count(), 1, "{after}");
            assert_eq!(wire_name(&field) == "B", before.contains("rename"), "{after}");
        }
        assert!(!may_be_sent_as_null(&mut field("a: i64"), &support));
    }

    #[test]
    fn an_option_is_outside_of_its_box() {
        for (text, expected) in [
            (
                "#[serde(default)] a: ::std::boxed::Box<::std::option::Option<B>>",
                "#[serde(skip_serializing_if=",
            ),
            (
                "#[serde(rename = \"C\", default)] a: Box<Option<B>>",
                "#[serde(rename=\"C\",skip_serializing_if=",
            ),
        ] {
            let mut field = field(text);
            option_is_outside(&mut field);
            let code = compact(&field);
            assert!(code.starts_with(expected), "{code}");
            assert!(code.ends_with("a:::std::option::Option<::std::boxed::Box<B>>"), "{code}");
        }
        let mut plain = field("a: Box<B>");
        option_is_outside(&mut plain);
        assert_eq!(compact(&plain), "a:Box<B>");
    }

    #[test]
    fn a_default_is_found_among_other_attributes() {
        assert!(has_default(&field("#[serde(rename = \"b\", default)] a: i64")));
        assert!(has_default(&field("#[serde(flatten)] a: Map")));
        assert!(!has_default(&field("#[serde(rename = \"default\")] a: i64")));
    }

    #[test]
    fn lists_and_maps_of_responses_read_null() {
        let support = parse_quote!(crate::raw);
        for (text, is_read) in [
            ("#[serde(default)] a: ::std::vec::Vec<i64>", true),
            ("a: ::std::collections::HashMap<String, i64>", true),
            ("#[serde(flatten)] a: ::serde_json::Map<String, Value>", false),
            ("a: types::Map", false),
            ("a: Option<i64>", false),
        ] {
            assert_eq!(null_is_empty(&mut field(text), &support), is_read, "{text}");
        }
    }
}
