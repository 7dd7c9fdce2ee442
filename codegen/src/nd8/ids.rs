//! The fields and path parameters that are ids, by role: whatever upstream calls a component, they have the types of `src/ids/`.
//!
//! Not here: `Checkout.token`, which serves a redirect and names nothing, and `DepositAttempt.paymentId`, which is the name that the
//! payment provider has for its part.

use crate::profile::IdType;

const IDS: [(&str, &str); 26] = [
    ("Payment.id", "PaymentId"),
    ("PaymentLinkPayment.id", "PaymentId"),
    ("Refund.transaction_id", "PaymentId"),
    ("RefundCreated.transaction_id", "PaymentId"),
    ("get_payment?id", "PaymentId"),
    ("create_refund?id", "PaymentId"),
    ("Refund.id", "RefundId"),
    ("RefundCreated.refund_id", "RefundId"),
    ("RefundCreated.refund_public_id", "RefundId"),
    ("get_refund?id", "RefundId"),
    ("Checkout.checkout_id", "CheckoutId"),
    ("Checkout.order_id", "CheckoutId"),
    ("CatalogProduct.id", "ProductId"),
    ("PaymentProduct.id", "ProductId"),
    ("PaymentLinkProduct.product_id", "ProductId"),
    ("ApiKey.id", "ApiKeyId"),
    ("ApiKeyWithSecret.id", "ApiKeyId"),
    ("revoke_api_key?id", "ApiKeyId"),
    ("PaymentLink.id", "PaymentLinkId"),
    ("get_payment_link?id", "PaymentLinkId"),
    ("update_payment_link?id", "PaymentLinkId"),
    ("delete_payment_link?id", "PaymentLinkId"),
    ("list_payment_link_payments?id", "PaymentLinkId"),
    ("PaymentLink.token", "PaymentLinkToken"),
    ("get_public_payment_link?token", "PaymentLinkToken"),
    ("start_payment_link_checkout?token", "PaymentLinkToken"),
];

/// Returns the rows.
pub(super) fn ids() -> Vec<IdType> {
    IDS.iter().map(|(at, id)| IdType { at: (*at).to_owned(), id: (*id).to_owned() }).collect()
}

#[cfg(test)]
mod tests {
    use super::IDS;

    const SURFACE: &str = include_str!("../../../openapi/surface.txt");

    #[test]
    fn every_row_is_in_the_generated_code() {
        for (at, id) in IDS {
            let (of, name) = at.split_once(['.', '?']).expect("has two parts");
            let is_there = |line: &str| match at.contains('?') {
                true => {
                    line.starts_with(&format!("fn Client::{of}<"))
                        && line.contains(&format!("{name}: &'a crate::{id}"))
                }
                false => {
                    line.starts_with(&format!("field types::{of}::{name}:"))
                        && line.contains(&format!("crate::{id}"))
                }
            };
            assert!(SURFACE.lines().any(is_there), "{at} is no {id}");
        }
    }

    #[test]
    fn whatever_is_called_an_id_has_a_type() {
        let is_called_an_id = |line: &&str| {
            let name = line.strip_prefix("field types::").and_then(|rest| rest.split_once(": "));
            name.is_some_and(|(path, _)| path.ends_with("::id") || path.ends_with("_id"))
        };
        let untyped: Vec<&str> =
            SURFACE.lines().filter(is_called_an_id).filter(|line| !line.contains("crate::")).collect();
        // The name that the payment provider has for its part.
        assert_eq!(
            untyped,
            ["field types::DepositAttempt::payment_id: ::std::option::Option<::std::string::String>"]
        );
    }
}
