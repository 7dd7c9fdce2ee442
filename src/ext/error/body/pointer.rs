//! JSON pointers into the request, built step by step or read from the notations that servers use.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use serde_json::Value;

/// Longest pointer, in bytes: longer than any into a real request.
pub(super) const LONGEST_POINTER: usize = 256;

/// Keys for errors of an object as a whole, which add no step to a pointer, like all keys with an underscore in front. They
/// are those of Django REST Framework (also in camel case), Django's models, pydantic, zod and Rails.
pub(super) const NON_FIELD: [&str; 7] =
    ["non_field_errors", "nonFieldErrors", "__all__", "__root__", "_errors", "formErrors", "base"];

/// Place in a request that a server names as the first step of a FastAPI `loc`.
pub(super) const REQUEST_PARTS: [&str; 6] = ["body", "query", "path", "header", "cookie", "form"];

/// Lookups that Django puts behind `__` in the name of one query parameter, such as `created_at__gte`.
const LOOKUPS: [&str; 14] = [
    "contains",
    "date",
    "endswith",
    "exact",
    "gt",
    "gte",
    "icontains",
    "iexact",
    "in",
    "isnull",
    "lt",
    "lte",
    "range",
    "startswith",
];

/// A pointer, or the longest beginning of it that is within the limit: an ancestor of the field, never another field.
#[derive(Default)]
pub(super) struct Pointer {
    text: String,
    /// Is true if a step was omitted, so that the steps below it are omitted as well.
    is_cut: bool,
}

/// A saved end of a pointer, to return to.
#[derive(Clone, Copy)]
pub(super) struct Mark(usize, bool);

impl Pointer {
    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    pub(super) fn mark(&self) -> Mark {
        Mark(self.text.len(), self.is_cut)
    }

    pub(super) fn return_to(&mut self, mark: Mark) {
        self.text.truncate(mark.0);
        self.is_cut = mark.1;
    }

    /// Appends a key or an index. A key with an underscore in front is for the whole (`_schema`), or the name of a rule (`_empty`).
    pub(super) fn step(&mut self, key: &str) {
        if NON_FIELD.contains(&key) || key.starts_with('_') {
            return;
        }
        // Escaping at most doubles a key.
        self.is_cut |= self.text.len() + 1 + 2 * key.len() > LONGEST_POINTER;
        if !self.is_cut {
            self.text.push('/');
            self.text.push_str(&key.replace('~', "~0").replace('/', "~1"));
        }
    }

    /// Appends what a text names: a JSON pointer, also as a URI fragment, or a path such as `products.1.quantity`,
    /// `products[1].quantity`, `products__1__quantity` or `$.products[1].quantity`.
    pub(super) fn follow(&mut self, location: &str) {
        let location = location.trim();
        match location.strip_prefix('#') {
            Some(fragment) => self.follow_pointer(&percent_decode_str(fragment).decode_utf8_lossy()),
            None if location.starts_with('/') => self.follow_pointer(location),
            None => path_steps(location).into_iter().for_each(|step| self.step(step)),
        }
    }

    /// Appends a JSON pointer. One into a JSON:API document is a pointer to an attribute: the requests of this API have no such
    /// wrapping.
    pub(super) fn follow_pointer(&mut self, pointer: &str) {
        let inner = ["/data/attributes", "/data/relationships", "/data"].into_iter().find_map(|wrapping| {
            let rest = pointer.strip_prefix(wrapping)?;
            (rest.is_empty() || (rest.starts_with('/') && wrapping != "/data")).then_some(rest)
        });
        for step in inner.unwrap_or(pointer).split('/').filter(|step| !step.is_empty()) {
            self.step(&step.replace("~1", "/").replace("~0", "~"));
        }
    }

    /// Appends a list of keys and indices, which may begin with the part of the request, as FastAPI's does.
    pub(super) fn follow_loc(&mut self, steps: &[Value]) {
        let is_part = |step: &Value| step.as_str().is_some_and(|step| REQUEST_PARTS.contains(&step));
        let steps = match steps {
            // A field may have such a name too, and then its path begins with the part as well.
            [part, steps @ ..] if is_part(part) => steps,
            steps => steps,
        };
        for step in steps {
            let step = match step {
                Value::String(key) => Cow::Borrowed(key.as_str()),
                Value::Number(index) => Cow::Owned(index.to_string()),
                // valibot's.
                Value::Object(step) => match step.get("key") {
                    Some(Value::String(key)) => Cow::Borrowed(key.as_str()),
                    Some(Value::Number(index)) => Cow::Owned(index.to_string()),
                    _ => continue,
                },
                _ => continue,
            };
            self.step(&step);
        }
    }
}

/// Returns whether a key is a path to a field, as those of Laravel and ASP.NET are: `products.1.quantity`.
pub(super) fn is_path(key: &str) -> bool {
    let is_name =
        |step: &str| step.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-$".contains(&byte));
    key.contains(['.', '['])
        && key.split(['.', '[', ']']).all(is_name)
        && key.bytes().any(|byte| byte.is_ascii_alphanumeric())
}

/// Returns the steps of a path, at most as many as a pointer can hold.
fn path_steps(path: &str) -> Vec<&str> {
    let is_inside = |rest: &&str| rest.is_empty() || rest.starts_with(['.', '[']);
    // The root of a JSONPath is no step.
    let path = path.strip_prefix('$').filter(is_inside).unwrap_or(path);
    let has_lookup = path.rsplit_once("__").is_some_and(|(_, last)| LOOKUPS.contains(&last));
    if path.contains(['.', '[']) {
        let steps = path.split(['.', '[', ']']).map(|step| step.trim_matches(['"', '\'']));
        steps.filter(|step| !step.is_empty()).take(LONGEST_POINTER).collect()
    } else if NON_FIELD.contains(&path) || has_lookup {
        vec![path]
    } else {
        path.split("__").filter(|step| !step.is_empty()).take(LONGEST_POINTER).collect()
    }
}
