//! Layers around the handlers, one concern a file.

pub(crate) mod acknowledge;
pub(crate) mod faults;
pub(crate) mod guard;
pub(crate) mod log;
pub(crate) mod panics;
pub(crate) mod validate;
