//! Actions of a customer on a checkout: pay, be declined, cancel; and how a processing payment is settled.
//!
//! The hosted page, the [`Customer`](crate::Customer) handle and the admin API all end here.

use crate::model::catalog::product_id;
use crate::model::checkout::{Checkout, Simulate};
use crate::model::payment::{AttemptStatus, DepositAttempt, PaidProduct, Payment, PaymentOutcome};
use crate::model::state::State;
use crate::values::money::Fee;
use crate::values::time::SandboxTime;

/// A card of the hosted page, which decides what comes of paying with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Card {
    /// Payment succeeds.
    Succeeds,
    /// Card is declined.
    Declined,
    /// Card is declined for insufficient funds.
    InsufficientFunds,
    /// Card is declined because it has expired.
    Expired,
    /// Declined at the first attempt of a checkout, whichever card that was made with; succeeds afterwards.
    SecondAttempt,
    /// Payment stays `processing`, until [`Sandbox::complete_payment`](crate::Sandbox::complete_payment) or
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

    /// Returns the word by which forms name it.
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

    /// Returns the message for customer and merchant when it is declined.
    pub(crate) fn refusal(self) -> &'static str {
        match self {
            Card::InsufficientFunds => "The card has insufficient funds.",
            Card::Expired => "The card has expired.",
            Card::SecondAttempt => "The bank asks to try again.",
            Card::Succeeds | Card::Declined | Card::Processing => "The card was declined.",
        }
    }
}

/// Reports why a customer could not act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CustomerError {
    /// No checkout has this id.
    #[error("no checkout has this id")]
    UnknownCheckout,
    /// Checkout was already paid or canceled.
    #[error("the checkout was already paid or canceled")]
    AlreadyUsed,
    /// Checkout's time has run out.
    #[error("the checkout has expired")]
    Expired,
}

/// Describes what a customer can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CustomerAction {
    Pay(Card),
    Cancel,
}

/// Outcome of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ActionOutcome {
    Paid,
    Processing,
    /// With the message for the customer; the checkout stays open.
    Declined(&'static str),
    Canceled,
}

impl ActionOutcome {
    /// Returns how an act ends: as the merchant wants it simulated, or else as the card has it. Cancelling is always that.
    fn of(act: CustomerAction, simulate: Option<Simulate>, attempts: usize) -> ActionOutcome {
        let CustomerAction::Pay(card) = act else { return ActionOutcome::Canceled };
        match simulate {
            Some(Simulate::PaymentFailed) => return ActionOutcome::Declined(Card::Declined.refusal()),
            Some(Simulate::CheckoutCanceled | Simulate::Canceled) => return ActionOutcome::Canceled,
            Some(Simulate::SuccessPendingDeposit | Simulate::CheckoutPending) => {
                return ActionOutcome::Processing;
            }
            None => {}
        }
        match card {
            Card::Succeeds => ActionOutcome::Paid,
            Card::SecondAttempt if attempts > 0 => ActionOutcome::Paid,
            Card::Processing => ActionOutcome::Processing,
            declined => ActionOutcome::Declined(declined.refusal()),
        }
    }
}

/// Reports why a payment could not be brought to an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PaymentError {
    /// No payment has this id.
    #[error("no payment has this id")]
    Unknown,
    /// Payment is not processing.
    #[error("the payment is not processing")]
    NotProcessing,
    /// Payment link of the payment has been used as often as it can be.
    #[error("the payment link has been used as often as it can be")]
    LinkUsedUp,
}

impl State {
    /// Checks that the customer can act. `max_uses` of the link counts here as well, since checkouts that were opened in time
    /// could otherwise take more payments than it allows.
    pub(crate) fn check_open(&self, checkout: &Checkout, now: SandboxTime) -> Result<(), CustomerError> {
        if checkout.used || self.uses_left(checkout).is_some_and(|left| left <= 0) {
            return Err(CustomerError::AlreadyUsed);
        }
        if checkout.expires_at <= now { Err(CustomerError::Expired) } else { Ok(()) }
    }

