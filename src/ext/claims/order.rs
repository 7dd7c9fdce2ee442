//! Order of a refund call, and its comparison with a refund of a list.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use unicode_normalization::UnicodeNormalization as _;

use super::super::Refund;
use crate::raw::types::RefundRequest;
use crate::{Currency, Decimal};

/// Order of a refund call, in constant size: texts are hashed, since it is stored after the call has ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::ext) struct Order {
    /// Names that the call knows for the payment.
    names: [Name; 2],
    amount: Option<Decimal>,
    reason: u64,
}

/// Result of comparing a new refund with the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ext) enum Fit {
    /// The reason of the refund contains the reference of the call.
    Reference,
    /// Payment, amount and reason are the same.
    This,
    /// The refund may be of the same payment.
    Perhaps,
}

impl Order {
    /// Takes two names of the payment, which may be the same.
    pub(in crate::ext) fn new(names: [&str; 2], body: &RefundRequest) -> Self {
        Self { names: names.map(Name::of), amount: body.amount, reason: hash(&stored(&body.reason)) }
    }

    /// Compares a listed refund; returns `None` if it is of another payment.
    pub(in crate::ext) fn fit(&self, refund: &Refund) -> Option<Fit> {
        // In a URL, the last segment of the path is the name.
        let last = |named: &str| {
            let path = named.split(['?', '#']).next().unwrap_or_default();
            path.trim().trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned()
        };
        let named = refund.transaction_id.as_deref().map(last).filter(|named| !named.is_empty());
        let named = named.as_deref().map(Name::of);
        let is_named = named.is_some_and(|named| self.names.iter().any(|name| name.exact == named.exact));
        // By nothing, by the name in another case, or by one of another form, such as a primary key or a description: of that it is
        // not known whose it is.
        let may_be_named = named.is_none_or(|named| self.names.iter().all(|name| !name.differs(&named)));
        match is_named && self.fits_content(refund) {
            true => Some(Fit::This),
            false => (is_named || may_be_named).then_some(Fit::Perhaps),
        }
    }

    /// Returns whether a refund has this amount and this reason, as far as it has any.
    pub(super) fn fits_content(&self, refund: &Refund) -> bool {
        let currency = refund.currency.as_deref().unwrap_or_default();
        let is_amount = self
            .amount
            .is_none_or(|sent| refund.amount.is_some_and(|amount| is_nearly(sent, amount, currency)));
        is_amount && refund.reason.as_deref().is_none_or(|reason| hash(&stored(reason)) == self.reason)
    }

    /// Returns whether both may ask for the same refund.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        let amounts = self.amount.zip(other.amount).is_none_or(|(one, other)| is_nearly(one, other, ""));
        self.may_be_of_payment(other) && amounts && self.reason == other.reason
    }

    /// Returns whether both may be of the same payment: names of different forms, such as a public one and a number, cannot
    /// be compared.
    pub(super) fn may_be_of_payment(&self, other: &Self) -> bool {
        let pairs =
            || self.names.iter().flat_map(|name| other.names.iter().map(move |theirs| (name, theirs)));
        pairs().any(|(name, theirs)| name.folded == theirs.folded)
            || pairs().all(|(name, theirs)| !name.differs(theirs))
    }
}

/// Name of a payment or of a refund, as a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Name {
    exact: u64,
    /// Hash of the name regardless of case.
    folded: u64,
    form: Form,
}

/// Form of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Number,
    /// Letters, digits, hyphens and underscores, as public ids have them.
    Id {
        /// Its first two characters, which public ids of one kind have in common.
        prefix: [u8; 2],
        length: usize,
    },
    /// Any other form: a URL with a query, a description.
    Other,
}

