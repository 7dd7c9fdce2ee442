//! Proves that `nd8-inbox` loses and doubles nothing, and measures it.

pub mod cluster;
