//! The hosted checkout page.

pub(crate) mod page;
