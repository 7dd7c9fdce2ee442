//! Finds payment links, adds up what came in through them, and closes those that are used up.

use std::collections::HashMap;

use uuid::Uuid;

use crate::model::checkout::Checkout;
use crate::model::payment::Payment;
use crate::model::payment_link::{PaymentLink, Totals};
use crate::model::state::State;

impl State {
    /// Finds a link by its id as written in a path, unless it was deleted.
    pub(crate) fn payment_link(&self, id: &str) -> Option<&PaymentLink> {
        let id = hyphenated(id)?;
        self.payment_links.iter().find(|link| link.id == id && !link.deleted)
    }

    /// Finds a link by the token of its public address, unless it was deleted.
    pub(crate) fn public_payment_link(&self, token: &str) -> Option<&PaymentLink> {
        let token = hyphenated(token)?;
        self.payment_links.iter().find(|link| link.token == token && !link.deleted)
    }

    /// Link that a payment came through.
    pub(crate) fn link_of(&self, payment: &Payment) -> Option<Uuid> {
        self.checkouts.get(&payment.order_id)?.payment_link
    }

    /// Adds up what came in through each link.
    pub(crate) fn link_totals(&self) -> HashMap<Uuid, Totals> {
        let mut totals: HashMap<Uuid, Totals> =
            self.payment_links.iter().map(|link| (link.id, link.past)).collect();
        for payment in self.payments.rows() {
            if let Some(link) = self.link_of(payment) {
                totals.entry(link).or_default().add(payment);
            }
        }
        totals
    }

    /// Returns by how many uses more or less than `max_uses` the link of a checkout has; nothing without a limit.
    pub(crate) fn uses_left(&self, checkout: &Checkout) -> Option<i64> {
        let id = checkout.payment_link?;
        let max = self.payment_links.iter().find(|link| link.id == id)?.terms.max_uses?;
        let uses = self.link_totals().remove(&id).unwrap_or_default().uses;
        Some(i64::from(max) - i64::from(uses))
    }
}

/// Reads a UUID in the one form that has hyphens.
fn hyphenated(text: &str) -> Option<Uuid> {
    (text.len() == 36).then(|| text.parse().ok()).flatten()
}
