//! The generated client: one method for each operation, the types of the wire, and nothing else.
//!
//! This is the lower floor, for what the doors of the crate do not offer. It adds the credential that an operation
//! takes (`OPERATIONS`), refuses to call an operation with the wrong one, refuses answers that came by way of a
//! redirect, and reads and writes amounts digit for digit. It repeats nothing, bounds nothing, and its `Error` prints
//! bodies: do not log it. Without the feature `client` only the [`types`] are here.
//!
//! The code comes from the documents in `openapi/` by way of `codegen/`, either while the crate is built (feature
//! `codegen`, the default) or as the snapshot that is checked in; the two are the same, byte for byte. Only
//! what cannot be generated is in this folder.
//!
//! ```
//! use nd8::raw::{self, Security};
//!
//! let refund = raw::operation("create_refund").expect("is in the table");
//! assert_eq!(refund.path, "/transactions/{id}/refund/");
//! assert_eq!(refund.security, Security::ApiKey);
//! assert!(!refund.idempotent, "a refund is never repeated blindly");
//! ```
//!
//! # Requests grow without breaking calls
//!
//! A method takes what an operation requires and returns one of `raw::requests`, which has a setter for each optional
//! parameter. Bodies are made by `new`, of the fields that are required, and have setters for the others. One more
//! optional parameter or field is one more setter.
//!
//! ```
//! use nd8::raw::types::{PaymentLinkUpdate, RefundRequest};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let sandbox = nd8_sandbox::Sandbox::start().await?;
//! # let client = nd8::Client::builder(sandbox.api_key()).base_url(sandbox.base_url()).build()?;
//! let search: Option<&str> = None;
//! let request = client.raw().list_refunds().page_size(10).search(search);
//! let refunds = request.send().await?.into_inner();
//! assert!(refunds.is_empty());
//!
//! let refund = RefundRequest::new("Customer request").amount(nd8::Decimal::new(40_00, 2));
//! assert_eq!(serde_json::to_string(&refund)?, r#"{"amount":"40.00","reason":"Customer request"}"#);
//!
//! // In the body of a PATCH, what is not set stays, and `None` clears.
//! let update = PaymentLinkUpdate::new().max_uses(None).is_active(true);
//! assert_eq!(serde_json::to_string(&update)?, r#"{"is_active":true,"max_uses":null}"#);
//! # Ok(())
//! # }
//! ```

#[cfg(feature = "client")]
mod answer;
mod comma_separated;
#[cfg(feature = "client")]
mod context;
pub(crate) mod decimal;
#[cfg(feature = "client")]
mod exchange;
pub(crate) mod extra;
#[cfg(feature = "client")]
mod hooks;
#[allow(dead_code, reason = "used where a document has such a field")]
pub(crate) mod kind;
pub(crate) mod null;
pub(crate) mod open_enum;
#[cfg(feature = "client")]
mod operation;
mod redacted;
#[cfg(any(feature = "client", feature = "webhooks"))]
mod repair;
#[cfg(any(feature = "client", feature = "webhooks"))]
#[cfg_attr(not(feature = "webhooks"), allow(dead_code, reason = "only webhooks report the place of a flaw"))]
pub(crate) mod scan;
#[cfg(any(feature = "client", feature = "webhooks"))]
pub(crate) use repair::decode;
#[cfg(feature = "client")]
pub(crate) use repair::without_mark;
#[cfg(feature = "client")]
mod segment;
pub mod types;

#[allow(missing_docs, reason = "what the documents do not describe has no description")]
#[allow(unreachable_pub, rust_2018_idioms, reason = "the generator's style, not ours")]
#[allow(clippy::missing_errors_doc, reason = "they are the same for all: what `Error` lists")]
pub(crate) mod generated {
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
#[cfg(feature = "client")]
pub use generated::*;
pub(crate) use redacted::Redacted;
pub(crate) use types::at_root;

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
