//! Refunds in their stored form.
//!
//! Not here: how one is opened and settled (`actions::refund`).

use serde::{Deserialize, Serialize};

use crate::values::money::{Amount, Currency};
use crate::values::table::{Key, Keyed};
use crate::values::time::SandboxTime;

/// Status of a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RefundStatus {
    Processing,
    Completed,
    Failed,
}

impl RefundStatus {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            RefundStatus::Processing => "processing",
            RefundStatus::Completed => "completed",
            RefundStatus::Failed => "failed",
        }
    }
}

/// A refund.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Refund {
    pub(crate) key: Key,
    /// Public id of the payment.
    pub(crate) payment_id: String,
    pub(crate) payment_number: u64,
    pub(crate) order_id: String,
    pub(crate) amount: Amount,
    pub(crate) currency: Currency,
    pub(crate) reason: String,
    pub(crate) status: RefundStatus,
    pub(crate) created_at: SandboxTime,
    pub(crate) updated_at: SandboxTime,
}

impl Keyed for Refund {
    fn key(&self) -> &Key {
        &self.key
    }
}

impl Refund {
    pub(crate) fn is_processing(&self) -> bool {
        self.status == RefundStatus::Processing
    }

    pub(crate) fn amount_usd(&self) -> String {
        format!("{:.2}", self.amount.in_usd(self.currency))
    }
}
