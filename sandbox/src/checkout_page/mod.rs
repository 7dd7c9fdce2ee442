//! Hosted checkout page.

pub(crate) mod page;
