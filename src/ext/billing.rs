//! Customers who pay, as checkouts and payment links need them.

use std::fmt;

use super::OptionalText;

/// Required data of a customer as named fields, so that two texts cannot be swapped unnoticed.
///
/// # Example: with a postal code
///
/// ```
/// use nd8::BillTo;
///
/// let ada = BillTo { country: "US", first_name: "Ada", last_name: "Lovelace", email: "ada@example.com" };
/// assert_eq!(format!("{:?}", ada.postal_code("94105")), r#"Billing { country: "US", .. }"#);
/// ```
///
/// # Example: one is missing
///
/// ```compile_fail,E0063
/// let _ = nd8::BillTo { country: "US", first_name: "Ada", last_name: "Lovelace" };
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "the compiler reports which field is missing")]
pub struct BillTo<'a> {
    /// Customer's country: ISO 3166-1 alpha-2, two letters.
    pub country: &'a str,
    /// Customer's given name, of at most 100 characters.
    pub first_name: &'a str,
    /// Customer's family name, of at most 100 characters.
    pub last_name: &'a str,
    /// Customer's e-mail address.
    pub email: &'a str,
}

impl BillTo<'_> {
    /// Adds the postal code. The server requires it if the country is `US`.
    pub fn postal_code(self, postal_code: impl OptionalText) -> Billing {
        Billing::from(self).postal_code(postal_code)
    }

    /// Adds the telephone number.
    pub fn phone(self, phone: impl OptionalText) -> Billing {
        Billing::from(self).phone(phone)
    }
}

impl From<BillTo<'_>> for Billing {
    fn from(BillTo { country, first_name, last_name, email }: BillTo<'_>) -> Self {
        Self::new(country, first_name, last_name, email)
    }
}

impl fmt::Debug for BillTo<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BillTo").field("country", &self.country).finish_non_exhaustive()
    }
}

/// Customer who pays. `Debug` prints the country alone.
///
/// # Example: what a log shows of a customer
///
/// ```
/// let ada = nd8::Billing::new("US", "Ada", "Lovelace", "ada@example.com").postal_code("94105");
/// assert_eq!(format!("{ada:?}"), r#"Billing { country: "US", .. }"#);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Billing {
    pub(super) country: String,
    pub(super) first_name: String,
    pub(super) last_name: String,
    pub(super) email: String,
    pub(super) phone: Option<String>,
    pub(super) postal_code: Option<String>,
}

impl Billing {
    /// Creates billing data: the customer's country (ISO 3166-1 alpha-2, two letters), names (at most 100 characters each)
    /// and e-mail address.
    pub fn new(
        country: impl Into<String>,
        first_name: impl Into<String>,
        last_name: impl Into<String>,
        email: impl Into<String>,
    ) -> Self {
        Self {
            country: country.into(),
            first_name: first_name.into(),
            last_name: last_name.into(),
            email: email.into(),
            phone: None,
            postal_code: None,
        }
    }

    /// Sets the postal code. The server requires it if the country is `US`.
    pub fn postal_code(mut self, postal_code: impl OptionalText) -> Self {
        self.postal_code = postal_code.text().or(self.postal_code);
        self
    }

    /// Sets the telephone number.
    pub fn phone(mut self, phone: impl OptionalText) -> Self {
        self.phone = phone.text().or(self.phone);
        self
    }
}

impl fmt::Debug for Billing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Billing").field("country", &self.country).finish_non_exhaustive()
    }
}
