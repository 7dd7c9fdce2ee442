//! Lists in queries that are one text (`explode: false` in OpenAPI).

use std::fmt;

use serde::{Deserialize, Serialize};

/// A list in a query that is written as one text, with commas between its items.
///
/// A server reads an item that has a comma in it as two; OpenAPI has no way to escape one.
///
/// ```
/// let fields: nd8::raw::CommaSeparated = ["-created_at", "amount"].into_iter().collect();
/// assert_eq!(fields.to_string(), "-created_at,amount");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct CommaSeparated(String);

impl<T: fmt::Display> FromIterator<T> for CommaSeparated {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
        Self(items.join(","))
    }
}

impl fmt::Display for CommaSeparated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
