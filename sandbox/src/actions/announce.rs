//! Queueing of webhooks, under the same lock as the change that each reports.
//!
//! Not here: what a webhook contains (`payload`), and how deliveries are ordered and attempted (`outbox`, `webhooks`).

use uuid::Uuid;

use crate::actions::payload::{self, Event};
use crate::model::state::State;
use crate::outbox::delivery::{Delivery, DeliveryStatus};
use crate::outbox::delivery_fault::DeliveryFault;
use crate::values::time::SandboxTime;

impl State {
    /// Queues a webhook that reports the present status of a payment.
    pub(crate) fn announce_payment(&mut self, payment_id: &str) {
        if let Some(payment) = self.payments.find(payment_id) {
            let (payload, now) = (payload::payment_payload(payment), payment.updated_at);
            self.announce(payment_id.to_owned(), Event::PaymentChanged, payload, now);
        }
    }

    /// Queues a webhook that reports the present status of a refund.
    pub(crate) fn announce_refund(&mut self, refund_id: &str) {
        if let Some(refund) = self.refunds.find(refund_id) {
            let (payload, now) = (payload::refund_payload(refund), refund.updated_at);
            self.announce(refund.payment_id.clone(), Event::RefundChanged, payload, now);
        }
    }

    /// Queues a webhook if there is an address for it, and returns its id.
    pub(crate) fn announce(
        &mut self,
        payment_id: String,
        event: Event,
        payload: String,
        now: SandboxTime,
    ) -> Option<Uuid> {
        let url = self.webhook_url.clone()?;
        let fault = self.delivery_faults.pop_front();
        let (event, payload) = match fault {
            Some(fault) => fault.apply(event.name().to_owned(), payload),
            None => (event.name().to_owned(), payload),
        };
        Some(self.queue(payment_id, event, url, payload, fault, now))
    }

    /// Queues the payload of a delivery once more, and returns the id of the new delivery.
    pub(crate) fn resend(&mut self, id: Uuid, now: SandboxTime) -> Option<Uuid> {
        let Delivery { payment_id, event, url, payload, .. } = self.deliveries.find(id)?.clone();
        let url = self.webhook_url.clone().unwrap_or(url);
        let fault = self.delivery_faults.pop_front();
        Some(self.queue(payment_id, event, url, payload, fault, now))
    }

    fn queue(
        &mut self,
        payment_id: String,
        event: String,
        url: String,
        payload: String,
        fault: Option<DeliveryFault>,
        now: SandboxTime,
    ) -> Uuid {
        let id = self.random.uuid();
        self.deliveries.add(Delivery {
            id,
            event,
            payment_id,
            url,
            payload,
            fault,
            created_at: now,
            attempts: Vec::new(),
            status: DeliveryStatus::Pending,
            next: now,
        });
        id
    }
}
