//! Stubs of what generated mocks use of httpmock and regex, which would be most of the time that checking the stubs takes.

use std::convert::Infallible;
use std::marker::PhantomData;

/// A server.
#[derive(Debug)]
pub struct MockServer;

/// A mock of a server.
#[derive(Debug)]
pub struct Mock<'a>(PhantomData<&'a ()>);

/// A condition on requests.
#[derive(Debug)]
pub struct When;

/// A response.
#[derive(Debug)]
pub struct Then;

/// A regular expression.
#[derive(Debug)]
pub struct Regex;

/// An HTTP method.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "they are those of HTTP")]
pub enum Method {
    GET,
    PUT,
    POST,
    DELETE,
    OPTIONS,
    HEAD,
    PATCH,
    TRACE,
}

impl MockServer {
    /// Adds a mock.
    pub fn mock<F: FnOnce(When, Then)>(&self, config_fn: F) -> Mock<'_> {
        config_fn(When, Then);
        Mock(PhantomData)
    }
}

impl When {
    /// Expects a method.
    #[must_use]
    pub fn method(self, _: impl Into<Method>) -> Self {
        self
    }

    /// Expects a path.
    #[must_use]
    pub fn path_matches(self, _: impl Into<Regex>) -> Self {
        self
    }

    /// Expects a parameter.
    #[must_use]
    pub fn query_param(self, _: impl Into<String>, _: impl Into<String>) -> Self {
        self
    }

    /// Expects no such parameter.
    #[must_use]
    pub fn query_param_missing(self, _: impl Into<String>) -> Self {
        self
    }

    /// Expects a header.
    #[must_use]
    pub fn header(self, _: impl Into<String>, _: impl Into<String>) -> Self {
        self
    }

    /// Expects no such header.
    #[must_use]
    pub fn header_missing(self, _: impl Into<String>) -> Self {
        self
    }

    /// Expects a body.
    #[must_use]
    pub fn json_body_obj<T: serde::Serialize>(self, _: &T) -> Self {
        self
    }
}

impl Then {
    /// Sets the status.
    #[must_use]
    pub fn status(self, _: impl Into<u16>) -> Self {
        self
    }

    /// Sets a header.
    #[must_use]
    pub fn header(self, _: impl Into<String>, _: impl Into<String>) -> Self {
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn json_body_obj<T: serde::Serialize>(self, _: &T) -> Self {
        self
    }
}

impl Regex {
    /// Reads a regular expression.
    ///
    /// # Errors
    ///
    /// Never: nothing of this is run.
    pub fn new(_: &str) -> Result<Self, Infallible> {
        Ok(Self)
    }
}
