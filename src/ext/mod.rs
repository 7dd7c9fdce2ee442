//! Hand-written layer that integrators use: three clients, one per credential, over one core.
//!
//! | client | credential | operations |
//! | --- | --- | --- |
//! | [`Client`] | API key | checkouts, payments, refunds |
//! | [`Dashboard`] | token of a dashboard session | organization, API keys, webhook endpoint, payment links |
//! | [`Storefront`] | none | a customer's view of a payment link |
//!
//! A call takes three steps: a resource handle of a client, a call with its required arguments, and `send()`. Setters for
//! optional values go between the last two. All public items of this module are at the root of the crate.

mod address;
mod api_keys;
mod billing;
mod builder;
mod call;
mod checkouts;
mod claims;
mod clients;
mod core;
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
mod validate;
mod wait;
mod webhook_endpoint;

pub use api_keys::{ApiKeys, CreateApiKey, ListApiKeys, NewApiKey, RevokeApiKey, RotateApiKey};
pub use billing::{BillTo, Billing};
pub use builder::Builder;
pub use call::{Call, Request};
pub use checkouts::{Checkouts, CreateCheckout, Product};
pub use clients::{Client, ClientKind, Dashboard, Storefront};
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
