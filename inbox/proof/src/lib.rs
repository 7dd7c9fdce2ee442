//! Proves that `nd8-inbox` loses and doubles nothing, and measures it.
//!
//! `crash` runs receivers and workers as processes and kills them, `rates` measures; both are commands of the binary. `cluster` and
//! `relay` are what they and the tests of the inbox run on.

pub mod cluster;
pub mod crash;
pub mod rates;
pub mod relay;

/// Any error of the proof's own machinery.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;
