//! Request objects: one struct for each operation, in place of progenitor's method with positional arguments.
//!
//! A method takes what is required and returns the request; each optional parameter has a setter; `send` has the body that
//! progenitor generated. So one more optional parameter, or another order of parameters in the document, breaks no existing
//! call. progenitor's own builder interface would do the same, but it reports a missing parameter at run time only.
//!
//! Arguments are in this order: path parameters as in the path, other required parameters by wire name, the body.

use std::collections::BTreeMap;

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::{
    Attribute, Block, FnArg, ImplItem, ImplItemFn, Item, ItemImpl, Pat, ReturnType, Type, parse_quote,
};

use super::debug::Printable;
use super::fields::argument_of;
use super::ids;
use super::names::Taken;
use super::parameters::{Call, Location, Parameter};
use super::rewrite::{self, count, doc_text};
use super::syntax::{compact, is_inherent_client};
use crate::names::camel;
use crate::profile::Profile;

/// Turns the methods of `Client` into constructors of request objects, and returns the module with those.
pub(super) fn transform(
    items: &mut [Item],
    calls: &[Call],
    printable: &Printable<'_>,
    profile: &Profile,
    support: &syn::Path,
) -> Result<Item, String> {
    let names = struct_names(calls);
    let mut requests = BTreeMap::new();
    for block in items.iter_mut().filter_map(inherent_client) {
        for item in &mut block.items {
            let ImplItem::Fn(method) = item else { continue };
            if method.sig.asyncness.is_none() {
                continue;
            }
            let id = method.sig.ident.to_string();
            let in_method = |problem: String| format!("in the method `{id}`: {problem}");
            // progenitor appends `_` to an operation id that is a keyword of Rust.
            let call = calls.iter().find(|call| call.id == id || format!("{}_", call.id) == id);
            let call = call.ok_or_else(|| in_method("no operation has this name".to_owned()))?;
            let name = format_ident!("{}", names[&call.id]);
            let request = Request::new(method, call, name, profile).map_err(in_method)?;
            *method = request.method();
            requests.insert(id, request.to_tokens(printable, support));
        }
    }
    count("a method that calls an operation", requests.len(), calls.len())?;
    let requests = requests.values();
    Ok(parse_quote! {
        /// Requests of the operations, made by the methods of [`Client`].
        ///
        /// Each has a setter for each optional parameter, which takes a value or an `Option`, and `send`. A name that
        /// is taken gets a numbered suffix: the setter of a parameter `send` is `send2`.
        #[allow(clippy::all)]
        pub mod requests {
            #[allow(unused_imports)]
            use #support::types;
            #[allow(unused_imports)]
            use progenitor_client::{ClientHooks, Error, OperationInfo, RequestBuilderExt, ResponseValue};

            use super::Client;

            #(#requests)*
        }
    })
}

fn inherent_client(item: &mut Item) -> Option<&mut ItemImpl> {
    match item {
        Item::Impl(block) if is_inherent_client(block) => Some(block),
        _ => None,
    }
}

/// Names that the module of the requests imports or its code uses.
const OF_REQUESTS: [&str; 8] = [
    "Client",
    "ClientHooks",
    "Error",
    "OperationInfo",
    "RequestBuilderExt",
    "ResponseValue",
    "Result",
    "Option",
];

/// Assigns a name to the request object of each operation. Operation ids are unique, but two of them may be the same in camel case.
fn struct_names(calls: &[Call]) -> BTreeMap<String, String> {
    let names: Vec<String> = calls.iter().map(|call| camel(&call.id)).collect();
    let mut taken = Taken::new(&OF_REQUESTS, names.iter().map(String::as_str));
    calls.iter().zip(&names).map(|(call, name)| (call.id.clone(), taken.claim(name))).collect()
}

/// A parameter with its type in progenitor's method.
struct Member<'a> {
    parameter: &'a Parameter,
    /// The name of the field, and of the argument or the setter.
    ident: Ident,
    /// The argument of progenitor's method, by the name that its body uses.
    argument: Ident,
    /// The type without its `Option`, if it has one.
    ty: Type,
}

impl Member<'_> {
    fn is_argument(&self) -> bool {
        self.parameter.required
    }

    /// Returns the type of the field.
    fn field_type(&self) -> TokenStream {
        let ty = &self.ty;
        match self.is_argument() {
            true => ty.to_token_stream(),
            false => quote!(::std::option::Option<#ty>),
        }
    }
}

