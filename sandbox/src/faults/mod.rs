//! Faults: rules that break requests, responses and connections on purpose.

pub(crate) mod connection;
pub(crate) mod fault;
pub(crate) mod parse;
pub(crate) mod rules;
