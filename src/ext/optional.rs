//! Optional texts, as arguments of setters.

use std::borrow::Cow;

use crate::ids::{CheckoutId, PaymentId, ProductId, RefundId, RefundReference};

/// A text, an `Option` of one, or a reference to either. Setters of optional fields take it, so that a field of a form needs no `if let`. `None`
/// changes nothing. Sealed.
///
/// # Example: a form
///
/// ```
/// use nd8::Billing;
///
/// struct Form {
///     phone: Option<String>,
/// }
///
/// let form = Form { phone: None };
/// let ada = Billing::new("US", "Ada", "Lovelace", "ada@example.com");
/// assert_eq!(ada.clone().phone(&form.phone), ada);
/// assert_eq!(ada.clone().phone(form.phone), ada);
/// assert_ne!(ada.clone().postal_code("94105").phone(Some("555-0100")), ada);
/// ```
pub trait OptionalText: sealed::OptionalText {}

impl<T: sealed::OptionalText> OptionalText for T {}

pub(super) mod sealed {
    pub trait OptionalText {
        fn text(self) -> Option<String>;
    }
}

macro_rules! texts {
    ($($text:ty),*) => {$(
        impl sealed::OptionalText for $text {
            fn text(self) -> Option<String> {
                Some(self.into())
            }
        }

        impl sealed::OptionalText for Option<$text> {
            fn text(self) -> Option<String> {
                self.map(Into::into)
            }
        }

        /// Of a form that is needed afterwards.
        impl sealed::OptionalText for &Option<$text> {
            fn text(self) -> Option<String> {
                self.clone().map(Into::into)
            }
        }
    )*};
}

texts!(
    &str,
    &String,
    String,
    Cow<'_, str>,
    Box<str>,
    &PaymentId,
    PaymentId,
    &RefundId,
    RefundId,
    &CheckoutId,
    CheckoutId,
    &ProductId,
    ProductId,
    &RefundReference,
    RefundReference
);
