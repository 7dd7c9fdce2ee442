//! Where a schema is used, as far as the names of changes depend on it.

/// Who sends what a schema describes. In callbacks and webhooks the server sends the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// Sent by the client.
    Request,
    /// Received by the client.
    Response,
}

/// Where a schema is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// Root of a request body.
    RequestBody,
    /// Anywhere below the root of a request body.
    RequestProperty,
    /// Below it, where the property is `readOnly`: clients don't send it.
    RequestReadOnlyProperty,
    /// Root of a parameter.
    RequestParameter,
    /// Below the root of a parameter.
    RequestParameterProperty,
    /// Below the root of a parameter that is a header.
    RequestHeaderProperty,
    /// Root of a response body.
    ResponseBody,
    /// Anywhere below the root of a response body.
    ResponseProperty,
    /// Below it, where the property is `writeOnly`: servers don't send it.
    ResponseWriteOnlyProperty,
    /// Root of a response's header.
    ResponseHeader,
    /// Below the root of a response's header.
    ResponseHeaderProperty,
    /// Root of a response body of which only a media type is known.
    ResponseMediaType,
}

impl Place {
    /// Every place.
    pub const ALL: [Self; 12] = [
        Self::RequestBody,
        Self::RequestProperty,
        Self::RequestReadOnlyProperty,
        Self::RequestParameter,
        Self::RequestParameterProperty,
        Self::RequestHeaderProperty,
        Self::ResponseBody,
        Self::ResponseProperty,
        Self::ResponseWriteOnlyProperty,
        Self::ResponseHeader,
        Self::ResponseHeaderProperty,
        Self::ResponseMediaType,
    ];

    /// Who sends what is there.
    pub fn direction(self) -> Direction {
        match self {
            Self::RequestBody
            | Self::RequestProperty
            | Self::RequestReadOnlyProperty
            | Self::RequestParameter
            | Self::RequestParameterProperty
            | Self::RequestHeaderProperty => Direction::Request,
            Self::ResponseBody
            | Self::ResponseProperty
            | Self::ResponseWriteOnlyProperty
            | Self::ResponseHeader
            | Self::ResponseHeaderProperty
            | Self::ResponseMediaType => Direction::Response,
        }
    }

    /// Returns the place in words.
    pub fn describe(self) -> &'static str {
        match self {
            Self::RequestBody => "a request body",
            Self::RequestProperty => "a property of a request body",
            Self::RequestReadOnlyProperty => "a read-only property of a request body",
            Self::RequestParameter => "a request parameter",
            Self::RequestParameterProperty => "a part of a request parameter",
            Self::RequestHeaderProperty => "a part of a request header",
            Self::ResponseBody => "a response body",
            Self::ResponseProperty => "a property of a response body",
            Self::ResponseWriteOnlyProperty => "a write-only property of a response body",
            Self::ResponseHeader => "a response header",
            Self::ResponseHeaderProperty => "a part of a response header",
            Self::ResponseMediaType => "a response's media type",
        }
    }

    /// Returns the place whose names the changes have for which this one has no name of its own.
    pub(crate) fn general(self) -> Self {
        match self {
            Self::RequestReadOnlyProperty => Self::RequestProperty,
            Self::RequestHeaderProperty => Self::RequestParameterProperty,
            Self::ResponseWriteOnlyProperty => Self::ResponseProperty,
            Self::ResponseMediaType => Self::ResponseBody,
            place => place,
        }
    }
}
