#![doc = include_str!("../README.md")]

pub mod ext;
pub mod raw;

#[cfg(feature = "mock")]
pub mod mock;

pub use ext::*;
/// Exact decimals, from [`rust_decimal`].
pub use rust_decimal::Decimal;
