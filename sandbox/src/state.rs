//! Everything an instance remembers, behind one lock.
//!
//! Each kind of change lives with its area as another `impl State` (`checkout`, `customer`, `refund`, `payment_link`). A
//! change and the announcement of it happen under the same lock, so webhooks are queued in the order of what
//! they tell.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::auth::Credentials;
use crate::catalog::Catalog;
use crate::checkout::Checkout;
use crate::clock::Moment;
use crate::delivery::{Delivery, DeliveryStatus};
use crate::mac::MacKey;
use crate::misbehaviour::Misbehaviour;
use crate::organization::Organization;
use crate::outbox::Outbox;
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
    /// Every webhook, sent or to be sent.
    pub(crate) deliveries: Outbox,
    /// How the next deliveries are to misbehave, one each.
    pub(crate) misbehaviours: VecDeque<Misbehaviour>,
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
            deliveries: Outbox::default(),
            misbehaviours: VecDeque::new(),
            random,
        }
    }

    /// Queues a webhook that tells how a payment stands now.
    pub(crate) fn announce_payment(&mut self, payment_id: &str) {
        if let Some(payment) = self.payments.find(payment_id) {
            let (payload, now) = (webhook::payment_payload(payment), payment.updated_at);
            self.announce(payment_id.to_owned(), Event::PaymentChanged, payload, now);
        }
    }

    /// Queues a webhook that tells how a refund stands now.
    pub(crate) fn announce_refund(&mut self, refund_id: &str) {
        if let Some(refund) = self.refunds.find(refund_id) {
            let (payload, now) = (webhook::refund_payload(refund), refund.updated_at);
            self.announce(refund.payment_id.clone(), Event::RefundChanged, payload, now);
        }
    }

    /// Queues a webhook, unless nobody listens. Gives its id.
    pub(crate) fn announce(
        &mut self,
        payment_id: String,
        event: Event,
        payload: String,
        now: Moment,
    ) -> Option<Uuid> {
        let url = self.webhook_url.clone()?;
        let misbehaviour = self.misbehaviours.pop_front();
        let (event, payload) = match misbehaviour {
            Some(misbehaviour) => misbehaviour.twist(event.name().to_owned(), payload),
            None => (event.name().to_owned(), payload),
        };
        Some(self.queue(payment_id, event, url, payload, misbehaviour, now))
    }

    /// Queues what a delivery said once more, under an id of its own. Gives that id.
    pub(crate) fn resend(&mut self, id: Uuid, now: Moment) -> Option<Uuid> {
        let Delivery { payment_id, event, url, payload, .. } = self.deliveries.find(id)?.clone();
        let url = self.webhook_url.clone().unwrap_or(url);
        let misbehaviour = self.misbehaviours.pop_front();
        Some(self.queue(payment_id, event, url, payload, misbehaviour, now))
    }

    fn queue(
        &mut self,
        payment_id: String,
        event: String,
        url: String,
        payload: String,
        misbehaviour: Option<Misbehaviour>,
        now: Moment,
    ) -> Uuid {
        let id = self.random.uuid();
        self.deliveries.add(Delivery {
            id,
            event,
            payment_id,
            url,
            payload,
            misbehaviour,
            created_at: now,
            attempts: Vec::new(),
            status: DeliveryStatus::Pending,
            next: now,
        });
        id
    }
}
