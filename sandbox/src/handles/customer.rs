//! Handle that acts as the customer of a checkout.

use std::sync::Arc;

use crate::actions::customer::{Card, CustomerAction, CustomerError};
use crate::app::app_state::AppState;

/// Acts as the customer of one checkout, as a person on the hosted page would.
///
/// Made by [`Sandbox::customer`](crate::Sandbox::customer). Each action returns the payment's public id.
#[derive(Clone, Debug)]
pub struct Customer {
    pub(crate) sandbox: Arc<AppState>,
    pub(crate) checkout_id: String,
}

impl Customer {
    /// Pays with this card, as on the hosted page.
    ///
    /// # Errors
    ///
    /// If there is no such checkout, or it was used, or it has expired.
    pub async fn pay_with(&self, card: Card) -> Result<String, CustomerError> {
        self.act(CustomerAction::Pay(card))
    }

    /// Pays, which uses the checkout up. Works after any number of declines. Where the merchant asked for another end by
    /// `sandbox_simulate`, it ends that way.
    ///
    /// # Errors
    ///
    /// If there is no such checkout, or it was used, or it has expired.
    pub async fn pay(&self) -> Result<String, CustomerError> {
        self.act(CustomerAction::Pay(Card::Succeeds))
    }

    /// Tries to pay with a card that is declined; the checkout stays open.
    ///
    /// # Errors
    ///
    /// If there is no such checkout, or it was used, or it has expired.
    pub async fn decline(&self) -> Result<String, CustomerError> {
        self.act(CustomerAction::Pay(Card::Declined))
    }

    /// Leaves without paying, which uses the checkout up.
    ///
    /// # Errors
    ///
    /// If there is no such checkout, or it was used, or it has expired.
    pub async fn cancel(&self) -> Result<String, CustomerError> {
        self.act(CustomerAction::Cancel)
    }

    fn act(&self, act: CustomerAction) -> Result<String, CustomerError> {
        self.sandbox.act(&self.checkout_id, act).map(|(payment_id, _)| payment_id)
    }
}