    /// Applies an action of the customer; the first one creates the payment. Returns the payment's public
    /// id, and how it ended.
    pub(crate) fn apply_customer_action(
        &mut self,
        checkout_id: &str,
        act: CustomerAction,
        fee: Fee,
        now: SandboxTime,
    ) -> Result<(String, ActionOutcome), CustomerError> {
        let checkout = self.checkouts.get(checkout_id).ok_or(CustomerError::UnknownCheckout)?;
        self.check_open(checkout, now)?;

        // Drawn after the checks: a refused action leaves the random source unchanged, so that a seed repeats.
        let simulate = checkout.request.simulate;
        let payment_id = match checkout.payment.clone() {
            Some(payment_id) => payment_id,
            None => self.create_payment(checkout_id, fee, now).ok_or(CustomerError::UnknownCheckout)?,
        };
        let attempt_id = format!("pay_{}", self.random.text(16));
        let payment = self.payments.find_mut(&payment_id).ok_or(CustomerError::UnknownCheckout)?;
        let end = ActionOutcome::of(act, simulate, payment.attempts.len());
        payment.record_action(end, attempt_id, now);
        if let Some(checkout) = self.checkouts.get_mut(&checkout_id.to_owned()) {
            checkout.used = !matches!(end, ActionOutcome::Declined(_));
        }
        self.announce_payment(&payment_id);
        Ok((payment_id, end))
    }

    /// Brings a payment that is processing to its end.
    pub(crate) fn settle_payment(
        &mut self,
        payment_id: &str,
        paid: bool,
        now: SandboxTime,
    ) -> Result<(), PaymentError> {
        let payment = self.payments.find(payment_id).ok_or(PaymentError::Unknown)?;
        if payment.outcome != PaymentOutcome::Processing {
            return Err(PaymentError::NotProcessing);
        }
        // It is one of the uses itself. `max_uses` may have been lowered since it began.
        let left = self.checkouts.get(&payment.order_id).and_then(|checkout| self.uses_left(checkout));
        if paid && left.is_some_and(|left| left < 0) {
            return Err(PaymentError::LinkUsedUp);
        }
        let payment = self.payments.find_mut(payment_id).ok_or(PaymentError::Unknown)?;
        payment.outcome = if paid { PaymentOutcome::Paid } else { PaymentOutcome::Declined };
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
        self.announce_payment(&public);
        Ok(())
    }

    fn create_payment(&mut self, checkout_id: &str, fee: Fee, now: SandboxTime) -> Option<String> {
        let public = format!("TX{}", self.random.text(10));
        let checkout = self.checkouts.get_mut(&checkout_id.to_owned())?;
        checkout.payment = Some(public.clone());
        let products = checkout.request.order.lines.iter().map(|line| PaidProduct {
            id: line.product_id.clone().unwrap_or_else(|| product_id(&mut self.random)),
            name: line.name.clone(),
        });
        let products = products.collect();
        self.payments.insert(public.clone(), |key| Payment::new(key, checkout, products, fee, now));
        Some(public)
    }
}

impl Payment {
    fn record_action(&mut self, end: ActionOutcome, attempt_id: String, now: SandboxTime) {
        self.updated_at = now;
        let (outcome, status, error_message) = match end {
            ActionOutcome::Canceled => {
                self.outcome = PaymentOutcome::Canceled;
                return;
            }
            ActionOutcome::Paid => (PaymentOutcome::Paid, AttemptStatus::Succeeded, None),
            ActionOutcome::Processing => (PaymentOutcome::Processing, AttemptStatus::Processing, None),
            ActionOutcome::Declined(reason) => {
                (PaymentOutcome::Declined, AttemptStatus::RequiresPaymentMethod, Some(reason))
            }
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
