//! Everything an instance remembers, behind one lock.
//!
//! Each kind of change lives with its area as another `impl State` (`checkout`, `customer`, `refund`, `payment_link`). A
//! change and the announcement of it happen under the same lock, so webhooks are queued in the order of what
//! they tell.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use crate::auth::Credentials;
use crate::catalog::Catalog;
use crate::checkout::Checkout;
use crate::delivery::Job;
use crate::mac::MacKey;
use crate::organization::Organization;
use crate::payment::Payment;
use crate::payment_link::PaymentLink;
use crate::random::Random;
use crate::refund::Refund;
use crate::table::Table;
use crate::webhook::{self, Event};

/// The state of one sandbox.
#[derive(Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) random: Random,
    pub(crate) credentials: Credentials,
    pub(crate) organization: Organization,
    pub(crate) token_signer: MacKey,
    pub(crate) catalog: Catalog,
    /// By `checkout_id`.
    pub(crate) checkouts: BTreeMap<String, Checkout>,
    pub(crate) payments: Table<Payment>,
    pub(crate) refunds: Table<Refund>,
    /// Oldest first.
    pub(crate) payment_links: Vec<PaymentLink>,
    pub(crate) webhook_url: Option<String>,
    /// Not part of what is kept: a state that was read gets that of the sandbox it goes to.
    #[serde(skip, default = "nowhere")]
    pub(crate) outbox: UnboundedSender<Job>,
}

fn nowhere() -> UnboundedSender<Job> {
    unbounded_channel().0
}

impl State {
    pub(crate) fn new(mut random: Random, session_token: &str, webhook_url: Option<String>) -> State {
        State {
            credentials: Credentials::new(&mut random, session_token),
            organization: Organization::seeded(),
            token_signer: MacKey::new(random.text(32).as_bytes()),
            catalog: Catalog::seeded(),
            checkouts: BTreeMap::new(),
            payments: Table::new(&mut random),
            refunds: Table::new(&mut random),
            payment_links: Vec::new(),
            webhook_url,
            outbox: nowhere(),
            random,
        }
    }

    /// Queues a webhook that tells how a payment stands now.
    pub(crate) fn announce_payment(&mut self, payment_id: &str) {
        if let Some(payment) = self.payments.find(payment_id) {
            let payload = webhook::payment_payload(payment);
            self.announce(payment_id.to_owned(), Event::PaymentChanged, payload);
        }
    }

    /// Queues a webhook that tells how a refund stands now.
    pub(crate) fn announce_refund(&mut self, refund_id: &str) {
        if let Some(refund) = self.refunds.find(refund_id) {
            let payload = webhook::refund_payload(refund);
            self.announce(refund.payment_id.clone(), Event::RefundChanged, payload);
        }
    }

    /// Queues a webhook, unless nobody listens.
    fn announce(&mut self, payment_id: String, event: Event, payload: bytes::Bytes) {
        let Some(url) = self.webhook_url.clone() else { return };
        let job = Job { id: self.random.uuid(), event, payment_id, url, payload };
        // The queue is gone only when the sandbox is being dropped, and then nobody waits for the webhook.
        let _ = self.outbox.send(job);
    }
}
