//! Compares what this project assumes of the ND8 API with what a server does.
//!
//! [`run`] sends a bounded number of requests to a sandbox and returns a [`Report`]: for each [`Fact`] whether it is as
//! assumed, otherwise, or could not be seen. [`overlay`] turns a report into entries of `openapi/overlay.json`.
//!
//! # Layout
//!
//! `facts/` has one table of facts and the requests that decide them for each area of the API, `http/` sends requests within
//! the limits, `guard` refuses production, `receiver` takes webhooks, `report/` renders. This crate depends on neither
//! `nd8` nor its generated types: a client that reads responses the way it expects them would see nothing else.
//!
//! # Dangers
//!
//! A run creates checkouts, and with [`Options::refunds`] refunds. It refuses whatever it cannot prove to be a sandbox, and
//! each checkout that it creates carries `sandbox_simulate`, which production refuses.

mod assumptions;
mod fact;
pub mod facts;
mod finding;
mod guard;
mod http;
mod options;
pub mod overlay;
mod probe;
mod receiver;
mod report;
mod run;
mod seen;
mod words;

pub use assumptions::Assumptions;
pub use fact::{Fact, Remedy};
pub use finding::{Finding, Verdict};
pub use guard::Refusal;
pub use options::{InvalidTarget, Limits, Options, PageHook, Server, Target, Webhooks};
pub use probe::run;
pub use report::{Format, Report};
pub use seen::Seen;
