//! What integrators see: three doors, one for each credential, over one core.
//!
//! | door | credential | what it opens |
//! | --- | --- | --- |
//! | [`Client`] | API key | checkouts, payments, refunds |
//! | [`Dashboard`] | token of a dashboard session | organization, API keys, webhook endpoint, payment links |
//! | [`Storefront`] | none | a customer's view of a payment link |
//!
//! A call is made in three steps: a door's area, the call with what it cannot do without, and `send()`; what is
//! optional goes between the last two. Everything in this module is also at the root of the crate.

mod builder;
mod call;
mod checkouts;
mod dashboard;
mod doors;
mod drf;
mod environment;
mod error;
mod payments;
mod refunds;
mod storefront;

pub use builder::Builder;
pub use checkouts::{Billing, Checkouts, CreateCheckout, Product};
pub use dashboard::{GetOrganization, Organizations};
pub use doors::{Client, Dashboard, Door, Storefront};
pub use environment::Environment;
pub use error::{Error, FieldError, Outcome};
pub use payments::{GetPayment, Payments};
pub use refunds::{CreateRefund, GetRefund, ListRefunds, Refunds};
pub use storefront::{GetPublicPaymentLink, PublicPaymentLinks, StartCheckout};

pub use crate::raw::types::{
    Checkout, Currency, DepositAttempt, Organization, Payment, PaymentProduct, PaymentStatus,
    PublicPaymentLink, Refund, RefundCreated, RefundStatus, SandboxSimulation,
};
