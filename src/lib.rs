#![doc = include_str!("../README.md")]

#[cfg(feature = "client")]
pub mod ext;
#[cfg(feature = "mock")]
pub mod mock;
pub mod raw;
#[cfg(feature = "webhooks")]
pub mod webhooks;

#[cfg(feature = "client")]
pub use ext::*;
/// Exact decimals, from [`rust_decimal`].
pub use rust_decimal::Decimal;
