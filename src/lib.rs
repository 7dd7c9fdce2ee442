#![doc = include_str!("../README.md")]

mod blank;
#[cfg(feature = "blocking")]
pub mod blocking;
pub mod decimal;
#[cfg(feature = "client")]
mod ext;
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
pub use ids::{
    ApiKeyId, CheckoutId, PaymentId, PaymentLinkId, PaymentLinkToken, ProductId, RefundId, RefundReference,
};
pub use money::{Amount, Money, MoneyError};
pub use pin::{API, Api};
raw::at_root!(pub);

/// Requests of [`request`](Client::request), statuses and headers, in the version that this crate uses.
#[cfg(any(feature = "client", feature = "webhooks"))]
#[doc(no_inline)]
pub use http;
/// Times, in the version that this crate uses.
#[doc(no_inline)]
pub use jiff;
/// HTTP clients for [`Builder::http_client`], in the version that this crate uses.
#[cfg(feature = "client")]
#[doc(no_inline)]
pub use reqwest;
/// Exact decimals, from [`rust_decimal`], with serde as strings; see [`decimal`] for numbers that are read by their own digits.
pub use rust_decimal::Decimal;
/// Ids of payment links, in the version that this crate uses.
#[doc(no_inline)]
pub use uuid;

/// Items that the expansion of `require_api!` uses. Not part of the interface.
#[doc(hidden)]
pub mod __pin {
    pub use crate::pin::{Message, problem};
}
