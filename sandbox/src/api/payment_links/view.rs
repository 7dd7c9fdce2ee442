//! A payment link as the dashboard shows it.

use serde::Serialize;
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::model::payment_link::{PaymentLink, PricingMode, Totals};
use crate::values::money::Currency;
use crate::values::time::SandboxTime;

/// A payment link as the dashboard shows it.
#[derive(Serialize)]
pub(crate) struct PaymentLinkView<'a> {
    id: Uuid,
    token: Uuid,
    name: &'a str,
    products: Vec<LinkProduct<'a>>,
    currency: Currency,
    pricing_mode: PricingMode,
    expires_at: Option<SandboxTime>,
    max_uses: Option<u32>,
    metadata: &'a RawValue,
    is_active: bool,
    created_at: SandboxTime,
    updated_at: SandboxTime,
    #[serde(flatten)]
    totals: Totals,
}

impl<'a> PaymentLinkView<'a> {
    pub(crate) fn of(link: &'a PaymentLink, totals: Totals) -> PaymentLinkView<'a> {
        let terms = &link.terms;
        let products = terms
            .order
            .lines
            .iter()
            .map(|line| LinkProduct { product_id: line.product_id.as_deref(), quantity: line.quantity });
        PaymentLinkView {
            id: link.id,
            token: link.token,
            name: &terms.name,
            products: products.collect(),
            currency: terms.order.currency,
            pricing_mode: terms.pricing_mode,
            expires_at: terms.expires_at,
            max_uses: terms.max_uses,
            metadata: &terms.metadata,
            is_active: terms.is_active,
            created_at: link.created_at,
            updated_at: link.updated_at,
            totals,
        }
    }
}

#[derive(Serialize)]
struct LinkProduct<'a> {
    product_id: Option<&'a str>,
    quantity: u32,
}
