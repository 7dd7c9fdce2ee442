//! Forgets the oldest objects of a state when there are more than it keeps.

use crate::model::state::State;
use crate::settings::Retention;

impl State {
    /// Forgets what is too much. The totals of payment links, the numbers of rows and the rest of the state do not change with that.
    pub(crate) fn forget_oldest(&mut self, keep: &Retention) {
        while self.payments.rows().len() > keep.payments {
            let Some(payment) = self.payments.remove_oldest(|_| true) else { break };
            if let Some(id) = self.link_of(&payment)
                && let Some(link) = self.payment_links.iter_mut().find(|link| link.id == id)
            {
                link.past.add(&payment);
            }
            self.checkouts.remove(&payment.order_id);
            self.refunds.retain(|refund| refund.payment_id != payment.key.public);
        }
        while self.refunds.rows().len() > keep.refunds {
            // One that is processing holds an amount of its payment, so it goes last.
            let settled = self.refunds.remove_oldest(|refund| !refund.is_processing());
            if settled.or_else(|| self.refunds.remove_oldest(|_| true)).is_none() {
                break;
            }
        }
        // Ids begin with the time of their creation, so the first is the oldest.
        while self.checkouts.len() > self.payments.rows().len() + keep.payments {
            let unpaid = self.checkouts.iter().find(|(_, checkout)| checkout.payment.is_none());
            let Some(id) = unpaid.map(|(id, _)| id.clone()) else { break };
            self.checkouts.remove(&id);
        }
        self.deliveries.forget_oldest(keep.deliveries);
    }
}