struct Request<'a> {
    name: Ident,
    method: Ident,
    docs: Vec<Attribute>,
    members: Vec<Member<'a>>,
    client: Ident,
    output: ReturnType,
    body: Block,
}

impl<'a> Request<'a> {
    /// Reads the parts of progenitor's method.
    fn new(method: &ImplItemFn, call: &'a Call, name: Ident, profile: &Profile) -> Result<Self, String> {
        // progenitor makes a streamed body a type parameter, which the request object could not store.
        count("a type parameter", method.sig.generics.type_params().count(), 0)?;
        let mut types: BTreeMap<String, &Type> = BTreeMap::new();
        let arguments = method.sig.inputs.iter().filter_map(|input| match input {
            FnArg::Receiver(_) => None,
            FnArg::Typed(argument) => Some(argument),
        });
        let mut found = 0;
        for argument in arguments {
            let Pat::Ident(pattern) = &*argument.pat else {
                return Err(format!("the argument `{}` has no name", compact(&argument.pat)));
            };
            types.insert(pattern.ident.to_string(), &argument.ty);
            found += 1;
        }
        count("an argument", found, call.parameters.len())?;
        let members: Vec<Member<'a>> = call
            .parameters
            .iter()
            .map(|parameter| {
                let id = profile.id(&format!("{}?{}", call.id, parameter.ident));
                let id = id.filter(|_| parameter.location == Location::Path);
                member(parameter, types.remove(&parameter.argument), id)
            })
            .collect::<Result<_, _>>()?;
        // A parameter may have the name of the field for the client.
        let mut client = format_ident!("client");
        while members.iter().any(|member| member.ident == client || member.argument == client) {
            client = format_ident!("_{client}");
        }
        let mut body = method.block.clone();
        rewrite::body(&mut body, call, &client)?;
        Ok(Self {
            name,
            method: method.sig.ident.clone(),
            docs: method.attrs.iter().filter(|attr| attr.path().is_ident("doc")).cloned().collect(),
            members,
            client,
            output: method.sig.output.clone(),
            body,
        })
    }

