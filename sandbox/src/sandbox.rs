//! Handle of a running sandbox.
//!
//! Not here: handles on single concerns (`handles`), and what the handle shares with the server (`app`).

use std::sync::Arc;
use std::time::Duration;
use std::{fmt, io};

use rust_decimal::Decimal;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::actions::customer::PaymentError;
use crate::actions::refund::{Ending, RefundError};
use crate::app::app_state::AppState;
use crate::builder::Builder;
use crate::contract::log::{AcceptedInvalidRequest, Violation};
use crate::handles::clock::SandboxClock;
use crate::handles::customer::Customer;
use crate::handles::faults::Faults;
use crate::handles::quirks::Quirks;
use crate::handles::webhooks::Webhooks;
use crate::model::api_key::KeyMode;
use crate::model::catalog::{InvalidProduct, Product};
use crate::model::scope::Scope;
use crate::model::state::State;
use crate::outbox::delivery::{Delivery, NoDelivery};
use crate::restore;
use crate::store::snapshot::{InvalidSnapshot, Snapshot};
use crate::values::money::Currency;

/// A running sandbox: a server on loopback with its own keys, ids and state.
///
/// Many can run side by side in one process. Dropping it stops it: no new connection is accepted, idle ones
/// are closed, responses in flight are sent, and webhooks that are still queued are not
/// sent.
///
/// Its `Debug` form shows no secret.
pub struct Sandbox {
    pub(crate) shared: Arc<AppState>,
    pub(crate) workers: Vec<JoinHandle<()>>,
    /// Server, which stops when the sender goes away.
    pub(crate) server: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
}

impl Sandbox {
    /// Starts a sandbox on a free port of 127.0.0.1, with refunds that complete by themselves and no webhook
    /// address.
    ///
    /// # Errors
    ///
    /// If no port can be listened on, or the webhook client can't be set up.
    pub async fn start() -> io::Result<Sandbox> {
        Sandbox::builder().start().await
    }

    /// Configures a sandbox before it starts.
    pub fn builder() -> Builder {
        Builder::new()
    }

    /// Returns the address to point a client at, which ends in `/api` as ND8's does.
    pub fn base_url(&self) -> String {
        format!("{}/api", self.shared.origin)
    }

    /// Returns scheme, address and port, without a slash: where the dashboard is.
    pub fn origin(&self) -> &str {
        &self.shared.origin
    }

    /// Returns an API key with every scope.
    pub fn api_key(&self) -> &str {
        &self.shared.initial_credentials.api_key
    }

    /// Returns the session token of a dashboard user.
    pub fn session_token(&self) -> &str {
        &self.shared.initial_credentials.session_token
    }

    /// Returns the secret that webhooks are signed with, until [`Webhooks::rotate_secret`] is called.
    pub fn webhook_secret(&self) -> &str {
        &self.shared.initial_credentials.webhook_secret
    }

    /// Creates another API key. As with ND8, an empty list of scopes means all of them.
    pub fn create_api_key(&self, scopes: &[Scope]) -> String {
        self.shared.create_api_key("", scopes, KeyMode::Sandbox)
    }

    /// Creates an API key as production has them: it may not send `sandbox_simulate`, and `/sandbox/api` does not know
    /// it. It sees the same payments as the other keys.
    pub fn create_production_key(&self, scopes: &[Scope]) -> String {
        self.shared.create_api_key("", scopes, KeyMode::Production)
    }

    /// Sends webhooks of everything that happens from now on to this address; see [`Builder::webhook_url`].
    pub fn set_webhook_url(&self, url: impl Into<String>) {
        self.shared.state().webhook_url = Some(url.into());
    }

