//! The generated client: one method an operation, the wire's own types, no opinions.
//!
//! This is the lower floor, for what the doors of the crate do not offer. It adds the credential that an operation
//! takes (`OPERATIONS`), refuses to call an operation with the wrong one, refuses answers that came by way of a
//! redirect, and reads and writes amounts digit for digit. It repeats nothing, bounds nothing, and its `Error` prints
//! bodies: do not log it. Without the feature `client` only the [`types`] are here.
//!
//! The code comes from the documents in `openapi/` by way of `codegen/`, either while the crate is built (feature
//! `codegen`, the default) or as the snapshot that is checked in; the two are the same, byte for byte. Only
//! what cannot be generated stands in this folder.
//!
//! ```
//! use nd8::raw::{self, Security};
//!
//! let refund = raw::operation("create_refund").expect("is in the table");
//! assert_eq!(refund.path, "/transactions/{id}/refund/");
//! assert_eq!(refund.security, Security::ApiKey);
//! assert!(!refund.idempotent, "a refund is never repeated blindly");
//! ```

#[cfg(feature = "client")]
mod answer;
mod comma_separated;
#[cfg(feature = "client")]
mod context;
pub(crate) mod decimal;
#[cfg(feature = "client")]
mod exchange;
#[cfg(feature = "client")]
mod hooks;
pub(crate) mod null;
pub(crate) mod open_enum;
#[cfg(feature = "client")]
mod operation;
mod redacted;
#[cfg(feature = "client")]
mod segment;

#[allow(missing_docs, reason = "what the documents do not describe has no description")]
#[allow(unreachable_pub, rust_2018_idioms, reason = "the generator's style, not ours")]
#[allow(clippy::missing_errors_doc, reason = "they are the same for all: what `Error` lists")]
mod generated {
    #[cfg(feature = "codegen")]
    include!(concat!(env!("OUT_DIR"), "/types.rs"));
    #[cfg(not(feature = "codegen"))]
    include!("snapshot/types.rs");

    #[cfg(feature = "client")]
    mod client {
        #[cfg(feature = "codegen")]
        include!(concat!(env!("OUT_DIR"), "/client.rs"));
        #[cfg(not(feature = "codegen"))]
        include!("snapshot/client.rs");
    }

    #[cfg(feature = "client")]
    pub use client::*;
}

pub use comma_separated::CommaSeparated;
pub use decimal::{ExactNumber, ExactString};
pub use generated::*;
pub(crate) use redacted::Redacted;

#[cfg(feature = "client")]
pub(crate) use self::{
    answer::{answer, empty_answer},
    exchange::{End, Exchange, Received},
    segment::path_segment,
};
#[cfg(feature = "client")]
pub use self::{
    context::Context,
    operation::{Operation, operation},
};
