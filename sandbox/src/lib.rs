//! A local ND8 to develop and test against: stateful, on loopback, started in one line and stopped when dropped.
//!
//! The sandbox is written from what is known of the API (its reference 1.1.0 and the product guides) and shares no code with the
//! `nd8` client: a client and a sandbox made from the same types would only confirm each other's mistakes.
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
//! All 22 operations of the API, under `/api` and under `/sandbox/api`, with a common state.
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
//! `checkout_url` leads to a hosted checkout page on this server, where the customer pays, is declined or cancels;
//! [`Customer`] does the same from code.
//!
//! At `/` there is a dashboard. Outside of the API, `/_sandbox/` serves what a script asks the sandbox itself:
//!
//! | call | what it does |
//! | --- | --- |
//! | `GET /_sandbox/openapi.json` | returns the OpenAPI document of the sandbox |
//! | `GET /_sandbox/contract` | returns violations, accepted invalid requests, and how often each operation responded with each status |
//! | `POST /_sandbox/products` | adds a product: `name`, `unit_price` and `currency` as strings, and optionally an `id` |
//! | `POST /_sandbox/checkouts/{id}/{pay,decline,cancel}` | acts as the customer; the names of [`Card`] are accepted as well |
//! | `GET /_sandbox/deliveries`, `POST /_sandbox/deliveries/{id}/resend` | as [`Sandbox::deliveries`], [`Webhooks::resend`] |
//! | `POST /_sandbox/webhooks/{test,faults,rotate}` | as [`Webhooks`]; `faults` takes `{"next": ["duplicate"]}` |
//! | `/_sandbox/clock` | `GET` reads it; `POST` takes `{"freeze": time}`, `{"advance_seconds": n}` or `{"resume": {}}` |
//! | `/_sandbox/faults` | `GET`, `POST` and `DELETE`, also with `/{id}`: as [`Faults`]; a fault is `{"operation": "GET /refunds/", "nth": 2, "action": "reset_after"}` |
//! | `/_sandbox/quirks` | `GET` lists all with their effects; `POST` takes `{"name": "short-pages"}`; `DELETE` with `/{name}`: as [`Quirks`] |
//! | `POST /_sandbox/reset`, `GET /_sandbox/snapshot`, `POST /_sandbox/restore` | as [`Sandbox::reset`], [`Sandbox::snapshot`], [`Sandbox::restore`] |
//!
//! Lists have pages of 100, as `page` and `page_size` ask for.
//!
//! # What web sites can do
//!
//! None of that needs a credential, and a browser on this machine reaches it, whichever site a page is from. So outside of the API
//!
//! - a request that changes something has the sandbox's own `Origin`, or none, as from curl; and it is JSON, or a form with the
//!   token of one of the sandbox's own pages;
//! - `Host` is a loopback name, the address that the caller connected to, or that of a [`Builder::public_url`];
//! - pages can be opened from anywhere, since a shop links to its checkout; data cannot be read from other sites.
//!
//! # How a payment lives
//!
//! The first action of the customer creates the payment. A decline makes it `failed` and leaves the checkout open: the customer
//! may be declined several times and then pay, which makes it `paid`. Canceling makes it `canceled`. Paying and canceling use
//! the checkout up. A refund starts as `processing`, and the payment is `refund_pending` as long as any of its refunds is;
//! afterwards it is `refunded` when everything was refunded, and `paid` when something is left. The amount of a failed refund
//! can be refunded again.
//!
//! `sandbox_simulate` decides the outcome of paying: `payment_failed` declines each card, `checkout_canceled` and `canceled`
//! cancel, `success_pending_deposit` and `checkout_pending` leave the payment `processing`.
//!
//! # Webhooks and time
//!
//! A delivery is attempted at once, and after a failure 5 s, 5 min, 30 min, 2 h, 5 h, 10 h and 10 h later, each with up to a
//! tenth more. A 2xx acknowledges it, a 410 ends it, a `Retry-After` is honored, a redirect is a failure. All of that
//! happens on the sandbox's clock, which a test may freeze and advance ([`Sandbox::clock`]). Faulty deliveries are made on demand
//! ([`Webhooks::inject_fault`]), and so are faulty responses ([`Sandbox::faults`]).
//!
//! # How it refuses
//!
//! As Django REST Framework does: errors by field, `non_field_errors`, errors of items in either of the framework's
//! forms ([`Builder::list_errors`]), 401 with `WWW-Authenticate`, 403, 404, 405 with `Allow`, 406, 413, 415, 429
//! ([`Builder::rate_limit`]), 301 for a missing slash, and HTML for unknown paths and for unhandled errors. A throttled request
//! gets the framework's own sentence: `Request was throttled. Expected available in N seconds.`
//!
//! Work is bounded before it is done: credentials are checked before the body is read, a body has at most 1 MiB, 10,000 values
//! and 100 levels, an order 200 items, a search 32 words, and `metadata` 16 KiB.
//!
//! # How else it behaves
//!
//! By default texts are stored as the framework stores them, trimmed and with plain line ends, and lists are bare arrays with
//! pages of the requested size. ND8 may do otherwise in these places and in others, so each other behavior is a [`Quirk`]:
//! switched on by [`Builder::quirk`], [`Sandbox::quirks`], `/_sandbox/quirks` or the binary's `--quirk`. What they change is
//! inferred, like the default.
//!
//! # Validation against the document
//!
//! Every response is validated against the OpenAPI document (the reference, the supplement of the guides, and the refusals of
//! the framework). One that violates it is a defect of this crate: the caller gets a 500 that reports the violation,
//! [`Sandbox::violations`] lists it, and dropping the [`Sandbox`] panics, so that the test fails that found it. Every
//! accepted request is validated as well: those that violate the document are in [`Sandbox::accepted_invalid_requests`]. A quirk
//! explains the violations that it is meant to cause and no others; `/_sandbox/contract` counts them under `explained`.
//!
//! Nothing is stored that could not be returned later: a request whose effect would make a response invalid is refused with 400,
//! and so is such a snapshot.
//!
//! # State
//!
//! The state is in memory, and one [`Builder::seed`] makes the same ids and keys each time. The oldest payments, refunds and
//! deliveries are forgotten when there are too many ([`Builder::retention`]). [`Sandbox::snapshot`] returns the
//! state; [`Builder::state_file`] stores it across restarts. A response is sent when the change that it reports is in the file,
//! so nothing acknowledged is lost if the process is killed, and pending deliveries are made after the next start. A
//! change that cannot be written is undone, and its response is a 500 with the reason. The clock, which starts with the
//! machine's, the faults and the quirks are not part of the state.
//!
//! # Where it differs from ND8
//!
//! - It charges no fee unless [`Builder::fee`] is called. What can be refunded is the `amount` of a payment, which is net of fees.
//! - `amount_usd` of a refund in euros uses the fixed rate [`EUR_IN_USD`].
//! - Ad-hoc products are always allowed. A product from the catalog has the catalog's name and price, even if the request
//!   contains others. No tax is added, whatever `price_mode` and `pricing_mode` are.
//! - Webhooks are sent over plain HTTP, and to receivers on loopback only, unless [`Builder::allow_remote_webhooks`] is called.
//! - Keys of production ([`Sandbox::create_production_key`]) see the same payments as the others.
//! - `POST /refunds/` with a session token, the dashboard's own way to refund, responds with 501: its fields are not documented.
//!
//! # What is assumed
//!
//! The vendor documents none of this, so it is inferred:
//!
//! - of payments: that a declined one is `failed` until another attempt, the effect of each value of `sandbox_simulate`, the ids of
//!   ad-hoc products, the payload of `refund.status_changed` (a refund's fields, with `refund_id` and `transaction_id` as public
//!   ids), and that it is sent when a refund ends and not when it is created; the payload of `webhook.test`; the schedule of attempts;
//! - the wording of errors, and that an API key on a dashboard operation, like a token elsewhere, is a 401;
//! - page sizes (100, at most 1000), and that all lists have pages;
//! - of the organization: all types; that read-only fields are ignored; every field of the dashboard's snapshot;
//! - of API keys: that `allowed_scopes` is written with commas or spaces, that rotating replaces the newest active key by
//!   one of the same name and scopes, and that both rotating and revoking take effect at once;
//! - of the webhook endpoint: paths and fields;
//! - of payment links: `uses`, `payments_count` and `amount_paid`; that `max_uses` counts payments that are paid or processing, and
//!   that a link that is used up closes its open checkouts; that a link in a wrong state responds with 400; that a deleted one is not
//!   found while its payments remain.

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
mod restore;
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
pub use settings::{ListErrors, ListShape, RefundPolicy, Retention};
pub use store::snapshot::{InvalidSnapshot, Snapshot};
pub use uuid::Uuid;
pub use values::money::{Currency, EUR_IN_USD};
