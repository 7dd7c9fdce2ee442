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
//! All 22 operations of the API, under `/api` and under `/sandbox/api`, with what they remember of each other.
//!
//! | operations | path | credential |
//! | --- | --- | --- |
//! | create a checkout | `POST /checkout/create/` | key with `checkout:create` |
//! | get a payment | `GET /transactions/{id}/` | key with `payments:read` |
//! | refund a payment | `POST /transactions/{id}/refund/` | key with `refunds:write` or `payments:write` |
//! | list and get refunds | `/refunds/`, `/refunds/{id}/` | key with `refunds:read` or `payments:read` |
//! | organization | `/organization/`, `/organization/dashboard/` | session token |
//! | API keys: list, create, rotate, revoke | `/organization/api-keys/…` | session token |
//! | webhook endpoint | `/organization/webhooks/` | session token |
//! | payment links: list, create, get, change, delete, payments | `/payment-links/…` | session token |
//! | a customer's link and its checkout | `/payment-links/public/{token}/…` | none |
//!
//! A key is sent as `Authorization: Api-Key …` or in the header `Api-Key`, a session token as `Authorization: Token …`.
//! `checkout_url` leads to a hosted checkout page on this server, where the customer pays, declines or cancels;
//! [`Customer`] does the same from code.
//!
//! At `/` there is a dashboard with all that happened. Beside the API, `/_sandbox/` serves what a script asks the sandbox itself,
//! and no page of another site:
//!
//! | call | what it does |
//! | --- | --- |
//! | `GET /_sandbox/openapi.json` | the OpenAPI document that the sandbox keeps to |
//! | `GET /_sandbox/contract` | violations, disagreements, and how often each operation was answered with what |
//! | `POST /_sandbox/products` | adds a product: `name`, `unit_price` and `currency` as texts, and an `id` if you like |
//! | `POST /_sandbox/checkouts/{id}/{pay,decline,cancel}` | acts as the customer; the names of [`Card`] do as well |
//! | `GET /_sandbox/deliveries`, `POST /_sandbox/deliveries/{id}/resend` | as [`Sandbox::deliveries`], [`Webhooks::resend`] |
//! | `POST /_sandbox/webhooks/{test,faults,rotate}` | as [`Webhooks`]; `faults` takes `{"next": ["duplicate"]}` |
//! | `/_sandbox/clock` | `GET` reads it; `POST` takes `{"freeze": time}`, `{"advance_seconds": n}` or `{"resume": {}}` |
//! | `/_sandbox/faults` | `GET`, `POST` and `DELETE`, that also with `/{id}`: as [`Faults`]; a fault is `{"operation": "GET /refunds/", "nth": 2, "action": "reset_after"}` |
//! | `/_sandbox/quirks` | `GET` lists all with what they do; `POST` takes `{"name": "short-pages"}`; `DELETE` with `/{name}`: as [`Quirks`] |
//! | `POST /_sandbox/reset`, `GET /_sandbox/snapshot`, `POST /_sandbox/restore` | as [`Sandbox::reset`] and its neighbours |
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
//! `sandbox_simulate` decides what comes of the customer's paying: `payment_failed` declines each card,
//! `checkout_canceled` and `canceled` cancel, `success_pending_deposit` and `checkout_pending` leave the payment
//! `processing`.
//!
//! # Webhooks and time
//!
//! A delivery is attempted at once, and after a failure 5 s, 5 min, 30 min, 2 h, 5 h, 10 h and 10 h later, each with up to
//! a tenth more. A 2xx acknowledges it, a 410 ends it, a `Retry-After` is heard, a redirect is a failure. All of that
//! happens on the sandbox's clock, which a test may freeze and advance ([`Sandbox::clock`]). What receivers have to stand
//! is there on demand ([`Webhooks::inject_fault`]), and so is what clients have to stand ([`Sandbox::faults`]).
//!
//! # How it refuses
//!
//! As Django REST Framework does: errors by field, `non_field_errors`, errors of items in either of the framework's
//! forms ([`Builder::list_errors`]), 401 with `WWW-Authenticate`, 403, 404, 405 with `Allow`, 406, 413, 415, 429
//! ([`Builder::rate_limit`]), 301 for a slash that is missing, and HTML for unknown paths and for errors that nobody
//! handled. A throttled request gets the framework's own sentence: `Request was throttled. Expected available in N seconds.`
//!
//! # How else it behaves
//!
//! By default texts are stored as the framework stores them, without blanks around them and with plain line ends, and
//! lists are bare arrays with pages of the size that was asked for. ND8 may do otherwise in these places and in others, so each
//! other behavior is a [`Quirk`]: switched on by [`Builder::quirk`], [`Sandbox::quirks`], `/_sandbox/quirks` or the
//! binary's `--quirk`. What they change is inferred, like the default.
//!
//! # The document is the judge
//!
//! Every answer is held against the OpenAPI document (the reference, the supplement of the guides, and the framework's
//! refusals beside them). One that breaks it is a defect of this crate: the caller gets a 500 that says what is wrong,
//! [`Sandbox::violations`] has it, and dropping the [`Sandbox`] panics, so that the test fails that found it. Every
//! request is held against it as well: what the document refuses and the sandbox takes is in
//! [`Sandbox::accepted_invalid_requests`]. A quirk that breaks the document explains what it breaks and nothing else, which
//! `/_sandbox/contract` counts under `explained`.
//!
//! # State
//!
//! All is in memory, and one [`Builder::seed`] makes ids and keys the same each time. [`Sandbox::snapshot`] takes the
//! state down; [`Builder::state_file`] keeps it across restarts: an answer leaves when what it tells of is in the file,
//! so that nothing acknowledged is lost if the process is killed, and deliveries that were to come are made after the next
//! start. Not part of it are the clock, which starts anew with the machine's, the faults, and a secret that was rotated.
//!
//! # Where it differs from ND8
//!
//! - It charges no fee, so a payment's `amount`, which ND8 gives net of fees, is the whole charge.
//! - `amount_usd` of a refund in euros uses the fixed rate [`EUR_IN_USD`].
//! - Ad-hoc products are always allowed. A product from the catalog takes its name and price from there, even
//!   if the request carries others. No tax is added, whatever `price_mode` and `pricing_mode` say.
//! - Webhooks go over plain HTTP, and to receivers on loopback only, unless [`Builder::allow_remote_webhooks`] is called.
//! - Keys of production ([`Sandbox::create_production_key`]) see the same payments as the others.
//! - `POST /refunds/` with a session token, the dashboard's own way to refund, answers 501: nothing tells its fields.
//!
//! # What is assumed
//!
//! The vendor prints nowhere, so this is inferred:
//!
//! - of payments: that a declined one is `failed` until another attempt, what each value of `sandbox_simulate` does, the ids of ad-hoc products in it, the payload
//!   of `refund.status_changed` (a refund's fields, with `refund_id` and `transaction_id` as public ids), and that it is
//!   sent when a refund ends and not when it is created; the payload of `webhook.test`; the schedule of attempts;
//! - the wording of errors, and that an API key on a dashboard operation, like a token elsewhere, is a 401;
//! - page sizes (100, at most 1000), and that all lists have pages;
//! - of the organization: all types; that fields which can only be read are passed over; every field of the dashboard's
//!   snapshot;
//! - of API keys: that `allowed_scopes` is written with commas or spaces, that rotating replaces the newest active key by
//!   one of the same name and scopes, and that both rotating and revoking work at once;
//! - of the webhook endpoint: paths and fields;
//! - of payment links: `uses`, `payments_count` and `amount_paid`; that `max_uses` counts paid checkouts, and that the
//!   last one closes the checkouts of the link that are open; that a link in a wrong state answers 400; that a deleted
//!   one is not found while its payments live on.

