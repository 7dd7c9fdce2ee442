//! Finds payment links, adds up what came in through them, and closes those that are used up.

use std::collections::HashMap;

use uuid::Uuid;

use crate::model::payment::Payment;
use crate::model::payment_link::{PaymentLink, Totals};
use crate::model::state::State;

impl State {
    /// Finds a link by its id as it stands in a path, unless it was deleted.
    pub(crate) fn payment_link(&self, id: &str) -> Option<&PaymentLink> {
        let id = hyphenated(id)?;
        self.payment_links.iter().find(|link| link.id == id && !link.deleted)
    }

    /// Finds a link by the token of its public address, unless it was deleted.
    pub(crate) fn public_payment_link(&self, token: &str) -> Option<&PaymentLink> {
        let token = hyphenated(token)?;
        self.payment_links.iter().find(|link| link.token == token && !link.deleted)
    }

    /// The link that a payment came through.
    pub(crate) fn link_of(&self, payment: &Payment) -> Option<Uuid> {
        self.checkouts.get(&payment.order_id)?.payment_link
    }

    /// Adds up what came in through each link.
    pub(crate) fn link_totals(&self) -> HashMap<Uuid, Totals> {
        let mut totals: HashMap<Uuid, Totals> = HashMap::new();
        for payment in self.payments.rows() {
            if let Some(link) = self.link_of(payment) {
                totals.entry(link).or_default().add(payment);
            }
        }
        totals
    }

    /// Closes the other checkouts of a link when a payment was the last one that it allows: otherwise checkouts that
    /// were opened in time could take more payments than `max_uses`.
    pub(crate) fn close_used_up_link(&mut self, checkout_id: &str) {
        let Some(id) = self.checkouts.get(checkout_id).and_then(|checkout| checkout.payment_link) else {
            return;
        };
        let totals = self.link_totals().remove(&id).unwrap_or_default();
        let max = self.payment_links.iter().find(|link| link.id == id).and_then(|link| link.terms.max_uses);
        if max.is_some_and(|max| totals.uses >= max) {
            let of_link = self.checkouts.values_mut().filter(|checkout| checkout.payment_link == Some(id));
            of_link.for_each(|checkout| checkout.used = true);
        }
    }
}

/// Reads a UUID in the one form that has hyphens.
fn hyphenated(text: &str) -> Option<Uuid> {
    (text.len() == 36).then(|| text.parse().ok()).flatten()
}
