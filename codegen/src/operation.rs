//! Walking the operations of a document: which there are, where they are, and what shape a path has.

use serde_json::{Map, Value};

use crate::pointer::Pointer;

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// Place of an operation in its document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) path: String,
    /// Lower case, as the document writes it.
    pub(crate) method: String,
}

impl Place {
    pub(crate) fn pointer(&self) -> Pointer {
        Pointer::root().join(["paths", &self.path, &self.method])
    }

    /// Returns the call: `POST /checkout/create/`
    pub(crate) fn call(&self) -> String {
        format!("{} {}", self.method.to_uppercase(), self.path)
    }

    pub(crate) fn get<'a>(&self, root: &'a Value) -> &'a Map<String, Value> {
        match &root["paths"][&self.path][&self.method] {
            Value::Object(operation) => operation,
            other => unreachable!("`places` yields objects only, found {other}"),
        }
    }

    pub(crate) fn get_mut<'a>(&self, root: &'a mut Value) -> &'a mut Map<String, Value> {
        match &mut root["paths"][&self.path][&self.method] {
            Value::Object(operation) => operation,
            other => unreachable!("`places` yields objects only, found {other}"),
        }
    }
}

/// Returns every operation, ordered by path and then by method.
pub(crate) fn places(root: &Value) -> Vec<Place> {
    let paths = root.get("paths").and_then(Value::as_object);
    let mut places: Vec<Place> = paths
        .into_iter()
        .flatten()
        .flat_map(|(path, item)| {
            METHODS
                .iter()
                .filter(|method| item.get(**method).is_some_and(Value::is_object))
                .map(|method| Place { path: path.clone(), method: (*method).to_owned() })
        })
        .collect();
    places.sort();
    places
}

/// Returns the path without the names of its parameters and without its last slash: `/refunds/{id}/` becomes `/refunds/{}`.
pub(crate) fn path_shape(path: &str) -> String {
    let segments = path.trim_end_matches('/').split('/');
    segments
        .map(|segment| if parameter(segment).is_some() { "{}" } else { segment })
        .collect::<Vec<_>>()
        .join("/")
}

/// Returns the parameter names of a path template, in order.
pub(crate) fn path_parameters(path: &str) -> Vec<&str> {
    path.split('/').filter_map(parameter).collect()
}

/// Returns whether braces occur only around whole segments.
pub(crate) fn is_plain_template(path: &str) -> bool {
    path.starts_with('/')
        && path.split('/').all(|segment| parameter(segment).is_some() || !segment.contains(['{', '}']))
}

fn parameter(segment: &str) -> Option<&str> {
    let name = segment.strip_prefix('{')?.strip_suffix('}')?;
    (!name.is_empty() && !name.contains(['{', '}'])).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_matched_by_shape() {
        assert_eq!(path_shape("/refunds/{id}/"), path_shape("/refunds/{pk}"));
        assert_ne!(path_shape("/refunds/{id}/"), path_shape("/refunds/"));
        assert!(is_plain_template("/refunds/{id}/"));
        for odd in ["/refunds/{id}.csv", "/{a}-{b}/", "/{}/", "refunds/"] {
            assert!(!is_plain_template(odd), "{odd}");
        }
    }
}
