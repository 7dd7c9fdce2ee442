//! Sends webhooks over HTTP.

pub(crate) mod sender;
pub(crate) mod target;
