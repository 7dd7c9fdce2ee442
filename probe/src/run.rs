//! One run: the guard, then the areas one after the other, and what each has seen.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::assumptions::Assumptions;
use crate::fact::Fact;
use crate::facts;
use crate::guard::{self, Proof, Refusal};
use crate::http::{Ask, Http, Miss, Reply, Stop};
use crate::options::{Options, Webhooks};
use crate::receiver::Receiver;
use crate::report::{Ending, Report};
use crate::seen::Seen;

/// What a run knows so far.
pub(crate) struct Run<'a> {
    pub(crate) http: Http,
    pub(crate) options: &'a Options,
    pub(crate) proof: Proof,
    pub(crate) receiver: Option<Receiver>,
    /// In the reasons of refunds, to find them again.
    pub(crate) nonce: String,
    /// Ids of the checkouts, by what they simulate.
    pub(crate) checkouts: BTreeMap<&'static str, String>,
    /// The public id of a payment.
    pub(crate) payment: Option<String>,
    /// Whether that payment can be refunded.
    pub(crate) is_paid: bool,
    /// The number of that payment.
    pub(crate) payment_number: Option<u64>,
    /// The newest refund of this run: its public id, and its number.
    pub(crate) refund: Option<(String, Option<u64>)>,
    /// Whether this run made refunds.
    pub(crate) made_refunds: bool,
    /// The old address of the webhooks, if this run changed it.
    pub(crate) endpoint: Option<Option<String>>,
    /// Whether the old address could not be restored.
    pub(crate) is_endpoint_left: bool,
    seen: BTreeMap<&'static str, Result<Seen, &'static str>>,
}

/// Asks a server, and reports what is as assumed.
///
/// # Errors
///
/// If the server did not prove that it is a sandbox, or showed a sign of production before anything was created. A sign that shows
/// later ends the run, which [`Report::stopped`] reports.
pub async fn run(
    options: &Options,
    assumptions: &Assumptions,
    day: jiff::civil::Date,
) -> Result<Report, Refusal> {
    let mut http = Http::new(options.target.clone(), options.limits).ok_or(Refusal::NoClient)?;
    let proof = guard::prove(&mut http).await?;
    let receiver = match &options.webhooks {
        Some(webhooks) => {
            let path = delivery_path(options, webhooks);
            Some(Receiver::start(webhooks.listen, path).await.ok_or(Refusal::NoReceiver)?)
        }
        None => None,
    };
    let mut run = Run {
        http,
        options,
        proof,
        receiver,
        nonce: Uuid::new_v4().simple().to_string()[..8].to_owned(),
        checkouts: BTreeMap::new(),
        payment: None,
        is_paid: false,
        payment_number: None,
        refund: None,
        made_refunds: false,
        endpoint: None,
        is_endpoint_left: false,
        seen: BTreeMap::new(),
    };
    let stopped = if run.receiver.is_some() {
        // What has to be restored is restored even so.
        tokio::select! {
            observed = facts::observe(&mut run) => observed.err(),
            Ok(()) = tokio::signal::ctrl_c() => Some(Stop::Interrupted),
        }
    } else {
        facts::observe(&mut run).await.err()
    };
    facts::restore(&mut run).await;
    let Run { http, seen, is_endpoint_left, .. } = run;
    let ending = Ending { requests: http.sent(), stopped, is_endpoint_left };
    Ok(Report::new(options, assumptions, day, ending, seen))
}

/// Returns the path of deliveries: that of the address that was given, else one that nobody can guess. Without a session the
/// address is entered by hand, so it is a simple one.
fn delivery_path(options: &Options, webhooks: &Webhooks) -> String {
    let given = webhooks.url.as_deref().and_then(|url| url::Url::parse(url).ok());
    match given {
        Some(url) => url.path().to_owned(),
        None if options.target.session.is_none() => "/".to_owned(),
        None => format!("/{}", Uuid::new_v4().simple()),
    }
}

impl Run<'_> {
    /// Records what was seen of a fact, or why it was not; the first record counts.
    pub(crate) fn see(&mut self, id: &'static str, seen: Result<Seen, Miss>) -> Result<(), Stop> {
        debug_assert!(facts::find(id).is_some(), "{id} is in no table");
        match seen {
            Ok(seen) => self.seen.entry(id).or_insert(Ok(seen)),
            Err(Miss::Unseen(reason)) => self.seen.entry(id).or_insert(Err(reason)),
            Err(Miss::Stop(stop)) => {
                self.seen.entry(id).or_insert(Err(stop.reason()));
                return Err(stop);
            }
        };
        Ok(())
    }

    /// Records why those of some facts were not seen that were not seen so far.
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