    /// Adds a product to the catalog and returns its id, for the `products` of a checkout in the same currency.
    ///
    /// # Errors
    ///
    /// If the price is not positive.
    pub fn add_product(
        &self,
        name: impl Into<String>,
        unit_price: Decimal,
        currency: Currency,
    ) -> Result<String, InvalidProduct> {
        let mut state = self.shared.state();
        let State { catalog, random, .. } = &mut *state;
        catalog.add(random, None, Product { name: name.into(), unit_price, currency })
    }

    /// Acts as the customer of a checkout. The id is looked up when the customer acts.
    pub fn customer(&self, checkout_id: impl Into<String>) -> Customer {
        Customer { sandbox: Arc::clone(&self.shared), checkout_id: checkout_id.into() }
    }

    /// Completes a refund that is processing, by its public or numeric id.
    ///
    /// # Errors
    ///
    /// If there is no such refund, or it has ended already.
    pub fn complete_refund(&self, refund_id: &str) -> Result<(), RefundError> {
        self.shared.settle(refund_id, Ending::Completed)
    }

    /// Lets a refund that is processing fail, by its public or numeric id: its amount can be refunded again.
    ///
    /// # Errors
    ///
    /// If there is no such refund, or it has ended already.
    pub fn fail_refund(&self, refund_id: &str) -> Result<(), RefundError> {
        self.shared.settle(refund_id, Ending::Failed)
    }

    /// Lets a payment that is processing succeed, by its public or numeric id.
    ///
    /// # Errors
    ///
    /// If there is no such payment, or it is not processing.
    pub fn complete_payment(&self, payment_id: &str) -> Result<(), PaymentError> {
        self.shared.state().settle_payment(payment_id, true, self.shared.clock.now())
    }

    /// Lets a payment that is processing be declined, by its public or numeric id; the customer may try again.
    ///
    /// # Errors
    ///
    /// If there is no such payment, or it is not processing.
    pub fn fail_payment(&self, payment_id: &str) -> Result<(), PaymentError> {
        self.shared.state().settle_payment(payment_id, false, self.shared.clock.now())
    }

