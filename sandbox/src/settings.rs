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
    /// Each refund completes by itself as soon as it was created, independently of the response: a caller who
    /// looks at it next finds it `processing` or `completed`.
    #[default]
    Automatic,
    /// Refunds stay `processing` until [`Sandbox::complete_refund`](crate::Sandbox::complete_refund) or [`Sandbox::fail_refund`](crate::Sandbox::fail_refund) is called.
    Manual,
}

/// Limits what a sandbox keeps: the oldest goes when there is more. See [`Builder::retention`](crate::Builder::retention).
///
/// A payment that goes takes its checkout and its refunds along. With a state file, each change writes everything that is
/// kept, so these numbers bound its time as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    pub(crate) payments: usize,
    pub(crate) refunds: usize,
    pub(crate) deliveries: usize,
    pub(crate) requests: usize,
}

impl Default for Retention {
    /// Keeps 10,000 payments, 20,000 refunds, 20,000 deliveries, and 100 requests.
    fn default() -> Retention {
        Retention { payments: 10_000, refunds: 20_000, deliveries: 20_000, requests: 100 }
    }
}

impl Retention {
    /// Keeps what is written in a few milliseconds: 2,000 payments, 2,000 refunds, 2,000 deliveries, and 100 requests. This is the
    /// default of a sandbox with a state file.
    pub fn for_state_file() -> Retention {
        Retention { payments: 2_000, refunds: 2_000, deliveries: 2_000, requests: 100 }
    }

    /// Keeps so many payments, and so many checkouts without a payment.
    #[must_use]
    pub fn payments(self, payments: usize) -> Retention {
        Retention { payments, ..self }
    }

    /// Keeps so many refunds.
    #[must_use]
    pub fn refunds(self, refunds: usize) -> Retention {
        Retention { refunds, ..self }
    }

    /// Keeps so many webhook deliveries.
    #[must_use]
    pub fn deliveries(self, deliveries: usize) -> Retention {
        Retention { deliveries, ..self }
    }

    /// Keeps so many requests for the dashboard.
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
