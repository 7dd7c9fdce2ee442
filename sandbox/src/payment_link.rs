//! Payment links: what is kept of one, when it can be paid through, and the dashboard's view of it.
//!
//! A link keeps the products as they were when they were put into it: a later change of the catalog does not change
//! what its customers pay. Not here: the dashboard's operations (`link_management`) and the customer's
//! (`public_link`).

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::clock::Moment;
use crate::money::{Amount, Currency};
use crate::order::Order;
use crate::payment::Payment;
use crate::state::State;

/// Whether a link's prices contain tax. The sandbox adds none either way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum PricingMode {
    #[default]
    TaxInclusive,
    TaxExclusive,
}

impl PricingMode {
    pub(crate) fn parse(word: &str) -> Option<PricingMode> {
        match word {
            "TAX_INCLUSIVE" => Some(PricingMode::TaxInclusive),
            "TAX_EXCLUSIVE" => Some(PricingMode::TaxExclusive),
            _ => None,
        }
    }
}

/// What the merchant says of a link.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Terms {
    pub(crate) name: String,
    pub(crate) order: Order,
    pub(crate) pricing_mode: PricingMode,
    pub(crate) expires_at: Option<Moment>,
    pub(crate) max_uses: Option<u32>,
    /// The merchant's own object, digit for digit.
    pub(crate) metadata: Box<RawValue>,
    pub(crate) is_active: bool,
}

/// A payment link.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PaymentLink {
    pub(crate) id: Uuid,
    /// The part of the public address.
    pub(crate) token: Uuid,
    pub(crate) terms: Terms,
    pub(crate) created_at: Moment,
    pub(crate) updated_at: Moment,
    /// Set by deleting: the link is gone for everybody, and its payments stay.
    pub(crate) deleted: bool,
}

/// Why nobody can pay through a link any more, or for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Closed {
    Inactive,
    Expired,
    UsedUp,
}

impl PaymentLink {
    /// Says whether the link can be paid through.
    pub(crate) fn is_open(&self, totals: &Totals, now: Moment) -> Result<(), Closed> {
        if !self.terms.is_active {
            return Err(Closed::Inactive);
        }
        if self.terms.expires_at.is_some_and(|end| end <= now) {
            return Err(Closed::Expired);
        }
        if self.terms.max_uses.is_some_and(|max| totals.uses >= max) {
            return Err(Closed::UsedUp);
        }
        Ok(())
    }

    pub(crate) fn view(&self, totals: Totals) -> PaymentLinkView<'_> {
        let terms = &self.terms;
        let products = terms
            .order
            .lines
            .iter()
            .map(|line| LinkProduct { product_id: line.product_id.as_deref(), quantity: line.quantity });
        PaymentLinkView {
            id: self.id,
            token: self.token,
            name: &terms.name,
            products: products.collect(),
            currency: terms.order.currency,
            pricing_mode: terms.pricing_mode,
            expires_at: terms.expires_at,
            max_uses: terms.max_uses,
            metadata: &terms.metadata,
            is_active: terms.is_active,
            created_at: self.created_at,
            updated_at: self.updated_at,
            totals,
        }
    }
}

/// A payment link as the dashboard shows it.
#[derive(Serialize)]
pub(crate) struct PaymentLinkView<'a> {
    id: Uuid,
    token: Uuid,
    name: &'a str,
    products: Vec<LinkProduct<'a>>,
    currency: Currency,
    pricing_mode: PricingMode,
    expires_at: Option<Moment>,
    max_uses: Option<u32>,
    metadata: &'a RawValue,
    is_active: bool,
    created_at: Moment,
    updated_at: Moment,
    #[serde(flatten)]
    totals: Totals,
}

#[derive(Serialize)]
struct LinkProduct<'a> {
    product_id: Option<&'a str>,
    quantity: u32,
}

/// What came in through a link. The guides tell that there are aggregates; their names are assumed.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Totals {
    /// Payments that customers began, whatever came of them.
    payments_count: u32,
    /// Those that were paid, refunded later or not: what `max_uses` counts.
    pub(crate) uses: u32,
    /// What those came to, before refunds.
    amount_paid: Amount,
}

impl Default for Totals {
    fn default() -> Totals {
        Totals { payments_count: 0, uses: 0, amount_paid: Amount::ZERO }
    }
}

impl Totals {
    fn add(&mut self, payment: &Payment) {
        self.payments_count += 1;
        // Only what was paid has something that could be given back, if it is nothing more.
        if payment.refundable().is_some() {
            self.uses += 1;
            self.amount_paid = self.amount_paid.plus(payment.amount);
        }
    }
}

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
