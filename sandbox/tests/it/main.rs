//! The sandbox from outside: real HTTP over loopback, one module per behaviour.

// A panic is how a test fails; clippy's own exception sees only functions marked as tests, not their helpers.
#![allow(clippy::unwrap_used)]

mod auth;
mod binary;
mod checkout;
mod customer;
mod errors;
mod instances;
mod journey;
mod page;
mod refund_list;
mod refunds;
mod support;
mod webhooks;
