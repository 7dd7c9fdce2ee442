//! Operations of the ND8 API, one resource a file.

pub(crate) mod api_keys;
pub(crate) mod checkout;
pub(crate) mod dashboard_snapshot;
pub(crate) mod order;
pub(crate) mod organization;
pub(crate) mod payment;
pub(crate) mod payment_links;
pub(crate) mod refunds;
pub(crate) mod webhook_endpoint;
