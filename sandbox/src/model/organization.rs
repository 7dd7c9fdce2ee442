//! Organization of the merchant.
//!
//! Not here: the operations on it (`api::organization`).

use serde::{Deserialize, Serialize};

/// Tax mode of the prices of an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum PriceMode {
    /// Without tax.
    #[serde(rename = "HT")]
    WithoutTax,
    /// With tax.
    #[serde(rename = "TTC")]
    WithTax,
}

impl PriceMode {
    pub(crate) fn parse(word: &str) -> Option<PriceMode> {
        match word {
            "HT" => Some(PriceMode::WithoutTax),
            "TTC" => Some(PriceMode::WithTax),
            _ => None,
        }
    }
}

/// Describes what the merchant can edit.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Organization {
    pub(crate) name: String,
    pub(crate) website: String,
    pub(crate) contact_email: String,
    pub(crate) telegram: String,
    pub(crate) price_mode: PriceMode,
}

impl Organization {
    pub(crate) fn seeded() -> Organization {
        Organization {
            name: "Sandbox Shop".to_owned(),
            website: "https://shop.example".to_owned(),
            contact_email: "owner@shop.example".to_owned(),
            telegram: String::new(),
            price_mode: PriceMode::WithTax,
        }
    }
}

/// An organization here was looked at and may take payments.
pub(crate) const STATUS: &str = "active";
