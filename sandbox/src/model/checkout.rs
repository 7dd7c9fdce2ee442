//! Hosted checkouts in their stored form.
//!
//! Not here: how a request is read (`api::checkout`), and what the customer does (`actions::customer`).

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::model::order::Order;
use crate::values::time::SandboxTime;

/// An outcome that a merchant may ask for; what the customer does then ends this way (`customer`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Simulate {
    PaymentFailed,
    CheckoutCanceled,
    Canceled,
    SuccessPendingDeposit,
    CheckoutPending,
}

impl Simulate {
    pub(crate) const ALL: [Simulate; 5] = [
        Simulate::PaymentFailed,
        Simulate::CheckoutCanceled,
        Simulate::Canceled,
        Simulate::SuccessPendingDeposit,
        Simulate::CheckoutPending,
    ];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Simulate::PaymentFailed => "payment_failed",
            Simulate::CheckoutCanceled => "checkout_canceled",
            Simulate::Canceled => "canceled",
            Simulate::SuccessPendingDeposit => "success_pending_deposit",
            Simulate::CheckoutPending => "checkout_pending",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Simulate> {
        Simulate::ALL.into_iter().find(|simulate| simulate.as_str() == word)
    }
}

/// Person who pays.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Billing {
    pub(crate) country: String,
    pub(crate) postal_code: Option<String>,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) email: String,
    pub(crate) phone: Option<String>,
}

/// Where the customer's browser goes afterwards.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct ReturnUrls {
    pub(crate) success: Option<String>,
    pub(crate) failed: Option<String>,
    pub(crate) cancel: Option<String>,
}

/// A request that was found to be right.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CheckoutRequest {
    pub(crate) billing: Billing,
    pub(crate) order: Order,
    pub(crate) return_urls: ReturnUrls,
    pub(crate) simulate: Option<Simulate>,
}

/// A session in which a customer can pay.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Checkout {
    /// `checkout_id` and `order_id` in one.
    pub(crate) id: String,
    pub(crate) token: String,
    pub(crate) expires_at: SandboxTime,
    pub(crate) request: CheckoutRequest,
    /// Link that led here.
    pub(crate) payment_link: Option<Uuid>,
    /// Public id of the payment, once the customer has done anything.
    pub(crate) payment: Option<String>,
    /// Set by paying and by cancelling, which nothing follows.
    pub(crate) used: bool,
}
