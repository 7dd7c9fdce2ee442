//! Rewrites of the method bodies that progenitor generates, and of documentation. Each rewrite of code counts what it found, and
//! fails if the count is not the expected one.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens as _, format_ident, quote};
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, Block, Expr, Field, ItemStruct, parse_quote};

use super::parameters::{Call, Location};
use super::syntax::compact;

/// Fails unless something was found as often as it must occur.
pub(super) fn count(what: &str, found: usize, expected: usize) -> Result<(), String> {
    match found == expected {
        true => Ok(()),
        false => Err(format!("found {what} {found} times, expected {expected}")),
    }
}

/// Rewrites the body of the method that calls an operation: it sends no header that the document does not describe, encodes
/// path parameters and reads responses with the functions of `src/raw`, and takes the client from the variable `client`.
pub(super) fn body(block: &mut Block, call: &Call, client: &Ident) -> Result<(), String> {
    let of = |location| call.parameters.iter().filter(|it| it.location == location).count();
    without_api_version(block, of(Location::Header))?;
    let mut methods = MethodsOfReqwest(0);
    methods.visit_block_mut(block);
    count("a method that reqwest lacks", methods.0, usize::from(is_unnamed(&call.method)))?;
    let mut responses = Responses { client, replaced: 0, unknown: None };
    responses.visit_block_mut(block);
    if let Some(arms) = responses.unknown {
        return Err(format!("the response is read in an unknown way: {arms}"));
    }
    count("a match of the response status", responses.replaced, 1)?;
    let mut table = OperationIds(Vec::new());
    table.visit_block_mut(block);
    // Compared and not counted: the hook looks the credential up by this id.
    if table.0 != [call.id.as_str()] {
        return Err(format!("the hooks are given the operations {:?}", table.0));
    }
    // Nothing is rewritten here, but a parameter that progenitor does not send would be ignored without an error.
    let tokens = block.to_token_stream();
    count("`QueryParam`", occurrences(&tokens, "QueryParam"), of(Location::Query))?;
    count("`.json(&body)`", compact(&tokens).matches(".json(&body)").count(), of(Location::Body))?;
    let (tokens, encoded) = replace(tokens, "encode_path", &quote!(crate::raw::path_segment));
    count("`encode_path`", encoded, call.placeholders)?;
    let (tokens, receivers) = replace(tokens, "self", &client.to_token_stream());
    count("`self`", receivers, RECEIVERS)?;
    count("`Self`", occurrences(&tokens, "Self"), 0)?;
    *block = syn::parse2(tokens).map_err(|error| format!("the rewritten body does not parse: {error}"))?;
    Ok(())
}

/// Number of uses of `self` in a method: the base URL, the HTTP client, and the hooks `pre`, `exec` and `post`. Another number means
/// that progenitor calls something else on the client, whose effect on a request nobody has checked.
const RECEIVERS: usize = 5;

/// Removes the header `api-version`, in which progenitor sends the document's version with every request, and the map of
/// headers if there is no other. The document does not describe the header, so no server was asked whether it accepts it.
fn without_api_version(block: &mut Block, headers: usize) -> Result<(), String> {
    let remove = |block: &mut Block, what: &str| {
        let before = block.stmts.len();
        block.stmts.retain(|statement| !compact(statement).contains(what));
        before - block.stmts.len()
    };
    count("the header `api-version`", remove(block, "\"api-version\""), 1)?;
    let appended = compact(block).matches("header_map.append(").count();
    count("a header that is appended", appended, headers)?;
    if headers == 0 {
        count("the map of headers", remove(block, "letmutheader_map"), 1)?;
        let mut without = WithoutHeaders(0);
        without.visit_block_mut(block);
        count("`.headers(header_map)`", without.0, 1)?;
    }
    Ok(())
}

/// Removes the call `.headers(header_map)` from a chain.
struct WithoutHeaders(usize);

impl VisitMut for WithoutHeaders {
    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        visit_mut::visit_expr_mut(self, expression);
        if let Expr::MethodCall(call) = expression
            && call.method == "headers"
        {
            *expression = (*call.receiver).clone();
            self.0 += 1;
        }
    }
}

