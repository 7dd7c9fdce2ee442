//! Payment links: what the merchant calls, and what the customer calls.

pub(crate) mod management;
pub(crate) mod public;
pub(crate) mod view;
