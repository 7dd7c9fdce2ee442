//! Refunds: one, and the list.

pub(crate) mod list;
pub(crate) mod refund;
