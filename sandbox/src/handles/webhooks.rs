//! Handle on the webhooks of a sandbox.

use std::sync::Arc;

use uuid::Uuid;

use crate::app::app_state::AppState;
use crate::outbox::delivery::UnknownDelivery;
use crate::outbox::delivery_fault::DeliveryFault;

/// Handle on the webhooks of a sandbox; made by [`Sandbox::webhooks`](crate::Sandbox::webhooks).
#[derive(Clone, Debug)]
pub struct Webhooks {
    pub(crate) sandbox: Arc<AppState>,
}

impl Webhooks {
    /// Queues a `webhook.test` and returns the delivery's id; `None` if there is no webhook address.
    pub fn send_test(&self) -> Option<Uuid> {
        self.sandbox.send_test_webhook()
    }

    /// Queues the payload of a delivery once more, and returns the id of the new delivery. It goes to
    /// the present webhook address.
    ///
    /// # Errors
    ///
    /// If there is no such delivery.
    pub fn resend(&self, delivery: Uuid) -> Result<Uuid, UnknownDelivery> {
        self.sandbox.state().resend(delivery, self.sandbox.clock.now()).ok_or(UnknownDelivery)
    }

    /// Applies a fault to the next delivery that is queued; called several times, one of the following deliveries each.
    pub fn inject_fault(&self, how: DeliveryFault) {
        self.sandbox.state().delivery_faults.push_back(how);
    }

    /// Signs with a new secret from now on, retries of earlier deliveries included, and returns it. A sandbox that is
    /// started again on its state file goes on with it.
    pub fn rotate_secret(&self) -> String {
        self.sandbox.rotate_webhook_secret()
    }
}
