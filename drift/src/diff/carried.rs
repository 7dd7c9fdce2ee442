//! What a parameter or a header carries: a schema, or a media type with one.

use super::side::Side;
use super::walk::{Use, Walk};
use crate::rule::SchemaChange as C;
use crate::source::tree::NodeId;

/// A parameter or a header of both documents.
pub(super) struct Carried {
    /// The number of its operation.
    pub(super) operation: u32,
    pub(super) old: NodeId,
    pub(super) new: NodeId,
    /// How the schema is used. Inside a media type values keep their types.
    pub(super) usage: Use,
}

impl Carried {
    /// Compares what is carried, and tells of changes around the schemas, with the key that holds them.
    pub(super) fn compare<'a>(
        &self,
        walk: &mut Walk<'a>,
        mut note: impl FnMut(&mut Walk<'a>, C, &'static str, String),
    ) {
        let (was, is) = (walk.old.get(self.old, "schema"), walk.new.get(self.new, "schema"));
        let (old_content, new_content) = (content(walk.old, self.old), content(walk.new, self.new));
        match (was, is, old_content, new_content) {
            (Some(was), Some(is), _, _) => walk.begin(self.operation, was, is, self.usage),
            (_, _, Some((old_type, was)), Some((new_type, is))) => {
                if old_type != new_type {
                    let message = format!("the media type changed from `{old_type}` to `{new_type}`");
                    note(walk, C::ContentTypeChanged, "content", message);
                }
                let usage = Use { loose: false, repeats: false, ..self.usage };
                match (walk.old.get(was, "schema"), walk.new.get(is, "schema")) {
                    (Some(was), Some(is)) => walk.begin(self.operation, was, is, usage),
                    (was, is) => self.came_or_went(walk, was, is, "content", note),
                }
            }
            (Some(_), None, _, Some(_)) | (None, Some(_), Some(_), _) => {
                let message = "the value is described by the other of `schema` and `content`".to_owned();
                note(walk, C::ContentStyleChanged, "content", message);
            }
            (was, is, Some(_), None) if was.is_none() && is.is_none() => {
                note(walk, C::SchemaRemoved, "content", "the value is no longer described".to_owned());
            }
            (was, is, None, Some(_)) if was.is_none() && is.is_none() => {
                note(walk, C::SchemaAdded, "content", "the value is described now".to_owned());
            }
            (was, is, _, _) => self.came_or_went(walk, was, is, "schema", note),
        }
    }

    fn came_or_went<'a>(
        &self,
        walk: &mut Walk<'a>,
        was: Option<NodeId>,
        is: Option<NodeId>,
        key: &'static str,
        mut note: impl FnMut(&mut Walk<'a>, C, &'static str, String),
    ) {
        match (was, is) {
            (None, Some(_)) => note(walk, C::SchemaAdded, key, "the value got a schema".to_owned()),
            (Some(_), None) => note(walk, C::SchemaRemoved, key, "the value lost its schema".to_owned()),
            _ => {}
        }
    }
}

/// The one media type of a `content`.
fn content<'a>(side: &Side<'a>, node: NodeId) -> Option<(&'a str, NodeId)> {
    side.entries(side.get(node, "content")).into_iter().next()
}
