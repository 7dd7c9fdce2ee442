//! Webhook deliveries as part of the state.

pub(crate) mod delivery;
pub(crate) mod delivery_fault;
pub(crate) mod queue;
