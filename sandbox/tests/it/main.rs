//! The sandbox from outside: real HTTP over loopback, one module per behaviour.

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
