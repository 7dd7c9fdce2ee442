//! Parts that one running sandbox shares between its server, workers and handles.

pub(crate) mod app_state;
pub(crate) mod origins;
pub(crate) mod persistence;
pub(crate) mod request_log;
pub(crate) mod seen;
pub(crate) mod throttle;
