//! The state of a run: what it created, and what it observed.

use std::collections::BTreeMap;

use crate::fact::Fact;
use crate::guard::Proof;
use crate::http::{Ask, Http, Miss, Reply, Stop};
use crate::options::Options;
use crate::receiver::Receiver;
use crate::seen::Seen;

/// State of a run.
pub(crate) struct Run<'a> {
    pub(crate) http: Http,
    pub(crate) options: &'a Options,
    pub(crate) proof: Proof,
    pub(crate) receiver: Option<Receiver>,
    /// Marks the reasons of refunds, to find them again.
    pub(crate) nonce: String,
    /// Ids of the checkouts, by simulation.
    pub(crate) checkouts: BTreeMap<&'static str, String>,
    /// Public id of a payment.
    pub(crate) payment: Option<String>,
    /// True if that payment can be refunded.
    pub(crate) is_paid: bool,
    /// Number of that payment.
    pub(crate) payment_number: Option<u64>,
    /// Newest refund of this run: its public id, and its number.
    pub(crate) refund: Option<(String, Option<u64>)>,
    /// True if this run made refunds.
    pub(crate) made_refunds: bool,
    /// Old address of the webhooks, if this run changed it.
    pub(crate) endpoint: Option<Option<String>>,
    /// True if the old address could not be restored.
    pub(crate) is_endpoint_left: bool,
    pub(crate) seen: BTreeMap<&'static str, Result<Seen, &'static str>>,
}

impl Run<'_> {
    /// Records the observation of a fact, or why there is none; the first record counts.
    pub(crate) fn see(&mut self, id: &'static str, seen: Result<Seen, Miss>) -> Result<(), Stop> {
        match seen {
            // A later request may observe the same fact in a state that the run itself has caused.
            Ok(seen) => self.seen.entry(id).or_insert(Ok(seen)),
            Err(Miss::Unseen(reason)) => self.seen.entry(id).or_insert(Err(reason)),
            // Recorded as well, so that the report shows at which fact the run ended.
            Err(Miss::Stop(stop)) => {
                self.seen.entry(id).or_insert(Err(stop.reason()));
                return Err(stop);
            }
        };
        Ok(())
    }

    /// Records a reason for those of some facts that were not observed so far.
    pub(crate) fn rest(&mut self, facts: &'static [Fact], reason: &'static str) -> Result<(), Stop> {
        facts.iter().try_for_each(|fact| self.see(fact.id, Err(Miss::Unseen(reason))))
    }

    /// Sends a request that decides one fact, and returns the response to it.
    pub(crate) async fn ask(
        &mut self,
        id: &'static str,
        ask: Ask,
        seen: impl FnOnce(&Reply) -> Result<Seen, Miss>,
    ) -> Result<Option<Reply>, Stop> {
        let reply = self.http.send(&ask).await;
        let result = reply.as_ref().map_err(|miss| *miss).and_then(seen);
        self.see(id, result)?;
        Ok(reply.ok())
    }

    /// Sends a request that decides no fact by itself.
    pub(crate) async fn send(&mut self, ask: Ask) -> Result<Option<Reply>, Stop> {
        match self.http.send(&ask).await {
            Ok(reply) => Ok(Some(reply)),
            Err(Miss::Unseen(_)) => Ok(None),
            Err(Miss::Stop(stop)) => Err(stop),
        }
    }
}
