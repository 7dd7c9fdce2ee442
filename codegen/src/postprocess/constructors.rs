//! Constructors and setters of the types that callers build.
//!
//! `new` takes the required fields, each optional field has a setter, and the type is `#[non_exhaustive]`: one more
//! optional field breaks no existing code, which a struct literal would. Two extensions of a component schema change that:
//!
//! - `x-nd8-arguments`, a list of wire names: the arguments of `new`, in this order. Without it they are the required
//!   fields, by wire name.
//! - `x-nd8-constant` at a property: the value that `new` fills in. Such a field has no argument and no setter.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{ToTokens as _, format_ident, quote};
use serde_json::Value;
use syn::{Field, Fields, ItemImpl, ItemStruct, Type, parse_quote};

use super::fields::{argument_of, has_default, is_flattened, label, wire_name};
use super::names::{self, Taken};
use super::syntax::{add_derive, compact, drops_derive};

struct Member<'a> {
    ident: &'a Ident,
    ty: &'a Type,
    wire: String,
    role: Role,
}

enum Role {
    Argument,
    Constant(TokenStream),
    Setter,
}

/// Adds a constructor and setters to a struct. `schema` is its component, if it is one.
pub(super) fn add(item: &mut ItemStruct, schema: &Value) -> Result<Vec<ItemImpl>, String> {
    let Fields::Named(fields) = &item.fields else { return Ok(Vec::new()) };
    let listed: Option<Vec<&str>> = schema
        .get("x-nd8-arguments")
        .and_then(Value::as_array)
        .map(|names| names.iter().filter_map(Value::as_str).collect());
    let mut members: Vec<Member<'_>> = fields
        .named
        .iter()
        .map(|field| member(field, schema, listed.as_deref()))
        .collect::<Result<_, _>>()?;
    members.sort_by(|a, b| a.wire.cmp(&b.wire));
    let mut arguments: Vec<&Member<'_>> =
        members.iter().filter(|member| matches!(member.role, Role::Argument)).collect();
    if let Some(listed) = &listed {
        if let Some(unknown) = listed.iter().find(|name| !arguments.iter().any(|it| it.wire == **name)) {
            return Err(format!(
                "`x-nd8-arguments` of `{}` lists `{unknown}`, which is no field that callers set",
                item.ident
            ));
        }
        arguments.sort_by_key(|member| listed.iter().position(|name| *name == member.wire));
    }
    let new = constructor(&item.ident, &arguments, &members);
    let setters = setters(&members);
    let name = &item.ident;
    let mut impls: Vec<ItemImpl> = vec![parse_quote! {
        impl #name {
            #new
            #(#setters)*
        }
    }];
    let (is_empty, has_constants) =
        (arguments.is_empty(), members.iter().any(|member| matches!(member.role, Role::Constant(_))));
    if is_empty && has_constants {
        impls.push(parse_quote! {
            impl ::std::default::Default for #name {
                fn default() -> Self {
                    Self::new()
                }
            }
        });
    }
    // The `Default` that typify derives would be without the constants, and would leave required fields blank.
    if has_constants || !is_empty {
        drops_derive(&mut item.attrs, "Default");
    } else {
        add_derive(&mut item.attrs, "Default");
    }
    item.attrs.push(parse_quote!(#[non_exhaustive]));
    Ok(impls)
}

fn member<'a>(field: &'a Field, schema: &Value, listed: Option<&[&str]>) -> Result<Member<'a>, String> {
    let Some(ident) = &field.ident else { return Err("a field has no name".to_owned()) };
    let wire = wire_name(field);
    let constant = match is_flattened(field) {
        // The field for unknown keys is no property, even if a property has its name.
        true => &Value::Null,
        false => &schema["properties"][&wire]["x-nd8-constant"],
    };
    let is_required = argument_of(&field.ty, "Option").is_none() && !has_default(field);
    let role = match (constant, listed) {
        (Value::Null, None) if is_required => Role::Argument,
        (Value::Null, Some(listed)) if listed.contains(&wire.as_str()) => Role::Argument,
        (Value::Null, Some(_)) if is_required => {
            return Err(format!("`{wire}` is required, and `x-nd8-arguments` does not list it"));
        }
        (Value::Null, _) => Role::Setter,
        (constant, _) => Role::Constant(literal(constant, &field.ty, &label(field))?),
    };
    Ok(Member { ident, ty: &field.ty, wire, role })
}