/// Returns whether reqwest has no function of the name of an HTTP method.
fn is_unnamed(method: &str) -> bool {
    matches!(method, "options" | "trace")
}

/// Calls `request` where progenitor calls a function of reqwest's client that does not exist: it assumes one for each HTTP method.
struct MethodsOfReqwest(usize);

impl VisitMut for MethodsOfReqwest {
    fn visit_expr_method_call_mut(&mut self, call: &mut syn::ExprMethodCall) {
        visit_mut::visit_expr_method_call_mut(self, call);
        let name = call.method.to_string();
        if is_unnamed(&name) && compact(&call.receiver) == "self.client" {
            let method = format_ident!("{}", name.to_uppercase());
            call.method = format_ident!("request");
            call.args.insert(0, parse_quote!(::reqwest::Method::#method));
            self.0 += 1;
        }
    }
}

/// Replaces the match of the response status by a call of `raw::response`, which reads bodies up to a limit and accepts every 2xx
/// status as success.
struct Responses<'a> {
    client: &'a Ident,
    replaced: usize,
    unknown: Option<String>,
}

impl VisitMut for Responses<'_> {
    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        visit_mut::visit_expr_mut(self, expression);
        let Expr::Match(by_status) = &*expression else { return };
        let matched = compact(&by_status.expr);
        let Some(response) = matched.strip_suffix(".status().as_u16()") else { return };
        let arms = by_status.arms.iter().map(|arm| compact(&arm.body)).collect::<String>();
        // These two names are the interface of generated code: whoever compiles it elsewhere defines them.
        let read =
            match (arms.contains("ResponseValue::empty"), arms.contains("ResponseValue::from_response")) {
                (true, false) => format_ident!("empty_answer"),
                (false, true) => format_ident!("answer"),
                // A body that progenitor streams would be read without our limit.
                _ => {
                    self.unknown = Some(arms);
                    return;
                }
            };
        let (client, response) = (self.client, format_ident!("{response}"));
        *expression = parse_quote!(crate::raw::#read(&#client.inner, #response).await);
        self.replaced += 1;
    }
}

/// Collects the ids that the hooks receive. They choose the credential, so another operation's id would send another credential.
struct OperationIds(Vec<String>);

impl VisitMut for OperationIds {
    fn visit_expr_struct_mut(&mut self, value: &mut syn::ExprStruct) {
        if value.path.segments.last().is_some_and(|last| last.ident == "OperationInfo") {
            let ids = value.fields.iter().map(|field| match &field.expr {
                Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(id), .. }) => id.value(),
                other => compact(other),
            });
            self.0.extend(ids);
        }
        visit_mut::visit_expr_struct_mut(self, value);
    }
}

/// Counts an identifier.
pub(super) fn occurrences(tokens: &TokenStream, ident: &str) -> usize {
    replace(tokens.clone(), ident, &TokenStream::new()).1
}

/// Replaces an identifier wherever it is, and counts. Works on tokens, because a syntax tree has no identifiers inside of macros.
fn replace(tokens: TokenStream, ident: &str, by: &TokenStream) -> (TokenStream, usize) {
    let mut replaced = 0;
    let tokens = tokens
        .into_iter()
        .flat_map(|token| match token {
            TokenTree::Ident(found) if found == ident => {
                replaced += 1;
                by.clone()
            }
            TokenTree::Group(group) => {
                let (inside, more) = replace(group.stream(), ident, by);
                replaced += more;
                let mut changed = Group::new(group.delimiter(), inside);
                changed.set_span(group.span());
                TokenTree::Group(changed).into()
            }
            token => token.into(),
        })
        .collect();
    (tokens, replaced)
}

/// Removes an import from the `use` groups, and counts.
pub(super) struct WithoutImport<'a> {
    pub(super) name: &'a str,
    pub(super) found: usize,
}

impl VisitMut for WithoutImport<'_> {
    fn visit_use_group_mut(&mut self, group: &mut syn::UseGroup) {
        let is_it =
            |tree: &&syn::UseTree| matches!(tree, syn::UseTree::Name(name) if name.ident == self.name);
        self.found += group.items.iter().filter(is_it).count();
        group.items = group.items.iter().filter(|tree| !is_it(tree)).cloned().collect();
        visit_mut::visit_use_group_mut(self, group);
    }
}

