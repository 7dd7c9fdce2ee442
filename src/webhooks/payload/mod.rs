//! The fields of the payloads.
//!
//! Only one of the ids is required, and fields that this version does not name are kept in `extra`: ND8 adds fields without notice.
//! A known field that cannot be read is there too, under its own name. Numbers in `extra` are only as exact as
//! [`serde_json::Value`]; the amounts here are exact.

pub(super) mod fields;

mod age;
mod read;
mod refund;
mod transaction;
mod webhook_test;
mod write;

#[cfg(test)]
mod tests;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

pub use self::{
    refund::RefundStatusChanged, transaction::TransactionStatusChanged, webhook_test::WebhookTest,
};

/// A payload of which no single field is required by its type.
pub(super) trait Payload: Default + PartialEq + DeserializeOwned {
    /// Names on the wire of the ids, any of which identifies what the payload is about.
    const IDS: &[&str];
    /// Names on the wire of the other fields that hold a text. A fraction or an exponent is none.
    const TEXTS: &[&str];
    /// Names on the wire of all other fields.
    const OTHERS: &[&str];

    /// Returns whether any id is there, if only that of the payment of a refund.
    fn is_identified(&self) -> bool;

    /// Returns whether there is an id of the thing itself.
    fn has_own_id(&self) -> bool;

    /// Returns whether the payload reports what it is for: the state of an identified thing.
    fn is_whole(&self) -> bool;

    fn set_truncated(&mut self);

    fn extra(&mut self) -> &mut Map<String, Value>;

    /// Takes the fields from the other payload that this one does not have.
    fn absorb(&mut self, other: Self);
}

/// Takes the fields that are still `None` from another payload, and the entries of its `extra`.
macro_rules! absorb {
    ($this:ident, $other:ident: $($field:ident)*) => {{
        $( $this.$field = $this.$field.take().or($other.$field); )*
        $this.is_truncated |= $other.is_truncated;
        $this.extra.extend($other.extra);
    }};
}
use absorb;
