//! Payment links: what is stored of one, and when it accepts payments.
//!
//! A link stores its products with the prices of that time: a later change of the catalog does not change what its
//! customers pay.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::model::order::Order;
use crate::model::payment::{Payment, PaymentOutcome};
use crate::values::money::Amount;
use crate::values::time::SandboxTime;

/// Tax mode of a link's prices. The sandbox adds no tax either way.
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

/// Properties of a link that the merchant sets.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Terms {
    pub(crate) name: String,
    pub(crate) order: Order,
    pub(crate) pricing_mode: PricingMode,
    pub(crate) expires_at: Option<SandboxTime>,
    pub(crate) max_uses: Option<u32>,
    /// Merchant's own object, digit for digit.
    pub(crate) metadata: Box<RawValue>,
    pub(crate) is_active: bool,
}

/// A payment link.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PaymentLink {
    pub(crate) id: Uuid,
    /// Part of the public address.
    pub(crate) token: Uuid,
    pub(crate) terms: Terms,
    pub(crate) created_at: SandboxTime,
    pub(crate) updated_at: SandboxTime,
    /// Totals of payments that are no longer kept.
    pub(crate) past: Totals,
    /// Set by deleting: the link is gone for everybody, and its payments stay.
    pub(crate) deleted: bool,
}

/// Reports why a link cannot be paid through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Closed {
    Inactive,
    Expired,
    UsedUp,
}

impl PaymentLink {
    /// Returns whether the link can be paid through.
    pub(crate) fn is_open(&self, totals: &Totals, now: SandboxTime) -> Result<(), Closed> {
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
}

/// Totals of the payments of a link. The guides mention aggregates; their names are assumed.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Totals {
    /// Payments that customers began, whatever came of them.
    payments_count: u32,
    /// Those that were paid, refunded later or not, and those that are processing: what `max_uses` counts.
    pub(crate) uses: u32,
    /// Amount that was paid, before refunds.
    amount_paid: Amount,
}

impl Default for Totals {
    fn default() -> Totals {
        Totals { payments_count: 0, uses: 0, amount_paid: Amount::ZERO }
    }
}

impl Totals {
    pub(crate) fn add(&mut self, payment: &Payment) {
        self.payments_count += 1;
        if matches!(payment.outcome, PaymentOutcome::Paid | PaymentOutcome::Processing) {
            self.uses += 1;
        }
        if payment.outcome == PaymentOutcome::Paid {
            self.amount_paid = self.amount_paid.plus(payment.amount);
        }
    }
}
