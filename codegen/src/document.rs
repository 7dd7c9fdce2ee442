//! Bytes to a checked JSON tree: is it JSON, is it OpenAPI 3.0, does every `$ref` lead somewhere?

use std::convert::Infallible;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::{Error, Problem};
use crate::operation::places;
use crate::pointer::Pointer;
use crate::schema::for_each;

/// A document as its owner read it.
#[derive(Clone, Copy, Debug)]
pub struct Document<'a> {
    /// What errors call it; usually the path it was read from.
    pub name: &'a str,
    /// Its content, JSON.
    pub bytes: &'a [u8],
}

/// A document that parsed and whose references resolve.
#[derive(Clone, Debug)]
pub(crate) struct Tree {
    pub(crate) name: String,
    pub(crate) root: Value,
}

impl Tree {
    pub(crate) fn parse(document: Document<'_>) -> Result<Self, Error> {
        let fail = |problem| Error::new(document.name, Pointer::root(), problem);
        let root: Value = serde_json::from_slice(document.bytes)
            .map_err(|error| fail(Problem::NotJson(error.to_string())))?;
        let found = match (root.get("openapi"), root.get("swagger")) {
            (Some(Value::String(version)), _) if version.starts_with("3.0.") => None,
            (Some(version), _) => Some(format!("`openapi: {version}`")),
            (None, Some(version)) => Some(format!("`swagger: {version}`")),
            (None, None) => Some("no `openapi` field".to_owned()),
        };
        if let Some(found) = found {
            return Err(fail(Problem::NotOpenApi30 { found }));
        }
        let tree = Self { name: document.name.to_owned(), root };
        tree.check_refs(&tree.root, &Pointer::root())?;
        tree.check_shape()?;
        Ok(tree)
    }

    pub(crate) fn error(&self, pointer: Pointer, problem: Problem) -> Error {
        Error::new(&self.name, pointer, problem)
    }

    /// Reads the tree as `openapiv3` does, which is what progenitor will be handed.
    pub(crate) fn to_openapi(&self) -> Result<openapiv3::OpenAPI, Error> {
        serde_path_to_error::deserialize(&self.root).map_err(|error| {
            let pointer = error.path().iter().fold(Pointer::root(), |place, segment| match segment {
                serde_path_to_error::Segment::Seq { index } => place.child(index),
                serde_path_to_error::Segment::Map { key } => place.child(key),
                serde_path_to_error::Segment::Enum { .. } | serde_path_to_error::Segment::Unknown => place,
            });
            self.error(pointer, Problem::Malformed(error.into_inner().to_string()))
        })
    }

    /// `openapiv3` leans on untagged enums, which forget where they were. So the parts are read one by one, and the
    /// deepest that cannot be read is the one to blame.
    fn check_shape(&self) -> Result<(), Error> {
        let Err(general) = self.to_openapi() else { return Ok(()) };
        let mut blamed = None;
        for place in places(&self.root) {
            let here = place.pointer();
            self.blame::<openapiv3::Operation>(&here, &mut blamed);
            for (index, _) in array(self.root.pointer(here.child("parameters").as_str())).enumerate() {
                let parameter = here.child("parameters").child(index);
                self.blame::<openapiv3::ReferenceOr<openapiv3::Parameter>>(&parameter, &mut blamed);
            }
        }
        let mut schemas = Vec::new();
        let gathered: Result<(), Infallible> = for_each(&mut self.root.clone(), &mut |_, place| {
            schemas.push(place.clone());
            Ok(())
        });
        match gathered {
            Ok(()) => {}
        }
        for place in schemas {
            self.blame::<openapiv3::ReferenceOr<openapiv3::Schema>>(&place, &mut blamed);
        }
        Err(blamed.unwrap_or(general))
    }

    /// Places come outer before inner, so the last that fails is the deepest of its kind.
    fn blame<T: DeserializeOwned>(&self, place: &Pointer, blamed: &mut Option<Error>) {
        let part = self.root.pointer(place.as_str()).cloned().unwrap_or_default();
        if let Err(error) = serde_json::from_value::<T>(part) {
            *blamed = Some(self.error(place.clone(), Problem::Malformed(error.to_string())));
        }
    }

    fn check_refs(&self, value: &Value, place: &Pointer) -> Result<(), Error> {
        match value {
            Value::Object(map) => {
                if let Some(Value::String(target)) = map.get("$ref") {
                    let resolves =
                        target.strip_prefix('#').is_some_and(|pointer| self.root.pointer(pointer).is_some());
                    if !resolves {
                        return Err(self.error(place.child("$ref"), Problem::DanglingRef(target.clone())));
                    }
                }
                for (key, child) in map {
                    if !is_payload(key) {
                        self.check_refs(child, &place.child(key))?;
                    }
                }
                Ok(())
            }
            Value::Array(items) => items
                .iter()
                .enumerate()
                .try_for_each(|(index, child)| self.check_refs(child, &place.child(index))),
            _ => Ok(()),
        }
    }
}

fn array(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    value.and_then(Value::as_array).into_iter().flatten()
}

/// Keys whose values are data, not OpenAPI: a `$ref` in there is somebody's JSON.
fn is_payload(key: &str) -> bool {
    matches!(key, "example" | "examples" | "default" | "enum") || key.starts_with("x-")
}
