//! OpenAPI document, and the validation of requests and responses against it.
//!
//! A response that violates the document is a defect of the sandbox: it is recorded, the caller gets a 500 instead, and the
//! [`Sandbox`](crate::Sandbox) panics when it is dropped. A request that violates it is refused by the operation; one that the operation
//! accepts is recorded as an [`AcceptedInvalidRequest`](log::AcceptedInvalidRequest). Nothing here comes from `nd8` or its generator.

pub(crate) mod document;
pub(crate) mod log;
pub(crate) mod operation;
pub(crate) mod paths;
pub(crate) mod schema;
