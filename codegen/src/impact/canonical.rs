//! One spelling for each type, so that two of them are the same where their texts are.
//!
//! Generators write `Option`, `::std::option::Option`, `types::Payment` and `crate::raw::types::Payment` as it suits
//! them. What the caller means by them is in the last segment.

use quote::ToTokens;
use syn::visit_mut::{self, VisitMut};
use syn::{GenericArgument, Path, PathArguments, Type, TypeReference};

use crate::surface::tight;

/// Returns the one spelling of a type.
pub(super) fn ty(ty: &Type) -> String {
    let mut ty = ty.clone();
    Canonical.visit_type_mut(&mut ty);
    tight(&ty)
}

/// Returns the one spelling of a trait: its name, and what of its arguments is no lifetime.
pub(super) fn path(path: &Path) -> String {
    let mut path = path.clone();
    Canonical.visit_path_mut(&mut path);
    if let Some(last) = path.segments.last() {
        return tight(last);
    }
    tight(&path)
}

/// Returns the `T` of `Option<T>`, of two spellings.
pub(super) fn is_option_of(whole: &str, inner: &str) -> bool {
    whole.strip_prefix("Option<").and_then(|rest| rest.strip_suffix('>')) == Some(inner)
}

/// Returns all identifiers in a piece of code.
pub(super) fn identifiers(tokens: &impl ToTokens) -> Vec<String> {
    let text = tokens.to_token_stream().to_string();
    let words = text.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

struct Canonical;

impl VisitMut for Canonical {
    fn visit_path_mut(&mut self, path: &mut Path) {
        path.leading_colon = None;
        let first = path.segments.first().map(|segment| segment.ident.to_string()).unwrap_or_default();
        let is_of_types = path.segments.iter().rev().nth(1).is_some_and(|segment| segment.ident == "types");
        if is_of_types || matches!(first.as_str(), "alloc" | "core" | "std") {
            path.segments = path.segments.iter().last().cloned().into_iter().collect();
        }
        for segment in &mut path.segments {
            let PathArguments::AngleBracketed(arguments) = &mut segment.arguments else { continue };
            arguments.colon2_token = None;
            arguments.args = arguments.args.iter().filter(|it| !is_named_lifetime(it)).cloned().collect();
            if arguments.args.is_empty() {
                segment.arguments = PathArguments::None;
            }
        }
        visit_mut::visit_path_mut(self, path);
    }

    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        reference.lifetime = reference.lifetime.take().filter(|lifetime| lifetime.ident == "static");
        visit_mut::visit_type_reference_mut(self, reference);
    }
}

fn is_named_lifetime(argument: &GenericArgument) -> bool {
    matches!(argument, GenericArgument::Lifetime(lifetime) if lifetime.ident != "static")
}

#[cfg(test)]
mod tests {
    use super::{is_option_of, path, ty};

    #[test]
    fn a_type_has_one_spelling() {
        for (one, other) in [
            ("::std::option::Option<crate::raw::types::Currency>", "Option<Currency>"),
            ("Result<ResponseValue<types::Payment>, Error<()>>", "Result<ResponseValue<Payment>, Error<()>>"),
            ("Option<&'a ::jiff::Timestamp>", "Option<&jiff::Timestamp>"),
            ("::std::vec::Vec<&'static str>", "Vec<&'static str>"),
            ("crate::raw::Context", "crate::raw::Context"),
        ] {
            assert_eq!(ty(&syn::parse_str(one).expect("is a type")), other);
        }
        assert_eq!(path(&syn::parse_str("::serde::Deserialize<'de>").expect("is a path")), "Deserialize");
        assert_eq!(path(&syn::parse_str("::std::convert::From<&'a str>").expect("is a path")), "From<&str>");
    }

    #[test]
    fn an_option_is_seen_through_once() {
        assert!(is_option_of("Option<i64>", "i64"));
        assert!(is_option_of("Option<Option<i64>>", "Option<i64>"));
        assert!(!is_option_of("Option<Option<i64>>", "i64"));
    }
}
