//! Small things all over the generated code: documentation as lines, calls without a header that nobody asked for, answers read by
//! hand.

use quote::{ToTokens as _, format_ident};
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, Field, ItemStruct, parse_quote};

use crate::finish::compact;

/// Changes them all.
pub(crate) struct Tidy;

impl VisitMut for Tidy {
    /// progenitor's `encode_path` leaves `.`, `..` and `\` alone, which would climb to another endpoint. The calls stand
    /// inside of `format!`, so the name is given to another function instead.
    fn visit_use_group_mut(&mut self, group: &mut syn::UseGroup) {
        let kept = group
            .items
            .iter()
            .filter(|tree| !matches!(tree, syn::UseTree::Name(name) if name.ident == "encode_path"));
        group.items = kept.cloned().collect();
    }

    fn visit_item_struct_mut(&mut self, item: &mut ItemStruct) {
        line_docs(&mut item.attrs);
        visit_mut::visit_item_struct_mut(self, item);
    }

    fn visit_item_enum_mut(&mut self, item: &mut syn::ItemEnum) {
        line_docs(&mut item.attrs);
        visit_mut::visit_item_enum_mut(self, item);
    }

    fn visit_field_mut(&mut self, field: &mut Field) {
        line_docs(&mut field.attrs);
    }

    fn visit_block_mut(&mut self, block: &mut syn::Block) {
        without_api_version(block);
        visit_mut::visit_block_mut(self, block);
    }

    /// The hand-written half reads answers, with a bound.
    fn visit_expr_mut(&mut self, expression: &mut syn::Expr) {
        visit_mut::visit_expr_mut(self, expression);
        let syn::Expr::Match(by_status) = &*expression else { return };
        if compact(&by_status.expr) != "response.status().as_u16()" {
            return;
        }
        let is_empty = by_status.arms.iter().any(|arm| compact(&arm.body).contains("ResponseValue::empty"));
        let read = if is_empty { format_ident!("empty_answer") } else { format_ident!("answer") };
        *expression = parse_quote!(crate::raw::#read(&self.inner, response).await);
    }

    fn visit_impl_item_fn_mut(&mut self, function: &mut syn::ImplItemFn) {
        line_docs(&mut function.attrs);
        visit_mut::visit_impl_item_fn_mut(self, function);
    }
}

/// progenitor sends the document's version as the header `api-version` with every request. No API has asked for that; and where it
/// is the only header, the map of headers goes with it.
fn without_api_version(block: &mut syn::Block) {
    let mentions = |statement: &syn::Stmt, what: &str| statement.to_token_stream().to_string().contains(what);
    let all = block.stmts.len();
    block.stmts.retain(|statement| !mentions(statement, "\"api-version\""));
    let is_map = |statement: &syn::Stmt| mentions(statement, "let mut header_map");
    if block.stmts.len() < all && !block.stmts.iter().any(|statement| mentions(statement, "header_map .")) {
        block.stmts.retain(|statement| !is_map(statement));
        WithoutHeaders.visit_block_mut(block);
    }
}

/// Takes the call `.headers(header_map)` out of a chain.
struct WithoutHeaders;

impl VisitMut for WithoutHeaders {
    fn visit_expr_mut(&mut self, expression: &mut syn::Expr) {
        visit_mut::visit_expr_mut(self, expression);
        if let syn::Expr::MethodCall(call) = expression
            && call.method == "headers"
        {
            *expression = (*call.receiver).clone();
        }
    }
}

/// Makes every line of documentation a `///` line, without the JSON schema that typify repeats below the prose.
fn line_docs(attrs: &mut Vec<Attribute>) {
    *attrs = std::mem::take(attrs)
        .into_iter()
        .flat_map(|attr| match doc_text(&attr) {
            None => vec![attr],
            Some(text) => {
                let prose = text.find("<details>").map_or(text.as_str(), |end| &text[..end]);
                prose
                    .trim_end()
                    .split('\n')
                    .map(|line| match line.trim() {
                        "" => String::new(),
                        line => format!(" {line}"),
                    })
                    .map(|line| parse_quote!(#[doc = #line]))
                    .collect()
            }
        })
        .collect();
}

fn doc_text(attr: &Attribute) -> Option<String> {
    let syn::Meta::NameValue(pair) = &attr.meta else { return None };
    let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) = &pair.value else { return None };
    pair.path.is_ident("doc").then(|| text.value())
}
