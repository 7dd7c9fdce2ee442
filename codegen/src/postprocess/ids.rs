//! Types of ids: what the profile lists as an id has a type of its own, in fields and in path parameters.
//!
//! The crate has these types at its root. Each is read from a text and from a number, so that fields need no adapter, and a
//! document that changes the form of an id does not change the Rust type.

use quote::format_ident;
use syn::{Field, Type, parse_quote};

use super::fields::{argument_of, label};
use super::syntax::compact;

/// Gives a field the type of an id. A field that hand-written code does not need keeps a type from which no id is read.
///
/// # Errors
///
/// Fails if a field that is needed has such a type: the normal form should have refused it.
pub(super) fn give_field(field: &mut Field, id: &str, is_needed: bool) -> Result<(), String> {
    let ty = of(id);
    field.ty = match argument_of(&field.ty, "Option") {
        Some(inner) if is_id(inner) => parse_quote!(::std::option::Option<#ty>),
        None if is_id(&field.ty) => ty,
        _ if is_needed => return Err(unexpected(&label(field), &field.ty)),
        _ => return Ok(()),
    };
    Ok(())
}

/// Returns the type of a path parameter that is an id.
///
/// # Errors
///
/// Fails as [`give_field`] does.
pub(super) fn parameter(name: &str, ty: &Type, id: &str) -> Result<Type, String> {
    let borrowed = match ty {
        Type::Reference(reference) if is_id(&reference.elem) || compact(&reference.elem) == "str" => of(id),
        ty if is_id(ty) => of(id),
        _ => return Err(unexpected(name, ty)),
    };
    Ok(parse_quote!(&'a #borrowed))
}

fn of(id: &str) -> Type {
    let id = format_ident!("{id}");
    parse_quote!(crate::#id)
}

/// Returns whether this is a type by which the generator writes a text, a whole number, a UUID, or any value.
fn is_id(ty: &Type) -> bool {
    matches!(&*compact(ty), "::std::string::String" | "i64" | "::uuid::Uuid" | "::serde_json::Value")
}

fn unexpected(name: &str, ty: &Type) -> String {
    format!("the id `{name}` has the type `{}`, from which no id is read", compact(ty))
}

#[cfg(test)]
mod tests {
    use syn::{Field, Type, parse_quote};

    use super::super::syntax::compact;
    use super::{give_field, parameter};

    #[test]
    fn an_id_has_its_type_whatever_its_form() {
        for (written, expected) in [
            (parse_quote!(id: ::std::string::String), Ok("id:crate::PaymentId")),
            (parse_quote!(id: i64), Ok("id:crate::PaymentId")),
            (
                parse_quote!(id: ::std::option::Option<::uuid::Uuid>),
                Ok("id:::std::option::Option<crate::PaymentId>"),
            ),
            (
                parse_quote!(id: ::std::option::Option<::serde_json::Value>),
                Ok("id:::std::option::Option<crate::PaymentId>"),
            ),
            (parse_quote!(id: bool), Err("the id `id` has the type `bool`, from which no id is read")),
            (
                parse_quote!(id: ::std::vec::Vec<i64>),
                Err("the id `id` has the type `::std::vec::Vec<i64>`, from which no id is read"),
            ),
        ] {
            let mut field: Field = written;
            let given = give_field(&mut field, "PaymentId", true).map(|()| compact(&field));
            assert_eq!(given.as_deref().map_err(String::as_str), expected);
        }
        let mut field: Field = parse_quote!(id: bool);
        give_field(&mut field, "PaymentId", false).expect("nobody needs it");
        assert_eq!(compact(&field), "id:bool");
    }

    #[test]
    fn a_path_parameter_that_is_an_id_is_borrowed() {
        for (written, expected) in [
            (parse_quote!(&'a str), Ok("&'acrate::PaymentId")),
            (parse_quote!(&'a ::uuid::Uuid), Ok("&'acrate::PaymentId")),
            (parse_quote!(i64), Ok("&'acrate::PaymentId")),
            (parse_quote!(bool), Err("the id `id` has the type `bool`, from which no id is read")),
        ] {
            let ty: Type = written;
            let given = parameter("id", &ty, "PaymentId").map(|ty| compact(&ty));
            assert_eq!(given.as_deref().map_err(String::as_str), expected);
        }
    }
}
