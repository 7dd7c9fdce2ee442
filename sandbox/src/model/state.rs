//! Everything a sandbox stores, behind one lock.
//!
//! Not here: what changes it. Each kind of change is an `impl State` of its own in `actions`.

use crate::values::tracked::TrackedMap;
use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::model::catalog::Catalog;
use crate::model::checkout::Checkout;
use crate::model::credentials::Credentials;
use crate::model::organization::Organization;
use crate::model::payment::Payment;
use crate::model::payment_link::PaymentLink;
use crate::model::refund::Refund;
use crate::outbox::delivery_fault::DeliveryFault;
use crate::outbox::queue::Outbox;
use crate::values::mac::MacKey;
use crate::values::random::Random;
use crate::values::table::Table;

/// State of one sandbox.
#[derive(Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) random: Random,
    pub(crate) credentials: Credentials,
    pub(crate) organization: Organization,
    pub(crate) token_signer: MacKey,
    pub(crate) catalog: Catalog,
    /// By `checkout_id`.
    #[serde(serialize_with = "checkouts_text", deserialize_with = "read_checkouts")]
    pub(crate) checkouts: TrackedMap<String, Checkout>,
    pub(crate) payments: Table<Payment>,
    pub(crate) refunds: Table<Refund>,
    /// Oldest first.
    pub(crate) payment_links: Vec<PaymentLink>,
    pub(crate) webhook_url: Option<String>,
    /// Every webhook, sent or to be sent.
    pub(crate) deliveries: Outbox,
    /// Faults of the next deliveries, one each.
    pub(crate) delivery_faults: VecDeque<DeliveryFault>,
}

impl State {
    pub(crate) fn new(mut random: Random, session_token: &str, webhook_url: Option<String>) -> State {
        State {
            credentials: Credentials::new(&mut random, session_token),
            organization: Organization::seeded(),
            token_signer: MacKey::new(random.text(32).as_bytes()),
            catalog: Catalog::seeded(),
            checkouts: TrackedMap::default(),
            payments: Table::new(&mut random),
            refunds: Table::new(&mut random),
            payment_links: Vec::new(),
            webhook_url,
            deliveries: Outbox::default(),
            delivery_faults: VecDeque::new(),
            random,
        }
    }

    /// Forgets what has changed, because all of it was saved.
    pub(crate) fn mark_saved(&mut self) {
        self.checkouts.mark_saved();
        self.payments.mark_saved();
        self.refunds.mark_saved();
        self.deliveries.mark_saved();
    }
}

fn checkouts_text<S: Serializer>(
    checkouts: &TrackedMap<String, Checkout>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(checkouts.iter())
}

fn read_checkouts<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<TrackedMap<String, Checkout>, D::Error> {
    BTreeMap::deserialize(deserializer).map(TrackedMap::from_iter)
}
