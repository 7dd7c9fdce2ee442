//! The probe against `nd8-sandbox` and against servers that are none, on loopback.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod apply;
mod bounds;
mod defaults;
mod documents;
mod hostile;
mod production;
mod quirks;
mod redaction;
mod support;
mod truth;
mod webhooks;