mod actions;
mod admin;
mod api;
mod app;
mod builder;
mod checkout_page;
mod contract;
mod dashboard;
mod faults;
mod handles;
mod http;
mod model;
mod outbox;
mod quirks;
mod sandbox;
mod server;
mod settings;
mod store;
mod values;
mod webhooks;

pub use actions::customer::{Card, CustomerError, PaymentError};
pub use actions::refund::RefundError;
pub use app::throttle::RateLimit;
pub use builder::Builder;
pub use contract::log::{AcceptedInvalidRequest, Violation};
pub use faults::fault::Fault;
pub use faults::parse::InvalidFault;
pub use handles::clock::SandboxClock;
pub use handles::customer::Customer;
pub use handles::faults::Faults;
pub use handles::quirks::Quirks;
pub use handles::webhooks::Webhooks;
pub use jiff::Timestamp;
pub use model::catalog::{InvalidProduct, SEEDED_PRODUCT};
pub use model::scope::Scope;
pub use outbox::delivery::{Attempt, Delivery, DeliveryOutcome, DeliveryStatus, NoDelivery, UnknownDelivery};
pub use outbox::delivery_fault::DeliveryFault;
pub use quirks::quirk::{Quirk, UnknownQuirk};
pub use rust_decimal::Decimal;
pub use sandbox::Sandbox;
pub use settings::{ListErrors, ListShape, RefundPolicy};
pub use store::snapshot::{InvalidSnapshot, Snapshot};
pub use uuid::Uuid;
pub use values::money::{Currency, EUR_IN_USD};
