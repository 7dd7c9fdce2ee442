//! Walking the operations of a document: which there are, where they stand, and what shape a path has.

use serde_json::{Map, Value};

use crate::pointer::Pointer;

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// Where an operation stands in its document.
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

    /// `POST /checkout/create/`
    pub(crate) fn call(&self) -> String {
        format!("{} {}", self.method.to_uppercase(), self.path)
    }

    /// Two calls are the same operation when only the names of their path parameters differ.
    pub(crate) fn is_call(&self, call: &str) -> bool {
        call.split_once(' ').is_some_and(|(method, path)| {
            method.eq_ignore_ascii_case(&self.method) && path_shape(path) == path_shape(&self.path)
        })
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

/// Every operation, ordered by path and then by method.
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

/// The path with its parameters nameless: `/refunds/{id}/` becomes `/refunds/{}/`.
pub(crate) fn path_shape(path: &str) -> String {
    path.split('/')
        .map(|segment| if segment.starts_with('{') && segment.ends_with('}') { "{}" } else { segment })
        .collect::<Vec<_>>()
        .join("/")
}

/// The parameter names of a path template, in order.
pub(crate) fn path_parameters(path: &str) -> Vec<&str> {
    path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}')).collect()
}

#[cfg(test)]
mod tests {
    use super::Place;

    #[test]
    fn a_call_is_matched_by_shape() {
        let place = Place { path: "/refunds/{id}/".into(), method: "get".into() };
        assert!(place.is_call("GET /refunds/{pk}/"));
        assert!(!place.is_call("POST /refunds/{pk}/"));
        assert!(!place.is_call("GET /refunds/"));
    }
}
