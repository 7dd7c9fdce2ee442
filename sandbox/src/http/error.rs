//! Every way to refuse a request, with the status and body that Django REST Framework uses.
//!
//! Not here: the decision to refuse a request.

use axum::Json;
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use crate::app::throttle::Throttled;
use crate::model::credentials::CredentialKind;
use crate::model::scope::Scope;

/// Messages by field name; for a list, one such object an item.
pub(crate) type FieldErrors = Map<String, Value>;

/// Key under which messages go that belong to no single field.
pub(crate) const NON_FIELD: &str = "non_field_errors";

/// A refusal.
#[derive(Debug)]
pub(crate) enum ApiError {
    /// No credential of the right kind was sent.
    NotAuthenticated(CredentialKind),
    /// A credential of the right kind was sent, and it is unknown.
    WrongCredential(CredentialKind),
    /// A credential that is valid elsewhere was sent.
    WrongCredentialKind(CredentialKind),
    /// Key has none of the scopes that would do.
    MissingScope(&'static [Scope]),
    NotFound,
    InvalidPage,
    /// Path exists and doesn't take this method; the router adds which it takes.
    MethodNotAllowed(Method),
    /// Caller accepts no media type that the sandbox can send.
    NotAcceptable,
    UnsupportedMediaType(String),
    BodyTooLarge,
    /// Too many requests.
    Throttled(Throttled),
    /// Body is not JSON.
    Malformed(String),
    /// Body is JSON, and its content is invalid.
    Invalid(FieldErrors),
    /// ND8 has this operation, and neither its request nor its response is documented.
    NotKnown,
}

impl From<Throttled> for ApiError {
    fn from(throttled: Throttled) -> ApiError {
        ApiError::Throttled(throttled)
    }
}

impl ApiError {
    /// Refuses for a reason that belongs to no single field.
    pub(crate) fn invalid(message: &str) -> ApiError {
        ApiError::invalid_field(NON_FIELD, message)
    }

    /// Refuses because of one field.
    pub(crate) fn invalid_field(field: &str, message: &str) -> ApiError {
        ApiError::Invalid(FieldErrors::from_iter([(field.to_owned(), json!([message]))]))
    }

    fn status(&self) -> StatusCode {
        match self {
            ApiError::NotAuthenticated(_)
            | ApiError::WrongCredential(_)
            | ApiError::WrongCredentialKind(_) => StatusCode::UNAUTHORIZED,
            ApiError::MissingScope(_) => StatusCode::FORBIDDEN,
            ApiError::NotFound | ApiError::InvalidPage => StatusCode::NOT_FOUND,
            ApiError::MethodNotAllowed(_) => StatusCode::METHOD_NOT_ALLOWED,
            ApiError::UnsupportedMediaType(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            ApiError::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            ApiError::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            ApiError::Throttled(_) => StatusCode::TOO_MANY_REQUESTS,
            ApiError::Malformed(_) | ApiError::Invalid(_) => StatusCode::BAD_REQUEST,
            ApiError::NotKnown => StatusCode::NOT_IMPLEMENTED,
        }
    }

    /// Returns the kind of credential that a 401 asks for.
    fn challenge(&self) -> Option<CredentialKind> {
        match self {
            ApiError::NotAuthenticated(credential)
            | ApiError::WrongCredential(credential)
            | ApiError::WrongCredentialKind(credential) => Some(*credential),
            _ => None,
        }
    }

    fn body(self) -> Value {
        let detail = match self {
            ApiError::Invalid(errors) => return Value::Object(errors),
            ApiError::NotAuthenticated(_) => "Authentication credentials were not provided.".to_owned(),
            ApiError::WrongCredential(CredentialKind::ApiKey) => "This API key is not known here.".to_owned(),
            ApiError::WrongCredential(CredentialKind::Token) => "This session token is not known here.".to_owned(),
            ApiError::WrongCredentialKind(CredentialKind::ApiKey) => {
                "A dashboard session does not reach this operation: send an API key.".to_owned()
            }
            ApiError::WrongCredentialKind(CredentialKind::Token) => {
                "API keys do not reach dashboard operations: send a session token.".to_owned()
            }
            ApiError::MissingScope(scopes) => {
                let scopes: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
                format!("This API key lacks the scope that this operation needs: {}.", scopes.join(" or "))
            }
            ApiError::NotFound => "Not found.".to_owned(),
            ApiError::InvalidPage => "Invalid page.".to_owned(),
            ApiError::MethodNotAllowed(method) => format!("The method {method} is not allowed here."),
            ApiError::UnsupportedMediaType(sent) => {
                format!("The media type \"{sent}\" is not supported: send application/json.")
            }
            ApiError::NotAcceptable => {
                "The Accept header allows no JSON, which is the only format of this API.".to_owned()
            }
            // The framework's own words, by which clients recognize it.
            ApiError::Throttled(Throttled { seconds: 1, .. }) => {
                "Request was throttled. Expected available in 1 second.".to_owned()
            }
            ApiError::Throttled(Throttled { seconds, .. }) => {
                format!("Request was throttled. Expected available in {seconds} seconds.")
            }
            ApiError::BodyTooLarge => "The request body is too large.".to_owned(),
            ApiError::Malformed(reason) => format!("JSON parse error - {reason}"),
            ApiError::NotKnown => {
                "ND8 has this operation, but its request and response are not documented, so the sandbox does not implement it."
                    .to_owned()
            },
        };
        json!({ "detail": detail })
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let challenge = self.challenge().map(|credential| [(header::WWW_AUTHENTICATE, credential.scheme())]);
        let wait = match self {
            ApiError::Throttled(Throttled { seconds, retry_after: true }) => {
                Some([(header::RETRY_AFTER, seconds.to_string())])
            }
            _ => None,
        };
        (self.status(), challenge, wait, Json(self.body())).into_response()
    }
}