    /// Takes a snapshot of the current state: everything, deliveries to come included.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::of(&self.shared.state())
    }

    /// Puts back a state that was taken down, from this sandbox or another one.
    ///
    /// Deliveries go on from where they were: what was pending in the snapshot is attempted when it is due, or at once
    /// if that has passed, under the same id and also if it arrived after the snapshot was taken. Those that
    /// only the replaced state had are forgotten; an attempt that is under way reaches its receiver, and is not noted.
    /// The clock, the faults and a secret that was rotated stay unchanged: they are no part of the state.
    ///
    /// The keys of this handle stay those to call with: they are what the snapshot's own were.
    ///
    /// # Errors
    ///
    /// If the snapshot is of another version.
    pub fn restore(&self, snapshot: &Snapshot) -> Result<(), InvalidSnapshot> {
        restore::restore(&self.shared, snapshot)
    }

    /// Goes back to how everything was in the beginning. With a seed, the same ids come again.
    ///
    /// As with [`Sandbox::restore`], deliveries that were to come are forgotten, and the clock, the faults and a secret
    /// that was rotated stay unchanged.
    pub fn reset(&self) {
        self.shared.reset();
    }

    /// Waits until everything that has happened is in the state file, if there is one. Responses over HTTP wait for
    /// that themselves.
    ///
    /// # Errors
    ///
    /// If the file could not be written.
    pub async fn saved(&self) -> io::Result<()> {
        self.shared.saved().await
    }

    /// Lists the responses of this sandbox that violated its own document. Each is a defect: please report it.
    pub fn violations(&self) -> Vec<Violation> {
        self.shared.contract.all().violations.into()
    }

    /// Lists the requests that violated the document and were accepted.
    pub fn accepted_invalid_requests(&self) -> Vec<AcceptedInvalidRequest> {
        self.shared.contract.all().accepted_invalid_requests.into()
    }

    /// Stops the sandbox and waits for the responses in flight, five seconds at most. Unlike dropping it, this does not panic: it
    /// returns the responses that violated the document.
    pub async fn stop(mut self) -> Vec<Violation> {
        if let Some((stop, serving)) = self.server.take() {
            drop(stop);
            // A caller that reads nothing, or never ends its header, does not prevent the end.
            let _ = tokio::time::timeout(Duration::from_secs(5), serving).await;
        }
        self.shared.contract.take_violations().into()
    }

    /// Checks that no response violated the document so far; dropping a sandbox does the same.
    ///
    /// # Panics
    ///
    /// If one was not.
    pub fn assert_conforms(&self) {
        let violations = self.violations();
        assert!(
            violations.is_empty(),
            "responses of the sandbox violated its OpenAPI document: {violations:#?}"
        );
    }

    /// Returns the clock, to read and to move it.
    pub fn clock(&self) -> SandboxClock {
        SandboxClock { sandbox: Arc::clone(&self.shared) }
    }

    /// Returns the faults: what goes wrong on purpose.
    pub fn faults(&self) -> Faults {
        Faults { sandbox: Arc::clone(&self.shared) }
    }

    /// Returns the quirks: the other ways in which the server can behave.
    pub fn quirks(&self) -> Quirks {
        Quirks { sandbox: Arc::clone(&self.shared) }
    }

    /// Returns the handle on webhooks: tests, resends, rotations, and faulty deliveries.
    pub fn webhooks(&self) -> Webhooks {
        Webhooks { sandbox: Arc::clone(&self.shared) }
    }

    /// Lists the webhook deliveries, those to come included, in the order in which they were queued.
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.shared.state().deliveries.all().cloned().collect()
    }

    /// Waits for a delivery of an event, such as `refund.status_changed`, that was attempted; returns the first there was
    /// or will be.
    ///
    /// The attempt counts, whatever the receiver responded.
    ///
    /// # Errors
    ///
    /// If there is none within the limit, which is real time.
    pub async fn wait_for_delivery(&self, event: &str, limit: Duration) -> Result<Delivery, NoDelivery> {
        self.wait_for_delivery_where(limit, |delivery| delivery.event() == event).await
    }

    /// Waits for a delivery that was attempted and for which `wanted` returns true; returns the first there was or will be.
    ///
    /// # Errors
    ///
    /// If there is none within the limit, which is real time.
    pub async fn wait_for_delivery_where(
        &self,
        limit: Duration,
        wanted: impl Fn(&Delivery) -> bool,
    ) -> Result<Delivery, NoDelivery> {
        let mut changes = self.shared.changes.subscribe();
        let attempted = || {
            let all = self.deliveries().into_iter();
            all.filter(|delivery| !delivery.attempts().is_empty())
        };
        let found = async {
            loop {
                if let Some(delivery) = attempted().find(&wanted) {
                    return delivery;
                }
                if changes.changed().await.is_err() {
                    // The sender is part of what this handle holds, so it cannot go away while this waits.
                    std::future::pending::<()>().await;
                }
            }
        };
        tokio::time::timeout(limit, found).await.map_err(|_| NoDelivery {
            limit,
            attempted: attempted().map(|delivery| delivery.event().to_owned()).collect(),
        })
    }
}

impl Drop for Sandbox {
    /// Stops the sandbox, and fails the test that made it break its document.
    fn drop(&mut self) {
        for worker in &self.workers {
            worker.abort();
        }
        if !std::thread::panicking() {
            self.assert_conforms();
        }
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox").field("base_url", &self.base_url()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_sandbox_that_broke_its_document_fails_its_test() {
        let sandbox = Sandbox::start().await.unwrap();
        sandbox.assert_conforms();
        let operation = "GET /refunds/".to_owned();
        sandbox.shared.contract.violation(Violation {
            operation,
            status: 200,
            problems: vec!["x".to_owned()],
        });

        assert_eq!(sandbox.violations().len(), 1);
        let dropped = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(sandbox)));
        assert!(dropped.is_err());
    }
}