/// Writes documentation as one `///` per line, so that the checked-in code can be reviewed.
pub(super) struct Docs;

impl VisitMut for Docs {
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

    fn visit_variant_mut(&mut self, variant: &mut syn::Variant) {
        for attr in &mut variant.attrs {
            if let Some(text) = doc_text(attr) {
                let text = visible(&text);
                *attr = parse_quote!(#[doc = #text]);
            }
        }
        visit_mut::visit_variant_mut(self, variant);
    }

    fn visit_impl_item_fn_mut(&mut self, function: &mut syn::ImplItemFn) {
        line_docs(&mut function.attrs);
        visit_mut::visit_impl_item_fn_mut(self, function);
    }
}

/// Turns every line of documentation into a `///` line, without the JSON schema that typify repeats below the prose.
fn line_docs(attrs: &mut Vec<Attribute>) {
    *attrs = std::mem::take(attrs)
        .into_iter()
        .flat_map(|attr| match doc_text(&attr) {
            None => vec![attr],
            Some(text) => {
                let text = visible(&text);
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

/// Escapes what rustc refuses in comments or a reader cannot see: control characters, and those that change the direction of
/// text.
fn visible(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let is_hidden = |character: char| {
        character.is_control() && !matches!(character, '\n' | '\t')
            || matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let mut visible = String::new();
    for character in text.chars() {
        match is_hidden(character) {
            true => visible.extend(character.escape_unicode()),
            false => visible.push(character),
        }
    }
    visible
}

/// Returns the text of a `#[doc = "…"]`.
pub(super) fn doc_text(attr: &Attribute) -> Option<String> {
    let syn::Meta::NameValue(pair) = &attr.meta else { return None };
    let Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) = &pair.value else { return None };
    pair.path.is_ident("doc").then(|| text.value())
}

#[cfg(test)]
mod tests {
    use quote::{ToTokens as _, format_ident};
    use syn::visit_mut::VisitMut as _;
    use syn::{Block, parse_str};

    use super::super::parameters::{Call, Location, Parameter};
    use super::super::syntax::compact;
    use super::{WithoutImport, body, count, visible};

    /// The body of a method as progenitor 0.15.1 writes it.
    const BODY: &str = r#"{
        let url = format!("{}/refunds/{}/", self.baseurl, encode_path(&id.to_string()));
        let mut header_map = HeaderMap::with_capacity(1usize);
        header_map.append(
            HeaderName::from_static("api-version"),
            HeaderValue::from_static(Self::api_version()),
        );
        #[allow(unused_mut)]
        let mut request = self.client.get(url).json(&body)
            .query(&progenitor_client::QueryParam::new("page", &page)).headers(header_map).build()?;
        let info = OperationInfo { operation_id: "get_refund" };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200..=299 => ResponseValue::from_response(response).await,
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }"#;

    fn call(locations: &[Location]) -> Call {
        let parameters = locations.iter().map(|location| Parameter {
            argument: "id".into(),
            ident: "id".into(),
            wire: "id".into(),
            location: *location,
            required: true,
            description: None,
        });
        Call {
            id: "get_refund".into(),
            method: "get".into(),
            placeholders: 1,
            parameters: parameters.collect(),
        }
    }

    fn rewritten(text: &str, locations: &[Location]) -> Result<String, String> {
        let mut block: Block = parse_str(text).expect("is a block");
        body(&mut block, &call(locations), &format_ident!("client"))?;
        Ok(compact(&block.to_token_stream()))
    }

    const ALL: [Location; 3] = [Location::Path, Location::Query, Location::Body];

    #[test]
    fn a_body_as_progenitor_writes_it_is_rewritten() {
        let body = rewritten(BODY, &ALL).expect("is as expected");
        for gone in ["self", "Self", "api-version", "header_map", "from_response", "encode_path"] {
            assert!(!body.contains(gone), "{gone} is left: {body}");
        }
        for there in
            ["crate::raw::path_segment(&id.to_string())", "crate::raw::answer(&client.inner,response).await"]
        {
            assert!(body.contains(there), "{there} is missing: {body}");
        }
    }

    #[test]
    fn a_method_that_reqwest_lacks_is_an_argument() {
        let mut block: Block = parse_str(&BODY.replace(".get(url)", ".options(url)")).expect("is a block");
        let call = Call { method: "options".into(), ..call(&ALL) };
        body(&mut block, &call, &format_ident!("client")).expect("is as expected");
        let text = compact(&block.to_token_stream());
        assert!(text.contains("client.client.request(::reqwest::Method::OPTIONS,url)"), "{text}");
    }

    #[test]
    fn comments_have_nothing_that_rustc_refuses() {
        assert_eq!(visible("a\r\nb\rc\td\u{202e}\u{0}"), "a\nb\nc\td\\u{202e}\\u{0}");
    }

    #[test]
    fn every_count_fires() {
        let no_status = BODY.replace("response.status().as_u16()", "response.status()");
        let streamed =
            BODY.replace("ResponseValue::from_response(response).await", "ResponseValue::stream(response)");
        for (what, text, locations, message) in [
            (
                "no header",
                BODY.replace("\"api-version\"", "\"version\""),
                &ALL[..],
                "the header `api-version` 0 times",
            ),
            (
                "header lost",
                BODY.to_owned(),
                &[ALL[0], Location::Header],
                "a header that is appended 0 times, expected 1",
            ),
            (
                "headers unused",
                BODY.replace(".headers(header_map)", ""),
                &ALL,
                "`.headers(header_map)` 0 times",
            ),
            (
                "map renamed",
                BODY.replace("let mut header_map", "let header_map"),
                &ALL,
                "the map of headers 0 times",
            ),
            ("match gone", no_status, &ALL, "a match of the response status 0 times"),
            ("unknown reading", streamed, &ALL, "the response is read in an unknown way"),
            (
                "another operation",
                BODY.replace("\"get_refund\"", "\"get_it\""),
                &ALL,
                "the operations [\"get_it\"]",
            ),
            (
                "another method",
                BODY.replace("self.client.get(url)", "self.client.trace(url)"),
                &ALL,
                "a method that reqwest lacks 1 times, expected 0",
            ),
            ("no operation", BODY.replace("OperationInfo", "Info"), &ALL, "the operations []"),
            ("not encoded", BODY.replace("encode_path", "encode"), &ALL, "`encode_path` 0 times, expected 1"),
            (
                "a query lost",
                BODY.to_owned(),
                &[ALL[0], ALL[1], ALL[1], ALL[2]],
                "`QueryParam` 1 times, expected 2",
            ),
            ("a body lost", BODY.to_owned(), &ALL[..2], "`.json(&body)` 1 times, expected 0"),
            (
                "a hook lost",
                BODY.replace("self.post(&result, &info).await?;", ""),
                &ALL,
                "`self` 4 times, expected 5",
            ),
            (
                "another call of the client",
                BODY.replace("let response = result?;", "let response = self.retry(result)?;"),
                &ALL,
                "`self` 6 times, expected 5",
            ),
            (
                "self type",
                BODY.replace("result?", "Self::check(result)?"),
                &ALL,
                "`Self` 1 times, expected 0",
            ),
        ] {
            let error = rewritten(&text, locations).expect_err(what);
            assert!(error.contains(message), "{what}: {error}");
        }
    }

    #[test]
    fn an_import_is_found_once_or_it_is_an_error() {
        for (text, found) in [("use a::{b, c};", 1), ("use a::{c, d::{e, b}};", 1), ("use a::{c};", 0)] {
            let mut file = syn::parse_file(text).expect("is Rust");
            let mut without = WithoutImport { name: "b", found: 0 };
            without.visit_file_mut(&mut file);
            assert_eq!(without.found, found, "{text}");
            assert!(!compact(&file).contains('b'), "{text}");
            assert_eq!(count("`b`", without.found, 1).is_ok(), found == 1);
        }
    }
}
