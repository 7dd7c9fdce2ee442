//! Dashboard at `/`.

pub(crate) mod page;
