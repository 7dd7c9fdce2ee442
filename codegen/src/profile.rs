//! What a document cannot state about itself: what its parts are called, what the hand-written layer needs of them, and
//! which credential an operation takes.
//!
//! A profile is data. [`crate::nd8`] holds the one of the ND8 API; the test cases bring their own.

use serde::Deserialize;

/// Tables that a generation goes by.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Profile {
    /// Operations that have names of ours.
    pub operations: Vec<OperationEntry>,
    /// Names of schemas inside others.
    pub schemas: Vec<SchemaName>,
    /// Names of the alternatives of a schema.
    pub alternatives: Vec<AlternativeName>,
    /// Requirements on types.
    pub types: Vec<TypeNeeds>,
    /// Fields and path parameters that are ids, with their types.
    pub ids: Vec<IdType>,
    /// Names of sets of texts whose case means nothing: `usd` is `USD`.
    pub ignores_case: Vec<String>,
    /// Credentials that operations take.
    pub credentials: Vec<Credential>,
    /// Operations whose credential is ours whatever the document asks for, and why.
    pub credential_overrides: Vec<CredentialOverride>,
    /// Operations that change something and have moved to another place.
    pub moved: Vec<MovedOperation>,
    /// Path of the addresses that the client sends to, such as `/api`.
    pub server_path: Option<String>,
    /// Names of text properties that `Debug` may print; all other text is redacted.
    pub debug_shows: Vec<String>,
}

/// An operation that is known.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OperationEntry {
    /// Method and path, such as `GET /refunds/{id}/`. The names of path parameters and the last slash do not matter.
    pub call: String,
    /// Name of the method.
    pub name: String,
    /// Name of the JSON request body.
    pub request: Option<String>,
    /// Name of the JSON body of success; `Refund[]` where that is a list of them.
    pub response: Option<String>,
    /// Name of the credential, among [`Profile::credentials`]. None is needed where there is none.
    pub credential: Option<String>,
    /// Method of the hand-written layer that makes this call. Without the operation there is no such layer.
    pub used_by: Option<String>,
    /// Path parameters that the layer gives, in the order of the path, and the query parameters that it may give.
    pub parameters: Vec<FieldNeed>,
}

/// Name of a schema inside another.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SchemaName {
    /// `Owner.property`, `Owner.property[]` for the items of an array, or `operation_name?parameter`.
    pub at: String,
    /// Its name. Places that share a name share a type.
    pub name: String,
}

/// Name of one alternative (`oneOf`) of a schema.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlternativeName {
    /// Name of the schema that has alternatives.
    pub of: String,
    /// Name of the alternative.
    pub name: String,
    /// Property that this alternative requires and the others do not.
    pub requires: String,
}

/// Requirements of the hand-written layer on a type. The generated type has them, whatever the document states.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TypeNeeds {
    /// Type's name.
    pub name: String,
    /// Method of the hand-written layer that needs it.
    pub used_by: String,
    /// Type as a whole is a map of anything.
    pub is_map: bool,
    /// Its fields.
    pub fields: Vec<FieldNeed>,
}

/// Requirement of the hand-written layer on a field or parameter.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldNeed {
    /// Its name on the wire. Of a path parameter, the name it has in Rust.
    pub name: String,
    /// Its kind.
    pub kind: Kind,
    /// True if there is always one: an argument in a request, not an `Option` in a response.
    #[serde(default)]
    pub required: bool,
    /// Of a set of texts, the values that the hand-written layer names.
    #[serde(default)]
    pub values: Vec<String>,
}

/// Field or path parameter that names something, and has the type of such names whatever form it has on the wire.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdType {
    /// Either `Owner.property` or `operation_name?parameter` with the name that the parameter has in Rust.
    pub at: String,
    /// Name of the type at the root of the crate, such as `PaymentId`. It is read from a text and from a number.
    pub id: String,
}

/// Kind of a field, as the hand-written layer uses it.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Kind {
    /// Text, whatever values are known; numeric ids are read as text.
    Text,
    /// A decimal amount, as a text or a number.
    Amount,
    /// A whole number.
    Integer,
    /// True or false.
    Flag,
    /// A date and time.
    Time,
    /// A UUID.
    Uuid,
    /// An open set of texts.
    Choice,
    /// A list.
    List,
    /// A map of anything.
    Map,
    /// A text or a whole number, of which nothing else is known: an id of [`Profile::ids`] that is no need of its own.
    Id,
    /// Any JSON value.
    Any,
}

/// A credential.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Credential {
    /// Variant of the generated `Security`.
    pub name: String,
    /// Key of its scheme in the document.
    pub scheme: String,
    /// Headers in which it is sent.
    pub headers: Vec<String>,
    /// Words of a key or description that mean it, in lower case, without separators: `apikey`, `token`.
    pub words: Vec<String>,
    /// Words that have one of `words` in them and could mean another credential as well: an "API token" may be either of ours.
    pub unclear: Vec<String>,
}

/// An operation whose credential the document has wrong.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CredentialOverride {
    /// Operation's name.
    pub operation: String,
    /// Reason why the document is wrong.
    pub reason: String,
}

/// An operation at another place than the one of its entry.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MovedOperation {
    /// Operation's name.
    pub operation: String,
    /// Method and path in the document.
    pub to: String,
}

impl Profile {
    /// Returns what is needed of a type.
    pub(crate) fn needs(&self, name: &str) -> Option<&TypeNeeds> {
        self.types.iter().find(|needs| needs.name == name)
    }

    /// Returns what is needed of a part: `Payment.amount`, or `list_refunds?status`.
    pub(crate) fn need(&self, role: &str) -> Option<&FieldNeed> {
        if let Some((operation, parameter)) = role.split_once('?') {
            let entry = self.operations.iter().find(|entry| entry.name == operation)?;
            return entry.parameters.iter().find(|need| need.name == parameter);
        }
        let (owner, field) = role.split_once('.')?;
        self.needs(owner)?.fields.iter().find(|need| need.name == field)
    }

    /// Returns the type of the id at a role.
    pub(crate) fn id(&self, role: &str) -> Option<&str> {
        self.ids.iter().find(|entry| entry.at == role).map(|entry| entry.id.as_str())
    }

    /// Returns the name of the schema at a role.
    pub(crate) fn schema_name(&self, role: &str) -> Option<&str> {
        self.schemas.iter().find(|entry| entry.at == role).map(|entry| entry.name.as_str())
    }

    /// Returns every name that the tables give to a type.
    pub(crate) fn type_names(&self) -> impl Iterator<Item = &str> {
        let bodies = self.operations.iter().flat_map(|entry| [&entry.request, &entry.response]).flatten();
        let bodies = bodies.map(|name| name.trim_end_matches("[]"));
        let inner = self.schemas.iter().map(|entry| entry.name.as_str());
        bodies.chain(inner).chain(self.alternatives.iter().map(|entry| entry.name.as_str()))
    }
}
