//! The choice among the documents that a page leads to: the one that describes most of the API that is pinned.

use std::fmt::Write as _;

use anyhow::{Result, bail};
use openapi_drift::Document;
use url::Url;

use super::find::Found;
use super::operations::Operations;
use crate::document_info;
use crate::hash::sha256;
use crate::repository::DOCUMENT;

/// Place of a document that a page leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Form {
    File,
    /// In the page itself.
    Embedded,
}

/// A document that a page leads to.
#[derive(Debug)]
pub(super) struct Choice {
    found: Found,
    form: Form,
    /// A hash that does not depend on the layout. Forty parsed documents would take much more memory than their texts.
    content: String,
    operations: Operations,
    shared: usize,
}

impl Choice {
    /// Reads a document.
    ///
    /// # Errors
    ///
    /// Fails if it is not an OpenAPI document; the error is the reason.
    pub(super) fn read(found: Found, form: Form, pinned: &Operations) -> Result<Self, String> {
        let document = Document::parse(found.name(), found.bytes.clone());
        let document = document.map_err(|error| error.reason().to_owned())?;
        let json = document.to_json();
        let operations = Operations::of(&document).map_err(|error| error.to_string())?;
        // Without a canonical form, only equal bytes are equal documents.
        let content =
            document_info::of(&json).map_or_else(|_| sha256(&found.bytes), |info| info.sha256_canonical);
        let shared = pinned.shared(&operations);
        Ok(Self { found, form, content, operations, shared })
    }

    pub(super) fn shares_something(&self) -> bool {
        self.shared > 0
    }

    /// Returns whether it duplicates another one: in another layout, or as the copy that a tool embedded of a file.
    fn repeats(&self, other: &Self) -> bool {
        self.content == other.content
            || ((self.form, other.form) == (Form::Embedded, Form::File)
                && self.operations == other.operations)
    }
}

/// Chooses among the documents of a page; `None` if there are none.
///
/// # Errors
///
/// Fails if there are several, and none of them or more than one shares the most operations with the pinned document.
pub(super) fn choose(mut choices: Vec<Choice>, page: &Url) -> Result<Option<Found>> {
    // Of equal documents a file is preferred to what is embedded in the page, then what is named first.
    // The sort is stable, so the order in which a page names files is preserved.
    choices.sort_by_key(|choice| choice.form);
    let mut different: Vec<Choice> = Vec::new();
    for choice in choices {
        if !different.iter().any(|other| choice.repeats(other)) {
            different.push(choice);
        }
    }
    // A single document is taken even if it shares nothing: the report shows what it is.
    if different.len() < 2 {
        return Ok(different.pop().map(|choice| choice.found));
    }
    let most = different.iter().map(|choice| choice.shared).max().unwrap_or_default();
    let best = different.iter().filter(|choice| choice.shared == most).count();
    if most > 0 && best == 1 {
        return Ok(different.into_iter().find(|choice| choice.shared == most).map(|choice| choice.found));
    }
    let mut message = match most {
        0 => format!(
            "none of the {} documents behind {page} shares an operation with {DOCUMENT}",
            different.len()
        ),
        _ => {
            let operations = if most == 1 { "operation" } else { "operations" };
            format!(
                "{best} documents behind {page} share {most} {operations} with {DOCUMENT} each, and none shares more"
            )
        }
    };
    message.push_str("; name the address of the right one, or save it and name the file");
    for Choice { found, operations, shared, .. } in &different {
        let (all, place) = (operations.len(), found.described());
        write!(message, "\n  {place}: shares {shared} of its {all} operations")?;
    }
    bail!(message)
}

#[cfg(test)]
mod tests {
    use super::super::http::Validators;
    use super::*;

    fn choice(name: &str, paths: &[&str], title: &str, form: Form) -> Choice {
        let operations: Vec<String> = paths
            .iter()
            .map(|path| format!(r#""{path}": {{"get": {{"responses": {{"204": {{"description": "x"}}}}}}}}"#))
            .collect();
        let text = format!(
            r#"{{"openapi": "3.0.3", "info": {{"title": "{title}", "version": "1"}}, "paths": {{{}}}}}"#,
            operations.join(",")
        );
        let pinned =
            serde_json::json!({"paths": {"/a/": {"get": {}}, "/b/": {"get": {}}, "/c/": {"get": {}}}});
        let found = Found {
            bytes: text.into_bytes(),
            url: Some(format!("https://docs.example/{name}").parse().expect("is an address")),
            named_by: "a link".to_owned(),
            validators: Validators::default(),
        };
        Choice::read(found, form, &Operations::of_json(&pinned)).expect("is a document")
    }

    fn chosen(choices: Vec<Choice>) -> String {
        let page = "https://docs.example/".parse().expect("is an address");
        match choose(choices, &page) {
            Ok(found) => found.map_or_else(|| "none".to_owned(), |found| found.name()),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn the_most_shared_operations_win_whatever_the_order() {
        let three = || choice("three", &["/api/a", "/api/b", "/api/c"], "T", Form::File);
        let two = || choice("two", &["/a", "/b", "/x", "/y"], "T", Form::File);
        assert_eq!(chosen(vec![three(), two()]), "https://docs.example/three");
        assert_eq!(chosen(vec![two(), three()]), "https://docs.example/three");
        assert_eq!(chosen(vec![]), "none");
        assert_eq!(chosen(vec![choice("alone", &["/x"], "T", Form::File)]), "https://docs.example/alone");
    }

    #[test]
    fn the_same_document_twice_is_no_tie_and_a_file_is_preferred() {
        let embedded = |title| choice("page", &["/a"], title, Form::Embedded);
        let file = |name, title| choice(name, &["/a"], title, Form::File);
        assert_eq!(chosen(vec![file("one", "T"), file("two", "T")]), "https://docs.example/one");
        assert_eq!(chosen(vec![embedded("T"), file("file", "T")]), "https://docs.example/file");
        assert_eq!(chosen(vec![embedded("Enriched"), file("file", "T")]), "https://docs.example/file");
        assert!(chosen(vec![file("one", "T"), file("two", "U")]).starts_with("2 documents behind"));
    }

    #[test]
    fn a_tie_and_strangers_are_refused_and_listed() {
        let tie = [choice("v1", &["/a"], "One", Form::File), choice("v2", &["/a", "/x"], "Two", Form::File)];
        assert_eq!(
            chosen(tie.into()),
            "2 documents behind https://docs.example/ share 1 operation with openapi/nd8.json each, and none shares more; \
             name the address of the right one, or save it and name the file\n  \
             https://docs.example/v1 (named by a link): shares 1 of its 1 operations\n  \
             https://docs.example/v2 (named by a link): shares 1 of its 2 operations"
        );
        let strangers = [choice("x", &["/x"], "X", Form::File), choice("y", &["/y"], "Y", Form::File)];
        assert!(chosen(strangers.into()).starts_with(
            "none of the 2 documents behind https://docs.example/ shares an operation with openapi/nd8.json; "
        ));
    }
}
