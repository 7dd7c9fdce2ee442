//! The dashboard at `/`.

pub(crate) mod page;
