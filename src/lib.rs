//! nd8
pub mod raw;
