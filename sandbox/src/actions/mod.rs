//! Actions that change a state: each runs under its lock and queues the webhooks that report it. No HTTP here.

pub(crate) mod announce;
pub(crate) mod checkout;
pub(crate) mod customer;
pub(crate) mod payload;
pub(crate) mod payment_link;
pub(crate) mod refund;
pub(crate) mod retention;
