//! What integrators see: three doors, one for each credential, over one core.
//!
//! | door | credential | what it opens |
//! | --- | --- | --- |
//! | [`Client`] | API key | checkouts, payments, refunds |
//! | [`Dashboard`] | token of a dashboard session | organization, API keys, webhook endpoint, payment links |
//! | [`Storefront`] | none | a customer's view of a payment link |
//!
//! A call is made in three steps: a door's area, the call with what it cannot do without, and `send()`; what is
//! optional goes between the last two. All that is public in this module is at the root of the crate.

mod address;
mod api_keys;
mod builder;
mod call;
mod checkouts;
mod checks;
mod claims;
mod core;
mod doors;
mod envelope;
mod environment;
mod error;
mod headers;
mod optional;
mod organization;
mod pages;
mod payment_links;
mod payments;
mod reconcile;
mod refunds;
mod request;
mod response;
mod retry;
mod scope;
mod storefront;
mod time;
mod tls;
mod wait;
mod webhook_endpoint;

pub use api_keys::{ApiKeys, CreateApiKey, ListApiKeys, NewApiKey, RevokeApiKey, RotateApiKey};
pub use builder::Builder;
pub use call::{Call, Request};
pub use checkouts::{BillTo, Billing, Checkouts, CreateCheckout, Product};
pub use doors::{Client, Dashboard, Door, Storefront};
pub use environment::Environment;
pub use error::{Error, FieldError, Outcome};
pub use optional::OptionalText;
pub use organization::{GetDashboard, GetOrganization, Organizations, UpdateOrganization};
pub use pages::{Cursor, Page, Paged};
pub use payment_links::{
    CreatePaymentLink, DeletePaymentLink, GetPaymentLink, ListPaymentLinkPayments, ListPaymentLinks,
    PaymentLinks, UpdatePaymentLink,
};
pub use payments::{GetPayment, Payments};
pub use reconcile::{Lookup, Reconciled};
pub use refunds::{CreateRefund, GetRefund, ListRefunds, PaymentRefunds, Refunds};
pub use request::AnyRequest;
pub use response::Response;
pub use retry::RetryPolicy;
pub use scope::Scope;
pub use storefront::{GetPublicPaymentLink, PublicPaymentLinks, StartCheckout};
pub use wait::{NotFinal, Poll};
pub use webhook_endpoint::{GetWebhookEndpoint, SetWebhookEndpoint, WebhookEndpoints};

/// Exposes the value of a secret, such as [`NewApiKey::key`](crate::NewApiKey), which nothing else prints, and holds one.
pub use secrecy::{ExposeSecret, SecretString};

crate::raw::at_root!(pub(in crate::ext));
