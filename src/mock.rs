//! Typed mocks of every operation, for [`httpmock`] (feature `mock`).
//!
//! [`MockServerExt`] adds one method per operation to a `MockServer`; its arguments check the request and write the response.
//! Point a client at `server.base_url()` itself: the generated paths are anchored and do not match below `/api`.
//! Date-time parameters are compared as text in another form than is sent; match them with `query_param` on the
//! inner `When`. Types of responses are `#[non_exhaustive]`: read them from JSON.
//!
//! ```
//! use nd8::mock::MockServerExt as _;
//! use serde_json::json;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = httpmock::MockServer::start_async().await;
//! let mock = server.get_refund(|when, then| {
//!     let refund = serde_json::from_value(json!({
//!         "id": "RFabc123", "transaction_id": "TXabc123", "amount": "40.00", "currency": "USD",
//!         "status": "completed", "created_at": "2026-01-31T12:00:00Z",
//!     }));
//!     when.id("RFabc123");
//!     then.success(200, &refund.expect("is a refund"));
//! });
//! let client = nd8::Client::builder("key").base_url(server.base_url()).build()?;
//! let refund = client.refunds().get("RFabc123").send().await?;
//! assert_eq!(refund.amount, Some(nd8::Decimal::new(40_00, 2)));
//! mock.assert();
//! # Ok(())
//! # }
//! ```
//!
//! A failure is sent by `error`, with any status but one of success and any JSON:
//!
//! ```
//! use nd8::mock::MockServerExt as _;
//! use serde_json::json;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = httpmock::MockServer::start_async().await;
//! server.create_refund(|_, then| drop(then.error(400, &json!({"amount": ["Exceeds what is left."]}))));
//! let client = nd8::Client::builder("key").base_url(server.base_url()).build()?;
//! let error = client.refunds().create("TXabc123", "Returned").send().await.unwrap_err();
//! assert_eq!(error.messages()[0].to_string(), "/amount: Exceeds what is left.");
//! # Ok(())
//! # }
//! ```

#![allow(missing_docs, unreachable_pub, rust_2018_idioms, reason = "the generator's style, not ours")]
#![allow(clippy::all, clippy::unwrap_used, reason = "the generator's style, not ours")]
#![allow(clippy::missing_panics_doc, reason = "only a mock whose response is not JSON panics, in a test")]

#[cfg(feature = "codegen")]
include!(concat!(env!("OUT_DIR"), "/mocks.rs"));
#[cfg(not(feature = "codegen"))]
include!("raw/snapshot/mocks.rs");
