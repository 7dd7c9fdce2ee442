//! Handles on single concerns of a running sandbox, for tests in Rust.

pub(crate) mod clock;
pub(crate) mod customer;
pub(crate) mod faults;
pub(crate) mod quirks;
pub(crate) mod webhooks;
