//! Opens and settles refunds.
//!
//! The amount left is checked and reserved under one lock, so concurrent refunds never exceed the payment.

use crate::model::refund::{Refund, RefundStatus};
use crate::model::state::State;
use crate::values::money::{Amount, Currency};
use crate::values::time::SandboxTime;

/// Reports why a refund could not be brought to an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RefundError {
    /// No refund has this id.
    #[error("no refund has this id")]
    Unknown,
    /// Refund has already completed or failed.
    #[error("the refund has already completed or failed")]
    AlreadySettled,
}

/// Reports why a refund was not opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RefundRefused {
    UnknownPayment,
    NotPaid,
    NothingLeft,
    TooMuch { left: Amount, currency: Currency },
}

/// Describes how a refund ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Completed,
    Failed,
}

impl State {
    /// Opens a refund of this amount, or of everything that is left.
    pub(crate) fn open_refund(
        &mut self,
        payment_id: &str,
        reason: String,
        amount: Option<Amount>,
        now: SandboxTime,
    ) -> Result<Refund, RefundRefused> {
        let payment = self.payments.find_mut(payment_id).ok_or(RefundRefused::UnknownPayment)?;
        let (left, currency) = (payment.refundable().ok_or(RefundRefused::NotPaid)?, payment.currency);
        if left.is_zero() {
            return Err(RefundRefused::NothingLeft);
        }
        let amount = amount.unwrap_or(left);
        if amount > left {
            return Err(RefundRefused::TooMuch { left, currency });
        }

        // Reserved now and not when the refund completes: two refunds that race would both find the whole amount left.
        payment.refunding = payment.refunding.plus(amount);
        payment.updated_at = now;
        let public = format!("RF{}", self.random.text(10));
        let refund = self.refunds.insert(public, |key| Refund {
            key,
            payment_id: payment.key.public.clone(),
            payment_number: payment.key.number,
            order_id: payment.order_id.clone(),
            amount,
            currency,
            reason,
            status: RefundStatus::Processing,
            created_at: now,
            updated_at: now,
        });
        let refund = refund.clone();
        self.announce_payment(&refund.payment_id);
        Ok(refund)
    }

    /// Brings a processing refund to its end.
    pub(crate) fn settle(
        &mut self,
        refund_id: &str,
        ending: Ending,
        now: SandboxTime,
    ) -> Result<(), RefundError> {
        let refund = self.refunds.find_mut(refund_id).ok_or(RefundError::Unknown)?;
        if refund.status != RefundStatus::Processing {
            return Err(RefundError::AlreadySettled);
        }
        refund.status = match ending {
            Ending::Completed => RefundStatus::Completed,
            Ending::Failed => RefundStatus::Failed,
        };
        refund.updated_at = now;
        let (refund_id, payment_id, amount) =
            (refund.key.public.clone(), refund.payment_id.clone(), refund.amount);

        if let Some(payment) = self.payments.find_mut(&payment_id) {
            // A processing refund's amount is part of `refunding`, so this never falls below zero.
            payment.refunding = payment.refunding.minus(amount).unwrap_or(Amount::ZERO);
            if ending == Ending::Completed {
                payment.refunded = payment.refunded.plus(amount);
            }
            payment.updated_at = now;
        }
        self.announce_refund(&refund_id);
        self.announce_payment(&payment_id);
        Ok(())
    }
}
