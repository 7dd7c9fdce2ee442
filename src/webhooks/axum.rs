//! [`Delivery`] as an extractor of axum. It reads the raw body itself: the signature is over its bytes, which a body that was parsed
//! and written again does not have.

use std::fmt;
use std::sync::Arc;

use axum_core::extract::{FromRef, FromRequest, Request};
use axum_core::response::{IntoResponse, Response};
use http::StatusCode;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

use super::delivery::Delivery;
use super::error::{Error, Kind};
use super::verifier::Verifier;

/// Verifies the request with the [`Verifier`] from the router's state. Reading stops at [`Verifier::max_body`]; axum's own
/// `DefaultBodyLimit` has no effect.
///
/// # Example: an endpoint
///
/// ```
/// use axum::extract::{FromRef, State};
/// use axum::http::StatusCode;
/// use nd8::webhooks::{Delivery, Event, MemoryDeduplicator, Once, TransactionStatusChanged, Verifier, handle_once};
///
/// #[derive(Clone)]
/// struct Shop {
///     verifier: Verifier,
///     seen: MemoryDeduplicator,
/// }
///
/// impl FromRef<Shop> for Verifier {
///     fn from_ref(shop: &Shop) -> Self {
///         shop.verifier.clone()
///     }
/// }
///
/// /// The delivery comes last, since it takes the body.
/// async fn webhook(State(shop): State<Shop>, delivery: Delivery) -> StatusCode {
///     let handled = handle_once(&shop.seen, &delivery, async || match &delivery.event {
///         Event::TransactionStatusChanged(payment) => settle(payment).await,
///         // Logged below, and not acknowledged: ND8 sends it again. Each payload that it documents has a name.
///         Event::Unreadable { reason, .. } | Event::Unknown { event: None, reason, .. } => {
///             Err(std::io::Error::other(reason.to_string()))
///         }
///         _ => Ok(()),
///     });
///     match handled.await {
///         Ok(Once::Handled(()) | Once::AlreadyDone) => StatusCode::NO_CONTENT,
///         Ok(Once::InProgress) => StatusCode::CONFLICT,
///         Err(error) => {
///             eprintln!("webhook {}: {error}", delivery.id);
///             StatusCode::INTERNAL_SERVER_ERROR
///         }
///     }
/// }
///
/// async fn settle(payment: &TransactionStatusChanged) -> Result<(), std::io::Error> {
///     let (Some(order_id), Some(status)) = (&payment.order_id, &payment.status) else {
///         // What is `None` was not sent or could not be read. Better: ask `client.payments().get(…)`.
///         return Err(std::io::Error::other("the order or the state of a payment is missing"));
///     };
///     println!("{order_id} is {status:?}");
///     Ok(())
/// }
///
/// let shop = Shop { verifier: Verifier::new("whsec").checked()?, seen: MemoryDeduplicator::new() };
/// let app = axum::Router::new().route("/webhooks", axum::routing::post(webhook)).with_state(shop);
/// # let app: axum::Router = app;
/// # Ok::<(), nd8::webhooks::Error>(())
/// ```
///
/// # Example: state behind an `Arc`
///
/// A state that cannot be cloned is shared as `Arc<App>`. Implement `FromRef` for the state itself; the implementation for the `Arc`
/// uses it:
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicU32, Ordering};
///
/// use axum::Router;
/// use axum::extract::{FromRef, State};
/// use axum::handler::Handler as _;
/// use axum::http::{Request, StatusCode};
/// use axum::routing::post;
/// use nd8::webhooks::{Delivery, Event, Verifier};
///
/// struct App {
///     verifier: Verifier,
///     received: AtomicU32,
/// }
///
/// impl FromRef<App> for Verifier {
///     fn from_ref(app: &App) -> Self {
///         app.verifier.clone()
///     }
/// }
///
/// async fn webhook(State(app): State<Arc<App>>, delivery: Delivery) -> StatusCode {
///     assert!(matches!(delivery.event, Event::WebhookTest(_)));
///     app.received.fetch_add(1, Ordering::Relaxed);
///     StatusCode::NO_CONTENT
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let app = Arc::new(App { verifier: Verifier::new("whsec").checked()?, received: AtomicU32::new(0) });
/// let router: Router = Router::new().route("/webhooks", post(webhook)).with_state(app.clone());
/// # drop(router);
///
/// // A request as ND8 sends it.
/// let body = r#"{"event":"webhook.test"}"#;
/// let mut request = Request::post("/webhooks");
/// for (name, value) in app.verifier.signed_headers("b7c1", "webhook.test", body.as_bytes()) {
///     request = request.header(name, value);
/// }
/// let response = webhook.call(request.body(body.into())?, app.clone()).await;
/// assert_eq!(response.status(), StatusCode::NO_CONTENT);
///
/// let forged = Request::post("/webhooks").header("X-Webhook-Signature", "sha256=00").body(body.into())?;
/// assert_eq!(webhook.call(forged, app.clone()).await.status(), StatusCode::BAD_REQUEST);
/// assert_eq!(app.received.load(Ordering::Relaxed), 1);
/// # Ok(())
/// # }
/// ```
impl<S> FromRequest<S> for Delivery
where
    Verifier: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = DeliveryRejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        let verifier = Verifier::from_ref(state);
        let (parts, body) = request.into_parts();
        let limit = verifier.body_limit();
        // Limited while it is read: the sender is not known yet, and `Content-Length` may be wrong or absent.
        let body = match Limited::new(body, limit).collect().await {
            Ok(body) => body.to_bytes(),
            Err(error) if error.is::<LengthLimitError>() => {
                return Err(DeliveryRejection::Refused(Kind::TooLarge { limit }.into()));
            }
            Err(error) => return Err(DeliveryRejection::Unreadable(axum_core::Error::new(error))),
        };
        let envelope = verifier.open(&parts.headers, &body).map_err(DeliveryRejection::Refused)?;
        Ok(Self::read(envelope, body))
    }
}

