//! Entities that a sandbox stores, one a file. No HTTP here, and no change of more than one entity (`actions`).

pub(crate) mod api_key;
pub(crate) mod catalog;
pub(crate) mod checkout;
pub(crate) mod credentials;
pub(crate) mod order;
pub(crate) mod organization;
pub(crate) mod payment;
pub(crate) mod payment_link;
pub(crate) mod refund;
pub(crate) mod scope;
pub(crate) mod state;
