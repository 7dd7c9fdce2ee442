//! Webhook deliveries of ND8 that survive many machines: stored before they are acknowledged, worked in order for each payment,
//! retried, and handled once, in a PostgreSQL database that a shop runs already.
//!
//! [`Inbox::receive`] stores a verified delivery and returns after the commit. A [`Worker`] claims deliveries and calls a [`Handler`]
//! with a transaction: what the handler writes there commits together with the completion of the delivery, or not at all. There may
//! be any number of receivers and workers on any number of machines; between them is only the database.
//!
//! # What holds
//!
//! - An acknowledged delivery is stored, and its handler is called until it succeeds once, or is dead.
//! - What the handler writes in its transaction takes effect once, whatever crashes: process, machine or database.
//! - Deliveries of one payment, or of one refund, are handled one at a time and in the order in which they were received. Different ones
//!   are handled in parallel.
//! - A repeated delivery changes nothing.
//!
//! Order of receipt is not the order in which things happened: ND8 promises none. [`record_if_newer`] shows which state is newer, and
//! `client.payments().get(…)` what is true now.
//!
//! # From other clients of PostgreSQL
//!
//! The logic is in SQL functions of the schema `nd8_inbox`, which [`Inbox::migrate`] installs. A program that uses sqlx, diesel or
//! SeaORM calls them in its own transaction, so no type of theirs is needed here:
//!
//! ```sql
//! SELECT * FROM nd8_inbox.claim(1, interval '60 seconds');
//! BEGIN;
//! -- effects of the delivery
//! SELECT nd8_inbox.complete(id, token); -- fails, and so ends the transaction, if the lease has passed on
//! COMMIT;
//! SELECT nd8_inbox.fail(id, token, 'why'); -- instead, after a rollback
//! ```
//!
//! `docs/inbox.md` in the repository shows this for sqlx and diesel, with the schema, tuning and what happens in each failure.
//!
//! # Features
//!
//! - `axum`: `Inbox::router`, an endpoint that verifies, stores and responds.
//! - `deadpool`: `Inbox::from_pool`, over a pool of `deadpool-postgres`.

#[cfg(feature = "axum")]
mod axum;
mod connections;
mod error;
mod inbox;
mod interval;
mod migrate;
mod newest;
mod notify;
mod operate;
mod receive;
mod subject;
mod worker;

pub use tokio_postgres::Transaction;

pub use self::{
    error::Error,
    inbox::Inbox,
    newest::{Freshness, record_if_newer},
    operate::{Dead, Stats},
    receive::Receipt,
    subject::{Key, subject},
    worker::{Handler, HandlerError, Handling, Received, Worker, handler_fn},
};
