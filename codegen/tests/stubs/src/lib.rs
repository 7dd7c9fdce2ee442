//! Stubs of the hand-written half of `crate::raw`, which generated code refers to.
//!
//! For tests that compile generated code: nothing of this is ever run. The real half is `src/raw/` of `nd8`, which this
//! crate must not depend on.

use std::fmt;

use progenitor_client::{Error, ResponseValue};

pub mod decimal;
pub mod extra;
pub mod httpmock;
pub mod kind;
pub mod null;
pub mod open_enum;

/// What a client carries.
#[derive(Clone, Debug)]
pub struct Context;

/// A decimal that is sent as a JSON number.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct ExactNumber(
    #[serde(with = "decimal::number")]
    #[cfg_attr(feature = "schemars", schemars(with = "String"))]
    pub rust_decimal::Decimal,
);

/// A decimal that is sent as a string.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct ExactString(
    #[serde(with = "decimal::string")]
    #[cfg_attr(feature = "schemars", schemars(with = "String"))]
    pub rust_decimal::Decimal,
);

/// What `Debug` prints in place of a value.
#[derive(Debug)]
pub struct Redacted;

impl fmt::Display for ExactNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for ExactString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Decodes a response.
///
/// # Errors
///
/// Always: nothing of this is run.
pub async fn answer<T>(_: &Context, response: reqwest::Response) -> Result<ResponseValue<T>, Error<()>> {
    Err(Error::UnexpectedResponse(response))
}

/// Accepts a response without a body.
///
/// # Errors
///
/// Always: nothing of this is run.
pub async fn empty_answer(_: &Context, response: reqwest::Response) -> Result<ResponseValue<()>, Error<()>> {
    Err(Error::UnexpectedResponse(response))
}

/// A parameter of a path.
pub fn path_segment(parameter: &str) -> String {
    parameter.to_owned()
}

/// A list that is one text in a query.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct CommaSeparated(pub String);

impl fmt::Display for CommaSeparated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
