//! What a document cannot say about itself: the names its parts get and the defects it is known to have.
//!
//! A profile is data. [`crate::nd8`] holds the one of the ND8 API; the golden cases bring their own.

use serde::Deserialize;

/// The tables that a generation goes by. Every entry must match something: a stale one is an error.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Profile {
    /// Names of operations and of their bodies.
    pub operations: Vec<OperationName>,
    /// Names of schemas that stand inside others, inline or by reference.
    pub schemas: Vec<SchemaName>,
    /// Names of security schemes.
    pub security: Vec<SecurityName>,
    /// String properties (`Refund.amount`) whose values are decimal numbers, though the document doesn't say so.
    pub amounts: Vec<String>,
    /// String properties whose known values stand in prose only.
    pub known_values: Vec<KnownValues>,
    /// Names of string properties that `Debug` may print; all other free text is redacted.
    pub debug_shows: Vec<String>,
}

/// One line of the naming table.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperationName {
    /// Method and path, such as `GET /refunds/{id}/`; the names of path parameters do not matter.
    pub call: String,
    /// The operation id, and so the name of the method.
    pub name: String,
    /// The name of the JSON request body.
    #[serde(default)]
    pub request: Option<String>,
    /// The name of the JSON body of success; of its items where it is an array.
    #[serde(default)]
    pub response: Option<String>,
}

/// The name of a schema that stands at some property or query parameter.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SchemaName {
    /// `Owner.property`, `Owner.property[]` for the items of an array, or `operation_id?parameter`.
    pub at: String,
    /// Its name.
    pub name: String,
}

/// The name of a security scheme in the operation table.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecurityName {
    /// The key under `components.securitySchemes`.
    pub scheme: String,
    /// The variant of the generated `Security`.
    pub name: String,
}

/// The values that a string is known to take.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownValues {
    /// `Owner.property`.
    pub at: String,
    /// The values, as they are sent.
    pub values: Vec<String>,
}
