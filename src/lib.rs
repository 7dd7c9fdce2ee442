#![doc = include_str!("../README.md")]

#[cfg(feature = "blocking")]
pub mod blocking;
pub mod decimal;
#[cfg(feature = "client")]
pub mod ext;
mod ids;
#[cfg(feature = "mock")]
pub mod mock;
mod money;
mod pin;
pub mod raw;
#[cfg(any(feature = "client", feature = "webhooks"))]
mod secret;
#[cfg(feature = "webhooks")]
pub mod webhooks;

#[cfg(feature = "client")]
pub use ext::*;
pub use ids::{ApiKeyId, CheckoutId, PaymentId, ProductId, RefundId, RefundReference};
pub use money::{Currency, Money, MoneyError};
pub use pin::{API, Api};
/// Exact decimals, from [`rust_decimal`], with serde as strings; see [`decimal`] for numbers that are read by their own digits.
pub use rust_decimal::Decimal;

/// What `require_api!` expands to. Not part of the interface.
#[doc(hidden)]
pub mod __pin {
    pub use crate::pin::{Message, problem};
}