    fn arguments(&self) -> impl Iterator<Item = &Member<'a>> {
        self.members.iter().filter(|member| member.is_argument())
    }

    /// Writes the method of `Client` that creates the request.
    fn method(&self) -> ImplItemFn {
        let Self { name, method, client, .. } = self;
        let docs = self.method_docs();
        let fields = self.members.iter().map(|member| {
            let ident = &member.ident;
            match member.is_argument() {
                true => quote!(#ident),
                false => quote!(#ident: ::std::option::Option::None),
            }
        });
        let arguments = self.arguments().map(|member| {
            let (ident, ty) = (&member.ident, &member.ty);
            quote!(#ident: #ty)
        });
        match self.arguments().next() {
            None => parse_quote! {
                #docs
                pub fn #method(&self) -> requests::#name<'_> {
                    requests::#name { #client: self, #(#fields),* }
                }
            },
            Some(_) => parse_quote! {
                #docs
                pub fn #method<'a>(&'a self, #(#arguments),*) -> requests::#name<'a> {
                    requests::#name { #client: self, #(#fields),* }
                }
            },
        }
    }

    /// Rewrites progenitor's documentation so that its list has only the remaining arguments.
    fn method_docs(&self) -> TokenStream {
        let text: String = self.docs.iter().filter_map(doc_text).map(|text| format!("{text}\n")).collect();
        let mut text = match text.rfind("Arguments:\n") {
            Some(end) => text[..end].trim_end().to_owned(),
            None => text.trim_end().to_owned(),
        };
        for (index, member) in self.arguments().enumerate() {
            if index == 0 {
                text.push_str("\n\nArguments:");
            }
            text.push_str(&format!("\n- `{}`", member.ident));
            if let Some(description) = &member.parameter.description {
                text.push_str(&format!(": {description}"));
            }
        }
        if self.members.iter().any(|member| !member.is_argument()) {
            text.push_str(&format!("\n\nOptional parameters are set on [`{0}`](requests::{0}).", self.name));
        }
        quote!(#[doc = #text])
    }

    fn to_tokens(&self, printable: &Printable<'_>, support: &syn::Path) -> TokenStream {
        let Self { name, client, method, output, body, .. } = self;
        let fields = self.members.iter().map(|member| {
            let (ident, ty) = (&member.ident, member.field_type());
            quote!(pub(super) #ident: #ty)
        });
        let mut optional: Vec<&Member<'_>> =
            self.members.iter().filter(|member| !member.is_argument()).collect();
        // Sorted, so that another order in the document does not change the generated code.
        optional.sort_by(|a, b| a.ident.cmp(&b.ident));
        let setters = optional.into_iter().map(setter);
        let parts = self.members.iter().map(|Member { ident, argument, .. }| match ident == argument {
            true => quote!(#ident),
            false => quote!(#ident: #argument),
        });
        let statements = &body.stmts;
        let debug = self.debug(printable, support);
        let about = format!("Holds the parameters of [`Client::{method}`] until they are sent.");
        quote! {
            #[doc = #about]
            #[must_use = "nothing is sent until `send` is called"]
            #[derive(Clone)]
            pub struct #name<'a> {
                pub(super) #client: &'a Client,
                #(#fields),*
            }

            impl<'a> #name<'a> {
                #(#setters)*

                /// Sends the request.
                pub async fn send(self) #output {
                    let Self { #client, #(#parts),* } = self;
                    #(#statements)*
                }
            }

            #debug
        }
    }

    fn debug(&self, printable: &Printable<'_>, support: &syn::Path) -> ItemImpl {
        let (name, title) = (&self.name, self.name.to_string());
        let mut members: Vec<&Member<'_>> = self.members.iter().collect();
        members.sort_by(|a, b| a.ident.cmp(&b.ident));
        let lines = members.into_iter().map(|Member { ident, ty, parameter, .. }| {
            let label = ident.to_string();
            // The profile names path parameters by the identifiers that the normal form chose: their wire names change upstream.
            let known = match parameter.location {
                Location::Path => &parameter.ident,
                Location::Query | Location::Header | Location::Body => &parameter.wire,
            };
            match printable.contains(ty, known) {
                true => quote!(.field(#label, &self.#ident)),
                false => quote!(.field(#label, &#support::Redacted)),
            }
        });
        parse_quote! {
            impl ::std::fmt::Debug for #name<'_> {
                fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                    f.debug_struct(#title) #(#lines)* .finish_non_exhaustive()
                }
            }
        }
    }
}

fn member<'a>(parameter: &'a Parameter, ty: Option<&Type>, id: Option<&str>) -> Result<Member<'a>, String> {
    let name = &parameter.argument;
    let ty = ty.ok_or_else(|| format!("it has no argument `{name}`"))?;
    let inner = argument_of(ty, "Option");
    if inner.is_none() && !parameter.required {
        return Err(format!("the argument `{name}` is no `Option`, and the parameter is optional"));
    }
    if inner.is_some() && parameter.required {
        return Err(format!("the argument `{name}` is an `Option`, and the parameter is required"));
    }
    Ok(Member {
        parameter,
        ident: syn::parse_str(&parameter.ident)
            .map_err(|_| format!("`{}` is no identifier", parameter.ident))?,
        argument: format_ident!("{name}"),
        ty: match id {
            Some(id) => ids::parameter(name, ty, id)?,
            None => inner.unwrap_or(ty).clone(),
        },
    })
}

fn setter(member: &Member<'_>) -> TokenStream {
    let Member { ident, ty, parameter, .. } = member;
    let mut text = format!("Sets the {} `{}`.", parameter.location.noun(), parameter.wire);
    if let Some(description) = &parameter.description {
        text.push_str(&format!("\n\n{description}"));
    }
    quote! {
        #[doc = #text]
        pub fn #ident(mut self, #ident: impl ::std::convert::Into<::std::option::Option<#ty>>) -> Self {
            self.#ident = #ident.into();
            self
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use syn::{File, parse_quote, parse_str};

    use super::super::debug::Printable;
    use super::super::parameters::{Call, Location, Parameter};
    use super::super::syntax::compact;
    use super::{Profile, struct_names, transform};

    fn parameter(name: &str, location: Location, required: bool) -> Parameter {
        Parameter {
            argument: name.into(),
            ident: name.into(),
            wire: name.into(),
            location,
            required,
            description: Some("What it is.".into()),
        }
    }

    fn call(parameters: Vec<Parameter>) -> Call {
        Call { id: "list_it".into(), method: "get".into(), placeholders: 0, parameters }
    }

    /// Returns a client as progenitor generates it, with one method of these arguments.
    fn client(arguments: &str, query: &str) -> String {
        format!(
            r#"impl Client {{
                #[doc = "List it\n\nArguments:\n- `page`: a page\n"]
                pub async fn list_it<'a>(&'a self, {arguments}) -> Result<ResponseValue<()>, Error<()>> {{
                    let url = format!("{{}}/it", self.baseurl);
                    let mut header_map = HeaderMap::with_capacity(1usize);
                    header_map.append(HeaderName::from_static("api-version"), Self::api_version());
                    let mut request = self.client.get(url){query}.headers(header_map).build()?;
                    let info = OperationInfo {{ operation_id: "list_it" }};
                    self.pre(&mut request, &info).await?;
                    let result = self.exec(request, &info).await;
                    self.post(&result, &info).await?;
                    let response = result?;
                    match response.status().as_u16() {{ 200..=299 => Ok(ResponseValue::empty(response)) }}
                }}
            }}"#
        )
    }

    const QUERY: &str = r#".query(&progenitor_client::QueryParam::new("page", &page))"#;

    fn transformed(text: &str, calls: &[Call]) -> Result<String, String> {
        let mut file: File = parse_str(text).expect("is Rust");
        let types = BTreeSet::new();
        let printable = Printable { types: &types, names: &[] };
        let module =
            transform(&mut file.items, calls, &printable, &Profile::default(), &parse_quote!(crate::raw))?;
        file.items.push(module);
        Ok(compact(&file))
    }

    #[test]
    fn optional_parameters_become_setters() {
        let text = client("page: Option<i64>", QUERY);
        let calls = [call(vec![parameter("page", Location::Query, false)])];
        let code = transformed(&text, &calls).expect("is as expected");
        for there in [
            "pubfnlist_it(&self)->requests::ListIt<'_>",
            "pubfnpage(mutself,page:impl::std::convert::Into<::std::option::Option<i64>>)->Self",
            "pubasyncfnsend(self)->Result<ResponseValue<()>,Error<()>>",
            "letSelf{client,page}=self;",
        ] {
            assert!(code.contains(there), "{there} is missing: {code}");
        }
        assert!(!code.contains("a page"), "the old list of arguments is gone: {code}");
    }

    #[test]
    fn a_struct_has_no_name_that_means_something_else() {
        let calls = ["self_", "error", "result", "list_it"].map(|id| Call { id: id.into(), ..call(vec![]) });
        let names = struct_names(&calls);
        assert_eq!(names["self_"], "SelfValue");
        assert_eq!(names["list_it"], "ListIt");
        assert!(names["error"] != "Error" && names["result"] != "Result", "{names:?}");
    }

    #[test]
    fn every_count_fires() {
        let page = || vec![parameter("page", Location::Query, false)];
        let required = [call(vec![parameter("page", Location::Query, true)])];
        let both = [call(page()), Call { id: "another".into(), ..call(vec![]) }];
        let generic = client("page: Option<i64>", QUERY).replace("<'a>(", "<'a, B>(");
        for (what, text, calls, message) in [
            (
                "a method lost",
                client("page: Option<i64>", QUERY),
                &both[..],
                "calls an operation 1 times, expected 2",
            ),
            (
                "a method more",
                client("page: Option<i64>", QUERY),
                &[],
                "`list_it`: no operation has this name",
            ),
            ("an argument lost", client("", ""), &both[..1], "an argument 0 times, expected 1"),
            ("an argument renamed", client("leaf: Option<i64>", QUERY), &both[..1], "no argument `page`"),
            ("not optional", client("page: i64", QUERY), &both[..1], "`page` is no `Option`"),
            ("not required", client("page: Option<i64>", QUERY), &required[..], "`page` is an `Option`"),
            ("generic", generic, &both[..1], "a type parameter 1 times, expected 0"),
            ("not sent", client("page: Option<i64>", ""), &both[..1], "`QueryParam` 0 times, expected 1"),
        ] {
            let error = transformed(&text, calls).expect_err(what);
            assert!(error.contains(message), "{what}: {error}");
        }
    }
}