/// Finds the verifier of a state that is in an `Arc`. Programs cannot implement this themselves, because neither type is theirs.
impl<S> FromRef<Arc<S>> for Verifier
where
    Verifier: FromRef<S>,
{
    fn from_ref(state: &Arc<S>) -> Self {
        Self::from_ref(&**state)
    }
}

/// The error of the extractor. As a response it is a status without a body; the reason is logged with `tracing`, without anything
/// that was sent.
///
/// Take `Result<Delivery, DeliveryRejection>` in a handler to respond with something else.
#[derive(Debug)]
#[non_exhaustive]
pub enum DeliveryRejection {
    /// The delivery did not pass a check.
    Refused(Error),
    /// The body could not be read to its end.
    Unreadable(axum_core::Error),
}

impl DeliveryRejection {
    /// Returns the status to respond with.
    ///
    /// # Example: a handler that inspects the rejection
    ///
    /// ```
    /// use axum::http::StatusCode;
    /// use nd8::webhooks::{Delivery, DeliveryRejection, Verifier};
    ///
    /// fn status(delivery: Result<Delivery, DeliveryRejection>) -> StatusCode {
    ///     match delivery {
    ///         Ok(_) => StatusCode::NO_CONTENT,
    ///         Err(rejection) => rejection.response_status(),
    ///     }
    /// }
    ///
    /// let error = Verifier::new("whsec").verify_signature("sha256=00", b"{}").unwrap_err();
    /// assert_eq!(status(Err(DeliveryRejection::Refused(error))), StatusCode::BAD_REQUEST);
    /// ```
    pub fn response_status(&self) -> StatusCode {
        match self {
            Self::Refused(error) => error.response_status(),
            Self::Unreadable(_) => StatusCode::BAD_REQUEST,
        }
    }
}

impl IntoResponse for DeliveryRejection {
    fn into_response(self) -> Response {
        match &self {
            Self::Refused(error) => return error.into_response(),
            Self::Unreadable(error) => tracing::warn!(reason = %error, "{self}"),
        }
        self.response_status().into_response()
    }
}

/// Responds with a status and no body; the reason is logged with `tracing`. A reason in the response would help a forger.
impl IntoResponse for Error {
    fn into_response(self) -> Response {
        // An error and not a warning: no delivery is accepted until the secret is corrected.
        if self.is_configuration() {
            tracing::error!(reason = %self, "the webhook was refused");
        } else {
            tracing::warn!(reason = %self, "the webhook was refused");
        }
        self.response_status().into_response()
    }
}

impl fmt::Display for DeliveryRejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Refused(_) => "the webhook was refused",
            Self::Unreadable(_) => "the body of the webhook broke off",
        })
    }
}

impl std::error::Error for DeliveryRejection {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Refused(error) => Some(error),
            Self::Unreadable(error) => Some(error),
        }
    }
}
