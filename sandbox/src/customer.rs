//! What a customer does with a checkout: pay, be declined, cancel.
//!
//! The hosted page and the [`Customer`] handle both end here. Not here: refunds, which are the merchant's
//! doing.

use std::sync::Arc;

use crate::catalog::product_id;
use crate::checkout::Simulate;
use crate::clock::Moment;
use crate::money::Amount;
use crate::payment::{AttemptStatus, DepositAttempt, Outcome, PaidProduct, Payment};
use crate::shared::Shared;
use crate::state::State;

/// A card of the hosted page, which decides what comes of paying with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Card {
    /// The payment succeeds.
    Succeeds,
    /// The card is declined.
    Declined,
    /// The card is declined for want of money.
    InsufficientFunds,
    /// The card is declined because it has expired.
    Expired,
    /// Declined at the first attempt of a checkout, whichever card that was made with; succeeds afterwards.
    SecondAttempt,
    /// The payment stays `processing`, until [`Sandbox::complete_payment`](crate::Sandbox::complete_payment) or
    /// [`Sandbox::fail_payment`](crate::Sandbox::fail_payment) is called.
    Processing,
}

impl Card {
    pub(crate) const ALL: [Card; 6] = [
        Card::Succeeds,
        Card::Declined,
        Card::InsufficientFunds,
        Card::Expired,
        Card::SecondAttempt,
        Card::Processing,
    ];

    /// Gives the word by which forms name it.
    pub fn as_str(self) -> &'static str {
        match self {
            Card::Succeeds => "succeeds",
            Card::Declined => "declined",
            Card::InsufficientFunds => "insufficient_funds",
            Card::Expired => "expired",
            Card::SecondAttempt => "second_attempt",
            Card::Processing => "processing",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Card> {
        Card::ALL.into_iter().find(|card| card.as_str() == word)
    }

    /// Says what the customer and the merchant are told when it is declined.
    pub(crate) fn refusal(self) -> &'static str {
        match self {
            Card::InsufficientFunds => "The card has insufficient funds.",
            Card::Expired => "The card has expired.",
            Card::SecondAttempt => "The bank asks to try again.",
            Card::Succeeds | Card::Declined | Card::Processing => "The card was declined.",
        }
    }
}

/// Why a customer could not act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CustomerError {
    /// No checkout has this id.
    #[error("no checkout has this id")]
    UnknownCheckout,
    /// The checkout was already paid or canceled.
    #[error("the checkout was already paid or canceled")]
    AlreadyUsed,
    /// The checkout's time has run out.
    #[error("the checkout has expired")]
    Expired,
}

/// Acts as the customer of one checkout, as a person on the hosted page would.
///
/// Made by [`Sandbox::customer`](crate::Sandbox::customer). Each act answers with the payment's public id.
#[derive(Clone, Debug)]
pub struct Customer {
    pub(crate) sandbox: Arc<Shared>,
    pub(crate) checkout_id: String,
}

impl Customer {
    /// Pays with this card, as on the hosted page.
    ///
    /// # Errors
    ///
    /// If there is no such checkout, or it was used, or it has expired.
    pub async fn pay_with(&self, card: Card) -> Result<String, CustomerError> {
        self.act(Act::Pay(card))
    }

    /// Pays, which uses the checkout up. Works after any number of declines. Where the merchant asked for another end by
    /// `sandbox_simulate`, it ends that way.
    ///
    /// # Errors
    ///
    /// If there is no such checkout, or it was used, or it has expired.
    pub async fn pay(&self) -> Result<String, CustomerError> {
        self.act(Act::Pay(Card::Succeeds))
    }

    /// Tries to pay with a card that is declined; the checkout stays open.
    ///
    /// # Errors
    ///
    /// If there is no such checkout, or it was used, or it has expired.
    pub async fn decline(&self) -> Result<String, CustomerError> {
        self.act(Act::Pay(Card::Declined))
    }

    /// Leaves without paying, which uses the checkout up.
    ///
    /// # Errors
    ///
    /// If there is no such checkout, or it was used, or it has expired.
    pub async fn cancel(&self) -> Result<String, CustomerError> {
        self.act(Act::Cancel)
    }

    fn act(&self, act: Act) -> Result<String, CustomerError> {
        let now = self.sandbox.clock.now();
        self.sandbox.state().customer_acts(&self.checkout_id, act, now).map(|(payment_id, _)| payment_id)
    }
}

/// What a customer can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    Pay(Card),
    Cancel,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Paid,
    Processing,
    /// With what the customer is told; the checkout stays open.
    Declined(&'static str),
    Canceled,
}

impl End {
    /// Says how an act ends: as the merchant wants it simulated, or else as the card has it. Cancelling is always that.
    fn of(act: Act, simulate: Option<Simulate>, attempts: usize) -> End {
        let Act::Pay(card) = act else { return End::Canceled };
        match simulate {
            Some(Simulate::PaymentFailed) => return End::Declined(Card::Declined.refusal()),
            Some(Simulate::CheckoutCanceled | Simulate::Canceled) => return End::Canceled,
            Some(Simulate::SuccessPendingDeposit | Simulate::CheckoutPending) => return End::Processing,
            None => {}
        }
        match card {
            Card::Succeeds => End::Paid,
            Card::SecondAttempt if attempts > 0 => End::Paid,
            Card::Processing => End::Processing,
            declined => End::Declined(declined.refusal()),
        }
    }
}

