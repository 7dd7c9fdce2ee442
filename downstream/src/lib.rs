//! A crate that depends on nd8 as its users do: without code generation, from outside, with public items only.
//!
//! Its tests show what does not compile for them.
//!
//! # What does not compile
//!
//! A refund's id names no payment:
//!
//! ```compile_fail,E0277
//! fn refund(client: nd8::Client, refund: nd8::Refund) {
//!     let _ = client.payments().get(&refund.id);
//! }
//!
//! fn main() {}
//! ```
//!
//! A payment's id names no refund:
//!
//! ```compile_fail,E0277
//! fn look_up(client: nd8::Client, payment: nd8::Payment) {
//!     let _ = client.refunds().get(&payment.id);
//! }
//!
//! fn main() {}
//! ```
//!
//! A checkout's id names no payment:
//!
//! ```compile_fail,E0277
//! fn look_up(client: nd8::Client, paid: nd8::webhooks::TransactionStatusChanged) {
//!     let _ = client.payments().get(paid.order_id.unwrap());
//! }
//!
//! fn main() {}
//! ```
//!
//! A checkout's token is no id:
//!
//! ```compile_fail,E0277
//! fn look_up(client: nd8::Client, checkout: nd8::Checkout) {
//!     let _ = client.payments().get(checkout.token);
//! }
//!
//! fn main() {}
//! ```
//!
//! A product's id names no API key:
//!
//! ```compile_fail,E0277
//! fn revoke(dashboard: nd8::Dashboard, product: nd8::ProductId) {
//!     let _ = dashboard.api_keys().revoke(product);
//! }
//!
//! fn main() {}
//! ```
//!
//! A link's id is not its token:
//!
//! ```compile_fail,E0308
//! fn open(storefront: nd8::Storefront, link: nd8::PaymentLink) {
//!     let _ = storefront.payment_links().get(link.id.unwrap());
//! }
//!
//! fn main() {}
//! ```
//!
//! Nor in the raw client:
//!
//! ```compile_fail,E0308
//! use nd8::raw::types::RefundRequest;
//!
//! fn refund(client: nd8::Client, refund: nd8::Refund, body: RefundRequest) {
//!     let _ = client.raw().create_refund(&refund.id, &body);
//! }
//!
//! fn main() {}
//! ```
//!
//! An amount is no binary fraction:
//!
//! ```compile_fail,E0277
//! fn refund(client: nd8::Client) {
//!     let _ = client.refunds().create("TX1", "A mug broke").amount(29.99);
//! }
//!
//! fn main() {}
//! ```
//!
//! A refund of everything is not asked for by `None`:
//!
//! ```compile_fail,E0277
//! fn refund(client: nd8::Client, amount: Option<nd8::Money>) {
//!     let _ = client.refunds().create("TX1", "A mug broke").amount(amount);
//! }
//!
//! fn main() {}
//! ```
//!
//! A customer has all that a checkout needs:
//!
//! ```compile_fail,E0063
//! fn main() {
//!     let _ = nd8::BillTo { country: "US", first_name: "Ada", last_name: "Lovelace" };
//! }
//! ```
//!
//! A page is no slice:
//!
//! ```compile_fail,E0308
//! fn total(page: nd8::Page<nd8::Refund>) -> usize {
//!     let items: &[nd8::Refund] = &page;
//!     items.len()
//! }
//!
//! fn main() {}
//! ```
//!
//! A type of a response has one path:
//!
//! ```compile_fail,E0603
//! use nd8::raw::types::Payment;
//!
//! fn main() {}
//! ```
//!
//! A client has one path:
//!
//! ```compile_fail,E0603
//! use nd8::ext::Client;
//!
//! fn main() {}
//! ```
//!
//! A state has one path:
//!
//! ```compile_fail,E0432
//! use nd8::webhooks::PaymentStatus;
//!
//! fn main() {}
//! ```
