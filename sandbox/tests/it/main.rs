//! Sandbox from outside: real HTTP over loopback, one module per behaviour.

// A panic is how a test fails; clippy's own exception sees only functions marked as tests, not their helpers.
#![allow(clippy::unwrap_used)]

mod api_keys;
mod auth;
mod binary;
mod browser;
mod checkout;
mod clock;
mod contract;
mod control;
mod customer;
mod dashboard;
mod deliveries;
mod delivery_faults;
mod errors;
mod faults;
mod foreign_sites;
mod instances;
mod journey;
mod killed;
mod limits;
mod lists;
mod organization;
mod page;
mod payment_links;
mod quirks;
mod refund_list;
mod refunds;
mod retention;
mod seed;
mod snapshots;
mod state_file;
mod support;
mod ui;
mod webhook_config;
mod webhooks;