/// Why a payment could not be brought to an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PaymentError {
    /// No payment has this id.
    #[error("no payment has this id")]
    Unknown,
    /// The payment is not processing.
    #[error("the payment is not processing")]
    NotProcessing,
}

impl State {
    /// Carries out a customer's act; the first one brings the payment into being. Gives the payment's public
    /// id, and how it ended.
    pub(crate) fn customer_acts(
        &mut self,
        checkout_id: &str,
        act: Act,
        now: Moment,
    ) -> Result<(String, End), CustomerError> {
        let checkout = self.checkouts.get(checkout_id).ok_or(CustomerError::UnknownCheckout)?;
        if checkout.used {
            return Err(CustomerError::AlreadyUsed);
        }
        if checkout.expires_at <= now {
            return Err(CustomerError::Expired);
        }

        let simulate = checkout.request.simulate;
        let payment_id = match checkout.payment.clone() {
            Some(payment_id) => payment_id,
            None => self.create_payment(checkout_id, now).ok_or(CustomerError::UnknownCheckout)?,
        };
        let attempt_id = format!("pay_{}", self.random.text(16));
        let payment = self.payments.find_mut(&payment_id).ok_or(CustomerError::UnknownCheckout)?;
        let end = End::of(act, simulate, payment.attempts.len());
        payment.customer_acted(end, attempt_id, now);
        if let Some(checkout) = self.checkouts.get_mut(checkout_id) {
            checkout.used = !matches!(end, End::Declined(_));
        }
        self.close_used_up_link(checkout_id);
        self.announce_payment(&payment_id);
        Ok((payment_id, end))
    }

    /// Brings a payment that is processing to its end.
    pub(crate) fn settle_payment(
        &mut self,
        payment_id: &str,
        paid: bool,
        now: Moment,
    ) -> Result<(), PaymentError> {
        let payment = self.payments.find_mut(payment_id).ok_or(PaymentError::Unknown)?;
        if payment.outcome != Outcome::Processing {
            return Err(PaymentError::NotProcessing);
        }
        payment.outcome = if paid { Outcome::Paid } else { Outcome::Declined };
        payment.updated_at = now;
        if let Some(attempt) = payment.attempts.first_mut() {
            (attempt.status, attempt.error_message) = if paid {
                (AttemptStatus::Succeeded, None)
            } else {
                (AttemptStatus::RequiresPaymentMethod, Some(Card::Declined.refusal().into()))
            };
        }
        let (public, checkout_id) = (payment.key.public.clone(), payment.order_id.clone());
        if let Some(checkout) = self.checkouts.get_mut(&checkout_id) {
            // As after any other decline, the customer may try again.
            checkout.used = paid;
        }
        self.close_used_up_link(&checkout_id);
        self.announce_payment(&public);
        Ok(())
    }

    fn create_payment(&mut self, checkout_id: &str, now: Moment) -> Option<String> {
        let public = format!("TX{}", self.random.text(10));
        let checkout = self.checkouts.get_mut(checkout_id)?;
        checkout.payment = Some(public.clone());
        let (billing, order) = (&checkout.request.billing, &checkout.request.order);
        let products = order.lines.iter().map(|line| PaidProduct {
            id: line.product_id.clone().unwrap_or_else(|| product_id(&mut self.random)),
            name: line.name.clone(),
        });
        let products = products.collect();
        self.payments.insert(public.clone(), |key| Payment {
            key,
            order_id: checkout_id.to_owned(),
            amount: order.total,
            currency: order.currency,
            payer_email: billing.email.clone(),
            products,
            attempts: Vec::new(),
            created_at: now,
            updated_at: now,
            outcome: Outcome::Declined,
            refunded: Amount::ZERO,
            refunding: Amount::ZERO,
        });
        Some(public)
    }
}

impl Payment {
    fn customer_acted(&mut self, end: End, attempt_id: String, now: Moment) {
        self.updated_at = now;
        let (outcome, status, error_message) = match end {
            End::Canceled => {
                self.outcome = Outcome::Canceled;
                return;
            }
            End::Paid => (Outcome::Paid, AttemptStatus::Succeeded, None),
            End::Processing => (Outcome::Processing, AttemptStatus::Processing, None),
            End::Declined(told) => (Outcome::Declined, AttemptStatus::RequiresPaymentMethod, Some(told)),
        };
        self.outcome = outcome;
        let attempt = DepositAttempt {
            status,
            payment_id: attempt_id,
            attempted_at: now,
            error_message: error_message.map(Into::into),
            payment_method: "card".into(),
        };
        self.attempts.insert(0, attempt);
    }
}
