//! Choices that the owner of a sandbox makes before it starts.

use crate::values::money::Fee;

/// Describes how errors in a list of objects are reported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ListErrors {
    /// One object an item, empty for those that are right: `[{}, {"quantity": [..]}]`, as Django REST Framework wrote
    /// before 3.18.
    #[default]
    ByPosition,
    /// An object with the numbers of those that are wrong: `{"1": {"quantity": [..]}}`, as it writes since then.
    ByIndex,
}

/// Shape of lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ListShape {
    /// Rows of the page and nothing else, as ND8's reference shows it.
    #[default]
    Bare,
    /// An object with `count`, `next`, `previous` and `results`, the framework's own habit: what ND8 may come to, and
    /// a client should not break on.
    Envelope,
}

/// Selects who settles refunds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum RefundPolicy {
    /// Each refund completes by itself right after its creation, independently of the response: a caller who
    /// looks at it next finds it `processing` or `completed`.
    #[default]
    Automatic,
    /// Refunds stay `processing` until [`Sandbox::complete_refund`](crate::Sandbox::complete_refund) or [`Sandbox::fail_refund`](crate::Sandbox::fail_refund) is called.
    Manual,
}

/// Limits what a sandbox stores: the oldest goes when there is more. See [`Builder::retention`](crate::Builder::retention).
///
/// A payment that goes takes its checkout and its refunds along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    pub(crate) payments: usize,
    pub(crate) refunds: usize,
    pub(crate) deliveries: usize,
    pub(crate) requests: usize,
}

impl Default for Retention {
    /// Stores 5,000 payments, 10,000 refunds, 10,000 deliveries, and 100 requests.
    fn default() -> Retention {
        Retention { payments: 5_000, refunds: 10_000, deliveries: 10_000, requests: 100 }
    }
}

impl Retention {
    /// Stores so many payments, and so many checkouts without a payment.
    #[must_use]
    pub fn payments(self, payments: usize) -> Retention {
        Retention { payments, ..self }
    }

    /// Stores so many refunds.
    #[must_use]
    pub fn refunds(self, refunds: usize) -> Retention {
        Retention { refunds, ..self }
    }

    /// Stores so many webhook deliveries.
    #[must_use]
    pub fn deliveries(self, deliveries: usize) -> Retention {
        Retention { deliveries, ..self }
    }

    /// Stores so many requests for the dashboard.
    #[must_use]
    pub fn requests(self, requests: usize) -> Retention {
        Retention { requests, ..self }
    }
}

/// Describes how the sandbox behaves where ND8 may do otherwise.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Settings {
    pub(crate) list_errors: ListErrors,
    pub(crate) retention: Retention,
    pub(crate) fee: Fee,
}
