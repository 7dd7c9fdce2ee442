//! The generated types that only callers of [`raw`](crate::raw) need: request bodies and their parts.
//!
//! Types of responses, such as [`Payment`], are at the root of the crate: each type has one public path.

#![allow(hidden_glob_reexports, reason = "the hidden types have their public path at the root")]

/// Imports the types that are at the root of the crate, with this visibility.
macro_rules! at_root {
    ($visibility:vis) => {
        #[allow(unused_imports, reason = "no module of the crate names them all")]
        $visibility use $crate::raw::generated::types::{
            ApiKey, ApiKeyWithSecret, Checkout, Currency, DashboardSnapshot, DepositAttempt, Organization, Payment,
            PaymentLink, PaymentLinkPayment, PaymentProduct, PaymentStatus, PriceMode, PricingMode,
            PublicPaymentLink, Refund, RefundCreated, RefundStatus, SandboxSimulation, WebhookConfiguration,
        };
    };
}
pub(crate) use at_root;

// An import by name takes precedence over a glob, so that code within the crate finds these here, and they are not public here.
at_root!(pub(crate));
pub use super::generated::types::*;
