//! The typed mocks for httpmock: the code that progenitor generates for lists and for scalars does not compile, and a document
//! that describes only success gives a mock no method that responds with a failure.

use quote::ToTokens as _;
use syn::visit_mut::{self, VisitMut};
use syn::{
    Expr, ExprMethodCall, File, FnArg, ImplItem, ImplItemFn, ItemImpl, Pat, Signature, Type, parse_quote,
};

use super::rewrite::count;
use super::syntax::compact;
use crate::document::Tree;
use crate::operation::places;

/// Rewrites the mocks. `tree` is in the normal form.
pub(super) fn rewrite(tree: &Tree, file: &mut File) -> Result<(), String> {
    let mut mocks = Mocks::default();
    mocks.visit_file_mut(file);
    if let Some(problem) = mocks.problem {
        return Err(problem);
    }
    count("the response of a mock", mocks.responses, places(&tree.root).len())?;
    count("a list of a query in a mock", mocks.lists, lists(tree))
}

/// Returns how many parameters are lists of the query.
fn lists(tree: &Tree) -> usize {
    let parameters = places(&tree.root).into_iter().flat_map(|place| {
        let parameters = place.get(&tree.root).get("parameters").and_then(serde_json::Value::as_array);
        parameters.into_iter().flatten()
    });
    parameters
        .filter(|parameter| parameter["in"] == "query" && parameter["schema"]["type"] == "array")
        .count()
}

#[derive(Default)]
struct Mocks {
    lists: usize,
    responses: usize,
    problem: Option<String>,
}

impl VisitMut for Mocks {
    fn visit_item_impl_mut(&mut self, block: &mut ItemImpl) {
        visit_mut::visit_item_impl_mut(self, block);
        if block.items.iter().any(is_inner_response) {
            block.items.push(failure());
            self.responses += 1;
        }
    }

    fn visit_impl_item_fn_mut(&mut self, function: &mut ImplItemFn) {
        let signature = &function.sig;
        if is_list(signature) && compact(&function.block).contains(".query_param(") {
            let mut lists = Lists(0);
            lists.visit_block_mut(&mut function.block);
            self.lists += lists.0;
        } else if is_passed_by_value(signature) && compact(&function.block).contains(".json_body_obj(") {
            let mut bodies = Bodies(0);
            bodies.visit_block_mut(&mut function.block);
            if let Err(problem) = count("`json_body_obj(value)`", bodies.0, 1) {
                self.problem = Some(format!("in the mock `{}`: {problem}", function.sig.ident));
            }
        }
    }
}

/// Returns whether this method returns the response of httpmock that a typed one wraps.
fn is_inner_response(item: &ImplItem) -> bool {
    matches!(item, ImplItem::Fn(function)
        if function.sig.ident == "into_inner" && compact(&function.sig.output).contains("::httpmock::Then"))
}

/// Returns the method that responds with anything but success. The bodies of failures have no type: the document describes none,
/// and servers, frameworks and proxies each write their own.
fn failure() -> ImplItem {
    parse_quote! {
        /// Responds with the status of a failure and a JSON body.
        pub fn error<T: ::serde::Serialize>(self, status: u16, value: &T) -> Self {
            assert_ne!(status / 100u16, 2u16);
            Self(self.0.status(status).header("content-type", "application/json").json_body_obj(value))
        }
    }
}

/// Returns whether the argument, or the type that its bound names, is a list.
fn is_list(signature: &Signature) -> bool {
    let bounds = signature.generics.where_clause.to_token_stream();
    compact(&signature.inputs).contains("::std::vec::Vec<") || compact(&bounds).contains("::std::vec::Vec<")
}

/// Returns whether the argument `value` is not a reference to a sized type.
fn is_passed_by_value(signature: &Signature) -> bool {
    signature.inputs.iter().any(|input| match input {
        FnArg::Typed(argument) if matches!(&*argument.pat, Pat::Ident(name) if name.ident == "value") => {
            match &*argument.ty {
                Type::Reference(reference) => compact(&reference.elem) == "str",
                _ => true,
            }
        }
        _ => false,
    })
}

/// Expects one parameter of the query for each item of a list.
struct Lists(usize);

impl VisitMut for Lists {
    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        visit_mut::visit_expr_mut(self, expression);
        let Expr::MethodCall(ExprMethodCall { receiver, method, args, .. }) = &*expression else { return };
        if method == "query_param" {
            *expression = parse_quote!(value.iter().fold(#receiver, |when, value| when.query_param(#args)));
            self.0 += 1;
        }
    }
}

/// Passes bodies by reference, as httpmock takes them.
struct Bodies(usize);

impl VisitMut for Bodies {
    fn visit_expr_method_call_mut(&mut self, call: &mut ExprMethodCall) {
        visit_mut::visit_expr_method_call_mut(self, call);
        if call.method == "json_body_obj" && compact(&call.args) == "value" {
            call.args = parse_quote!(&value);
            self.0 += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::syntax::compact;
    use super::rewrite;
    use crate::document::Tree;

    fn rewritten(text: &str) -> Result<String, String> {
        let parameter = json!({ "name": "tags", "in": "query", "schema": { "type": "array" } });
        let root = json!({ "paths": { "/a/": { "get": { "parameters": [parameter] } } } });
        let tree = Tree { name: "a.json".to_owned(), root, version: String::new(), repeated: Vec::new() };
        let mut file = syn::parse_file(text).expect("is Rust");
        rewrite(&tree, &mut file)?;
        Ok(compact(&file))
    }

    const MOCKS: &str = r#"impl When {
        pub fn body(self, value: i64) -> Self { Self(self.0.json_body_obj(value)) }
        pub fn text(self, value: &str) -> Self { Self(self.0.json_body_obj(value)) }
        pub fn item(self, value: &types::A) -> Self { Self(self.0.json_body_obj(value)) }
        pub fn tags<'a, T>(self, value: T) -> Self where T: Into<Option<&'a ::std::vec::Vec<bool>>> {
            if let Some(value) = value.into() {
                Self(self.0.query_param("tags", value.to_string()))
            } else {
                Self(self.0.query_param_missing("tags"))
            }
        }
    }
    impl Then {
        pub fn into_inner(self) -> ::httpmock::Then { self.0 }
    }"#;

    #[test]
    fn lists_are_several_parameters_bodies_are_borrowed_and_failures_can_be_sent() {
        let code = rewritten(MOCKS).expect("is as expected");
        for (part, times) in [
            ("json_body_obj(&value)", 2),
            ("json_body_obj(value)", 2),
            ("pubfnerror<T:::serde::Serialize>(self,status:u16,value:&T)->Self", 1),
            ("value.iter().fold(self.0,|when,value|when.query_param(\"tags\",value.to_string()))", 1),
        ] {
            assert_eq!(code.matches(part).count(), times, "{part}: {code}");
        }
    }

    #[test]
    fn every_count_fires() {
        for (from, to, message) in [
            ("query_param(\"tags\"", "query(\"tags\"", "a list of a query in a mock 0 times, expected 1"),
            ("::httpmock::Then", "::httpmock::When", "the response of a mock 0 times, expected 1"),
            (
                "i64) -> Self { Self(self.0.json_body_obj(value))",
                "i64) -> Self { Self(self.0.json_body_obj(it))",
                "in the mock `body`: found `json_body_obj(value)` 0 times",
            ),
        ] {
            let error = rewritten(&MOCKS.replace(from, to)).expect_err(message);
            assert!(error.contains(message), "{error}");
        }
    }
}
