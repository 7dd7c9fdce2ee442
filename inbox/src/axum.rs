//! A router of axum: verifies, stores, and responds with a 2xx after the commit only.

use axum::Router;
use axum::extract::{FromRef, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use nd8::webhooks::{Delivery, DeliveryRejection, Verifier};

use crate::inbox::Inbox;

/// Seconds after which ND8 may try again. Whether it honors them is not documented.
const RETRY_AFTER: &str = "30";

#[derive(Clone)]
struct Endpoint {
    inbox: Inbox,
    verifier: Verifier,
}

impl FromRef<Endpoint> for Verifier {
    fn from_ref(endpoint: &Endpoint) -> Self {
        endpoint.verifier.clone()
    }
}

impl Inbox {
    /// Creates a router that receives deliveries at this path. Merge it into the program's own.
    ///
    /// | status | when |
    /// | --- | --- |
    /// | 204 | it is stored, now or before |
    /// | 400, 413, 500 | [the verifier](Verifier) refuses it; see [`response_status`](nd8::webhooks::Error::response_status) |
    /// | 503 with `Retry-After` | the database is away |
    /// | 500 | the database refuses to store it |
    ///
    /// A body is read up to [`Verifier::max_body`]. An event that cannot be read
    /// ([`Event::Unreadable`](nd8::webhooks::Event::Unreadable)) is stored and acknowledged: unlike without an inbox, nothing is lost by
    /// that, and its handler reports it.
    ///
    /// # Example: the endpoint of a shop
    ///
    /// ```
    /// use nd8::webhooks::Verifier;
    /// use nd8_inbox::Inbox;
    /// use tokio_postgres::NoTls;
    ///
    /// # fn endpoint() -> Result<axum::Router, Box<dyn std::error::Error>> {
    /// let inbox = Inbox::new("postgres://shop@localhost/shop".parse()?, NoTls);
    /// let verifier = Verifier::new("whsec");
    /// verifier.check()?;
    /// let app = axum::Router::new().merge(inbox.router("/webhooks", verifier));
    /// # Ok(app)
    /// # }
    /// # endpoint().unwrap();
    /// ```
    pub fn router(&self, path: &str, verifier: Verifier) -> Router {
        Router::new().route(path, post(receive)).with_state(Endpoint { inbox: self.clone(), verifier })
    }
}

async fn receive(
    State(endpoint): State<Endpoint>,
    delivery: Result<Delivery, DeliveryRejection>,
) -> Response {
    let delivery = match delivery {
        Ok(delivery) => delivery,
        Err(rejection) => {
            tracing::warn!(error = %rejection, "a delivery was refused");
            return rejection.into_response();
        }
    };
    match endpoint.inbox.receive(&delivery).await {
        Ok(_) => StatusCode::NO_CONTENT.into_response(),
        Err(error) if error.is_unavailable() => {
            tracing::error!(error = %crate::error::Chain(&error), "a delivery was not stored");
            (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, RETRY_AFTER)]).into_response()
        }
        Err(error) => {
            tracing::error!(error = %crate::error::Chain(&error), "a delivery was not stored");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
