//! Organization's products, which an order may name by id.
//!
//! Not here: what is ordered of them (`order`).

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::values::money::{Currency, decimal_text};
use crate::values::random::Random;

/// Id of the product that every sandbox starts with: "Sandbox tea", 12.50 US dollars.
pub const SEEDED_PRODUCT: &str = "prod_sandbox_tea";

/// A product's price was zero or less, so it could never be ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a product's price has to be positive")]
#[non_exhaustive]
pub struct InvalidProduct;

/// Something that can be ordered by its id.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Product {
    pub(crate) name: String,
    #[serde(with = "decimal_text")]
    pub(crate) unit_price: Decimal,
    pub(crate) currency: Currency,
}

/// Products by id.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Catalog(BTreeMap<String, Product>);

impl Catalog {
    pub(crate) fn seeded() -> Catalog {
        let tea = Product {
            name: "Sandbox tea".to_owned(),
            unit_price: Decimal::new(1250, 2),
            currency: Currency::Usd,
        };
        Catalog(BTreeMap::from([(SEEDED_PRODUCT.to_owned(), tea)]))
    }

    /// Adds a product, or puts it in the place of the one with this id.
    pub(crate) fn add(
        &mut self,
        random: &mut Random,
        id: Option<String>,
        product: Product,
    ) -> Result<String, InvalidProduct> {
        if product.unit_price <= Decimal::ZERO {
            return Err(InvalidProduct);
        }
        let id = id.unwrap_or_else(|| product_id(random));
        self.0.insert(id.clone(), product);
        Ok(id)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn find(&self, id: &str) -> Option<&Product> {
        self.0.get(id)
    }
}

/// Creates a product id; ad-hoc products get one as well, so that a payment can show it.
pub(crate) fn product_id(random: &mut Random) -> String {
    format!("prod_{}", random.text(12))
}