impl Name {
    pub(super) fn of(name: &str) -> Self {
        let name = name.trim();
        let folded = name.to_ascii_lowercase();
        let is_id = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let form = match folded.as_bytes() {
            digits @ [_, ..] if digits.iter().all(u8::is_ascii_digit) => Form::Number,
            id @ [first, second, ..] if id.iter().copied().all(is_id) => {
                Form::Id { prefix: [*first, *second], length: id.len() }
            }
            _ => Form::Other,
        };
        Self { exact: hash(name), folded: hash(&folded), form }
    }

    /// Returns whether both certainly name different things: they are of one form, and not the same.
    pub(super) fn differs(&self, other: &Self) -> bool {
        let is_comparable = match (self.form, other.form) {
            (Form::Number, Form::Number) => true,
            (Form::Id { prefix, length }, Form::Id { prefix: other_prefix, length: other_length }) => {
                prefix == other_prefix || length == other_length
            }
            _ => false,
        };
        is_comparable && self.folded != other.folded
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// Returns whether two amounts differ by less than the smallest unit of the currency: a server may round.
fn is_nearly(one: Decimal, other: Decimal, currency: &str) -> bool {
    let places = Currency::from(currency).exponent().unwrap_or(0);
    one.checked_sub(other).is_some_and(|difference| difference.abs() < Decimal::new(1, places))
}

/// Returns a text as Django REST Framework stores it: without white space around it, with plain line ends, in one Unicode form.
fn stored(text: &str) -> String {
    text.trim().replace("\r\n", "\n").replace('\r', "\n").nfc().collect()
}

#[cfg(test)]
mod tests {
    use super::{Order, is_nearly, stored};
    use crate::Decimal;
    use crate::raw::types::RefundRequest;

    #[test]
    fn texts_are_compared_in_their_stored_form() {
        for (sent, kept) in [
            ("Order 4711 ", "Order 4711"),
            ("\ta\r\nb\rc\n", "a\nb\nc"),
            ("Cafe\u{301}", "Caf\u{e9}"),
            ("\u{a0}x\u{2003}", "x"),
        ] {
            assert_eq!(stored(sent), stored(kept), "{sent:?}");
        }
        assert_ne!(stored("Order 4711"), stored("order 4711"));
    }

    #[test]
    fn amounts_are_equal_within_the_smallest_unit() {
        let amount = |text: &str| text.parse::<Decimal>().expect("is an amount");
        for (one, other, currency, expected) in [
            ("10.005", "10.01", "USD", true),
            ("10.00", "10.01", "USD", false),
            ("10.4", "10", "JPY", true),
            ("10", "11", "JPY", false),
            ("10.00", "10", "XXX", true),
        ] {
            assert_eq!(is_nearly(amount(one), amount(other), currency), expected, "{one} {other} {currency}");
        }
    }

    #[test]
    fn payments_differ_only_where_their_names_can_be_compared() {
        let order = |names| Order::new(names, &RefundRequest::new("x"));
        for (one, other, expected) in [
            (["TX1", "TX1"], ["TX1", "TX1"], true),
            (["TX1", "TX1"], ["tx1", "tx1"], true),
            (["TX1", "TX1"], ["TX2", "TX2"], false),
            (["TX1", "42"], ["42", "42"], true),
            (["TX1", "42"], ["43", "43"], false),
            (["TX1", "TX1"], ["43", "43"], true),
            (["TX1", "42"], ["TX2", "TX2"], false),
            (["TXabc", "TXabc"], ["TXabcd", "TXabcd"], false),
            // Of another form: a primary key, a description.
            (["TX1", "42"], ["0b6cf2a4-8f0e-4a5e-9d39-0c7b7a3a51e5"; 2], true),
            (["TX1", "42"], ["TX1 (Ada)"; 2], true),
            (["TX1", "42"], ["42.0"; 2], true),
        ] {
            let (one_order, other_order) = (order(one), order(other));
            assert_eq!(one_order.may_be_of_payment(&other_order), expected, "{one:?} {other:?}");
            assert_eq!(other_order.may_be_of_payment(&one_order), expected, "{other:?} {one:?}");
        }
    }
}
