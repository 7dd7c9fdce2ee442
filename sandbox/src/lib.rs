//! A local ND8 to develop and test against: stateful, on loopback, started in a line and gone when dropped.
//!
//! The sandbox is written from what is known of the API (its reference 1.1.0 and the product guides) and
//! shares no code with the `nd8` client: a client and a sandbox made from the same types would only confirm
//! each other's mistakes.
//!
//! ```
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! let sandbox = nd8_sandbox::Sandbox::start().await?;
//!
//! assert!(sandbox.base_url().ends_with("/api"));
//! assert!(sandbox.api_key().starts_with("nd8_sandbox_"));
//! # Ok::<(), std::io::Error>(())
//! # }).unwrap();
//! ```
//!
//! # What it serves
//!
//! | operation | path | scopes, one of which is needed |
//! | --- | --- | --- |
//! | create a checkout | `POST /checkout/create/` | `checkout:create` |
//! | get a payment | `GET /transactions/{id}/` | `payments:read` |
//! | refund a payment | `POST /transactions/{id}/refund/` | `refunds:write`, `payments:write` |
//! | list refunds | `GET /refunds/` | `refunds:read`, `payments:read` |
//! | get a refund | `GET /refunds/{id}/` | `refunds:read`, `payments:read` |
//!
//! Each path is served under `/api` and under `/sandbox/api`. `checkout_url` leads to a hosted checkout page
//! on this server, where the customer pays, declines or cancels; [`Customer`] does the same from code.
//! Dashboard operations (organization, API keys, webhook configuration, payment links) are known but not
//! served yet: with the right credential they answer 501 and a JSON `detail` that says so.
//!
//! # How a payment lives
//!
//! A payment comes to exist with the customer's first act. A decline makes it `failed` and leaves the
//! checkout open: the customer may be declined several times and then pay, which makes it `paid`. Cancelling
//! makes it `canceled`. Paying and cancelling use the checkout up. A refund starts as `processing` and the
//! payment is `refund_pending` as long as any of its refunds is; afterwards it is `refunded` when everything
//! went back and `paid` when something is left. A failed refund gives its amount back to what can still be
//! refunded.
//!
//! # Where it differs from ND8
//!
//! - It charges no fee, so a payment's `amount`, which ND8 gives net of fees, is the whole charge.
//! - `amount_usd` of a refund in euros uses the fixed rate [`EUR_IN_USD`].
//! - Ad-hoc products are always allowed. A product from the catalog takes its name and price from there, even
//!   if the request carries others.
//! - `sandbox_simulate` is checked, stored and shown on the hosted page; it does not act yet.
//! - A webhook is attempted once: the schedule of retries is still to come. Only receivers on loopback are
//!   contacted.
//! - No request rate limit, no production keys, no expiry of payments.
//!
//! What the vendor prints nowhere is assumed: that a declined payment is `failed` until another attempt, the
//! payload of `refund.status_changed` (a refund's fields, with `refund_id` and `transaction_id` as public
//! ids), that it is sent when a refund ends and not when it is created, the wording of errors, the ids of
//! ad-hoc products in a payment, and the page size of the refund list (100 by default, 1000 at most).

mod api_key;
mod auth;
mod body;
mod builder;
mod catalog;
mod checkout;
mod clock;
mod contract;
mod control;
mod customer;
mod dashboard;
mod delivery;
mod django;
mod error;
mod keep;
mod link_management;
mod list;
mod mac;
mod money;
mod order;
mod organization;
mod page;
mod payment;
mod payment_link;
mod public_link;
mod random;
mod refund;
mod refund_list;
mod sandbox;
mod server;
mod snapshot;
mod state;
mod table;
mod throttle;
mod webhook;
mod webhook_config;

pub use auth::Scope;
pub use body::ListErrors;
pub use builder::{Builder, RefundPolicy};
pub use catalog::{InvalidProduct, SEEDED_PRODUCT};
pub use contract::{Disagreement, Violation};
pub use customer::{Customer, CustomerError};
pub use delivery::{Delivery, DeliveryOutcome, NoDelivery};
pub use list::ListShape;
pub use money::{Currency, EUR_IN_USD};
pub use refund::RefundError;
pub use rust_decimal::Decimal;
pub use sandbox::Sandbox;
pub use snapshot::{InvalidSnapshot, Snapshot};
pub use throttle::RateLimit;
