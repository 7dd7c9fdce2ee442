//! Contents of a webhook: event names and payloads.
//!
//! Not here: when one is sent (`announce`), and how (`webhooks`).

use serde::Serialize;

use crate::model::payment::{DepositAttempt, Payment, PaymentStatus};
use crate::model::refund::{Refund, RefundStatus};
use crate::values::money::{Amount, Currency};
use crate::values::time::SandboxTime;

/// Describes what a webhook is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// A payment changed, if only by another attempt.
    PaymentChanged,
    /// A refund changed.
    RefundChanged,
    /// Nothing changed: the merchant wants to see whether webhooks arrive.
    Test,
}

impl Event {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Event::PaymentChanged => "transaction.status_changed",
            Event::RefundChanged => "refund.status_changed",
            Event::Test => "webhook.test",
        }
    }
}

#[derive(Serialize)]
struct PaymentPayload<'a> {
    event: &'static str,
    transaction_id: &'a str,
    order_id: &'a str,
    amount: Amount,
    status: PaymentStatus,
    currency: Currency,
    #[serde(rename = "depositAttempts")]
    deposit_attempts: &'a [DepositAttempt],
    created_at: SandboxTime,
    updated_at: SandboxTime,
}

/// Writes the payload of `transaction.status_changed`.
pub(crate) fn payment_payload(payment: &Payment) -> String {
    text_of(&PaymentPayload {
        event: Event::PaymentChanged.name(),
        transaction_id: &payment.key.public,
        order_id: &payment.order_id,
        amount: payment.amount,
        status: payment.status(),
        currency: payment.currency,
        deposit_attempts: &payment.attempts,
        created_at: payment.created_at,
        updated_at: payment.updated_at,
    })
}

#[derive(Serialize)]
struct RefundPayload<'a> {
    event: &'static str,
    refund_id: &'a str,
    transaction_id: &'a str,
    order_id: &'a str,
    amount: Amount,
    currency: Currency,
    amount_in_cents: i64,
    amount_usd: String,
    reason: &'a str,
    status: RefundStatus,
    created_at: SandboxTime,
    updated_at: SandboxTime,
}

/// Writes the payload of `refund.status_changed`, whose fields ND8 prints nowhere: this is what they are
/// assumed to be.
pub(crate) fn refund_payload(refund: &Refund) -> String {
    text_of(&RefundPayload {
        event: Event::RefundChanged.name(),
        refund_id: &refund.key.public,
        transaction_id: &refund.payment_id,
        order_id: &refund.order_id,
        amount: refund.amount,
        currency: refund.currency,
        amount_in_cents: refund.amount.cents(),
        amount_usd: refund.amount_usd(),
        reason: &refund.reason,
        status: refund.status,
        created_at: refund.created_at,
        updated_at: refund.updated_at,
    })
}

#[derive(Serialize)]
struct TestPayload {
    event: &'static str,
    created_at: SandboxTime,
}

/// Writes the payload of `webhook.test`, which ND8 prints nowhere.
pub(crate) fn test_payload(now: SandboxTime) -> String {
    text_of(&TestPayload { event: Event::Test.name(), created_at: now })
}

fn text_of(payload: &impl Serialize) -> String {
    serde_json::to_string(payload).expect("these structs have text keys and nothing that fails to serialize")
}
