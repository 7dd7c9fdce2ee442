//! Where a worker is: an event before each `await`, at the level TRACE with the target `nd8_inbox::step`.
//!
//! The crash proof subscribes to them and kills the process at each. They cost a comparison where nobody subscribes.

/// Emits the name of the step that begins.
macro_rules! step {
    ($name:literal) => {
        tracing::trace!(target: "nd8_inbox::step", step = $name)
    };
}
pub(super) use step;
