//! Value of a parameter or a header: a schema, or a media type with one.

use openapi_source::tree::NodeId;

use super::media_types::is_same_media_type;
use crate::diff::schema;
use crate::diff::side::Side;
use crate::diff::walk::Walk;
use crate::diff::walk::usage::Usage;
use crate::rule::SchemaChange as C;

/// A parameter or a header of both documents.
pub(crate) struct ParameterValue {
    /// Number of its operation.
    pub(crate) operation: u32,
    pub(crate) old: NodeId,
    pub(crate) new: NodeId,
    /// Usage of the schema. Inside a media type values keep their types.
    pub(crate) usage: Usage,
}

impl ParameterValue {
    /// Compares the values, and reports changes around the schemas, with the key that holds them.
    pub(crate) fn compare<'a>(
        &self,
        walk: &mut Walk<'a>,
        mut report: impl FnMut(&mut Walk<'a>, C, &'static str, String),
    ) {
        let (was, is) = (walk.old.get(self.old, "schema"), walk.new.get(self.new, "schema"));
        let (old_content, new_content) = (content(walk.old, self.old), content(walk.new, self.new));
        let described = (was.is_some() || old_content.is_some(), is.is_some() || new_content.is_some());
        let key = if old_content.or(new_content).is_some() { "content" } else { "schema" };
        match (was, is, old_content, new_content) {
            // `schema` and `content` exclude each other; a document with both has `schema` compared.
            (Some(was), Some(is), _, _) => walk.enqueue(self.operation, was, is, self.usage),
            (_, _, Some((old_type, was)), Some((new_type, is))) => {
                if !is_same_media_type(old_type, new_type) {
                    let message = format!("the media type changed from `{old_type}` to `{new_type}`");
                    report(walk, C::ContentTypeChanged, key, message);
                }
                if walk.old.examples(was) != walk.new.examples(is) {
                    let message = format!("the examples of `{new_type}` changed");
                    report(walk, C::ExampleChanged, key, message);
                }
                match (walk.old.get(was, "schema"), walk.new.get(is, "schema")) {
                    (Some(was), Some(is)) => {
                        let usage = Usage { loose: false, repeats: false, ..self.usage };
                        walk.enqueue(self.operation, was, is, usage);
                    }
                    (None, Some(_)) => report(walk, C::SchemaAdded, key, GOT.to_owned()),
                    (Some(_), None) => report(walk, C::SchemaRemoved, key, LOST.to_owned()),
                    (None, None) => {}
                }
            }
            _ => match described {
                (false, true) => report(walk, C::SchemaAdded, key, GOT.to_owned()),
                (true, false) => report(walk, C::SchemaRemoved, key, LOST.to_owned()),
                (true, true) => {
                    let message = "the value is described by the other of `schema` and `content`";
                    report(walk, C::ContentStyleChanged, key, message.to_owned());
                }
                (false, false) => {}
            },
        }
    }
}

const GOT: &str = "the value got a schema";
const LOST: &str = "the value lost its schema";

/// Returns the one media type of a `content`.
fn content<'a>(side: &Side<'a>, node: NodeId) -> Option<(&'a str, NodeId)> {
    side.entries(side.get(node, "content")).into_iter().next()
}

/// Notation of the value of a parameter or a header.
pub(crate) struct Writing<'a> {
    pub(crate) style: &'a str,
    pub(crate) explode: bool,
    pub(crate) reserved: bool,
    pub(crate) empty: bool,
    /// True if `explode` makes a difference: to lists and objects.
    pub(crate) matters: bool,
    /// True if each item of a list has the parameter's name.
    pub(crate) repeats: bool,
}

impl<'a> Writing<'a> {
    /// Reads it, with the defaults of the place.
    pub(crate) fn of(side: &Side<'a>, node: NodeId, place: &str) -> Self {
        // The defaults of OpenAPI: written out, they change nothing.
        let form = matches!(place, "query" | "cookie");
        let style = side.string(node, "style").unwrap_or(if form { "form" } else { "simple" });
        let explode = side.get(node, "explode").and_then(|node| side.boolean(node));
        let explode = explode.unwrap_or(style == "form");
        let matters = side.get(node, "schema").is_none_or(|schema| !schema::is_scalar(side, schema));
        Self {
            style,
            explode,
            reserved: side.is_true(node, "allowReserved"),
            empty: side.is_true(node, "allowEmptyValue"),
            matters,
            repeats: form && style == "form" && explode,
        }
    }
}