/// Returns a constant as an expression of the field's type.
fn literal(constant: &Value, ty: &Type, label: &str) -> Result<TokenStream, String> {
    if let Some(inner) = argument_of(ty, "Option") {
        let inner = literal(constant, inner, label)?;
        return Ok(quote!(::std::option::Option::Some(#inner)));
    }
    match (constant, constant.as_i64()) {
        // A `String` or an open enum.
        (Value::String(text), _) => Ok(quote!(::std::convert::From::from(#text))),
        (Value::Bool(value), _) => Ok(value.to_token_stream()),
        (_, Some(number)) if compact(ty).ends_with("Decimal") => {
            Ok(quote!(::std::convert::From::from(#number)))
        }
        (_, Some(number)) => Ok(Literal::i64_unsuffixed(number).to_token_stream()),
        _ => Err(format!("`x-nd8-constant` of `{label}` is {constant}, which has no form in Rust")),
    }
}

fn constructor(name: &Ident, arguments: &[&Member<'_>], members: &[Member<'_>]) -> TokenStream {
    let parameters = arguments.iter().map(|Member { ident, ty, .. }| {
        // `x-nd8-arguments` may list a field that the document makes optional: callers pass its value, not an `Option`.
        let ty = without_options(ty).0;
        quote!(#ident: impl ::std::convert::Into<#ty>)
    });
    let values = members.iter().map(|Member { ident, ty, role, .. }| match role {
        Role::Argument => {
            let (_, levels) = without_options(ty);
            let value = (0..levels)
                .fold(quote!(#ident.into()), |value, _| quote!(::std::option::Option::Some(#value)));
            quote!(#ident: #value)
        }
        Role::Constant(value) => quote!(#ident: #value),
        Role::Setter => quote!(#ident: ::std::default::Default::default()),
    });
    let about = match arguments {
        [] => format!("Creates a `{name}` in which nothing is set."),
        _ => format!("Creates a `{name}` of the fields that are required."),
    };
    quote! {
        #[doc = #about]
        pub fn new(#(#parameters),*) -> Self {
            Self { #(#values),* }
        }
    }
}

/// Returns the type below the `Option`s, and their number.
fn without_options(ty: &Type) -> (&Type, usize) {
    match argument_of(ty, "Option") {
        Some(inner) => {
            let (inner, levels) = without_options(inner);
            (inner, levels + 1)
        }
        None => (ty, 0),
    }
}

fn setters(members: &[Member<'_>]) -> Vec<TokenStream> {
    let optional: Vec<&Member<'_>> =
        members.iter().filter(|member| matches!(member.role, Role::Setter)).collect();
    let names: Vec<String> = optional.iter().map(|member| member.ident.to_string()).collect();
    let mut taken = Taken::new(&names::OF_TYPES, names.iter().map(String::as_str));
    let setter = |(member, name): (&&Member<'_>, &String)| {
        let Member { ident, ty, .. } = member;
        let method = format_ident!("{}", taken.claim(name));
        let (argument, value) = match argument_of(ty, "Option") {
            Some(inner) => (inner, quote!(::std::option::Option::Some(value.into()))),
            None => (*ty, quote!(value.into())),
        };
        let is_nullable =
            argument_of(ty, "Option").is_some_and(|inner| argument_of(inner, "Option").is_some());
        let about = match is_nullable {
            true => format!("Sets the field `{name}`; `None` sends null, which clears the value."),
            false => format!("Sets the field `{name}`."),
        };
        quote! {
            #[doc = #about]
            pub fn #method(mut self, value: impl ::std::convert::Into<#argument>) -> Self {
                self.#ident = #value;
                self
            }
        }
    };
    optional.iter().zip(&names).map(setter).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use syn::{ItemStruct, parse_str};

    use super::add;
    use crate::postprocess::syntax::compact;

    const ITEM: &str = r#"#[derive(Clone, Default)] pub struct A {
        pub kind: String,
        #[serde(rename = "zed")] pub b: String,
        pub c: String,
        pub new: Option<i64>,
        pub limit: Option<Option<i64>>,
        #[serde(flatten)] pub extra: Map,
    }"#;

    fn code(item: &str, schema: &Value) -> Result<String, String> {
        let mut item: ItemStruct = parse_str(item).expect("is a struct");
        let impls = add(&mut item, schema)?;
        Ok(compact(&item) + &impls.iter().map(compact).collect::<String>())
    }

    fn there(code: &str, parts: &[&str]) {
        for part in parts {
            assert!(code.replace("::std::convert::", "").contains(part), "{part} is missing: {code}");
        }
    }

    #[test]
    fn what_is_required_is_an_argument_by_wire_name_and_the_rest_has_setters() {
        let code = code(ITEM, &json!({})).expect("is as expected");
        there(
            &code,
            &[
                "#[non_exhaustive]",
                "pubfnnew(c:implInto<String>,kind:implInto<String>,b:implInto<String>)->Self",
                "pubfnnew2(mutself,value:implInto<i64>)->Self",
                "pubfnlimit(mutself,value:implInto<Option<i64>>)->Self",
                "pubfnextra(mutself,value:implInto<Map>)->Self",
                "#[derive(Clone)]",
            ],
        );
    }

    #[test]
    fn the_extension_gives_the_order_and_a_constant_is_filled_in() {
        let schema = json!({
            "x-nd8-arguments": ["zed", "c", "new"],
            "properties": { "kind": { "x-nd8-constant": "card" } },
        });
        let code = code(ITEM, &schema).expect("is as expected");
        there(
            &code,
            &[
                "pubfnnew(b:implInto<String>,c:implInto<String>,new:implInto<i64>)->Self",
                "kind:From::from(\"card\")",
                "new:::std::option::Option::Some(new.into())",
            ],
        );
        assert!(!code.contains("fnkind(") && !code.contains("fnnew2("), "{code}");
    }

    #[test]
    fn nothing_required_is_the_default() {
        let item = "#[derive(Clone)] pub struct A { pub a: Option<i64>, pub kind: Option<bool> }";
        there(
            &code(item, &json!({})).expect("is as expected"),
            &["#[derive(Clone,Default)]", "pubfnnew()->Self"],
        );
        let schema = json!({ "properties": { "kind": { "x-nd8-constant": true } } });
        let with_constant = code(item, &schema).expect("is as expected");
        there(&with_constant, &["#[derive(Clone)]", "Defaultfor", "kind:::std::option::Option::Some(true)"]);
    }

    #[test]
    fn an_extension_that_does_not_fit_is_an_error() {
        for (schema, message) in [
            (json!({ "x-nd8-arguments": ["gone", "kind", "zed", "c"] }), "lists `gone`"),
            (json!({ "x-nd8-arguments": ["kind", "zed"] }), "`c` is required"),
            (json!({ "properties": { "kind": { "x-nd8-constant": [1] } } }), "which has no form in Rust"),
        ] {
            let error = code(ITEM, &schema).expect_err(message);
            assert!(error.contains(message), "{error}");
        }
    }
}
