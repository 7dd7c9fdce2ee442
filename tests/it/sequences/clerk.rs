//! A clerk: a client behind faults, and what it reports. Tests plant bugs here, to see that they are found.

use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::TryStreamExt as _;
use nd8::{Call, Client, CreateRefund, Lookup, Outcome, Reconciled, RetryPolicy};
use nd8_sandbox::Sandbox;

use super::plan::{Listing, Order, Way};
use crate::faults::{Fault, Made, Proxy};

/// A mistake that a client could make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bug {
    /// Looks for a lost refund by the text that was sent, letter for letter, and sends it again if it is not there.
    ExactText,
    /// Takes a page that is shorter than what was asked for as the last.
    ShortPageIsLast,
    /// Repeats a refund that was answered with 502.
    Repeats502,
}

/// What a clerk says became of a refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Report {
    /// It was made, and this is its id.
    Made(String),
    /// It was made, and nothing more is known.
    Done,
    NotMade,
    Unknown,
}

#[derive(Default)]
struct Faults {
    posts: VecDeque<Fault>,
    gets: VecDeque<Fault>,
}

pub(super) struct Clerk {
    client: Client,
    proxy: Proxy,
    faults: Arc<Mutex<Faults>>,
    bug: Option<Bug>,
}

impl Clerk {
    pub(super) async fn new(sandbox: &Sandbox, bug: Option<Bug>) -> Self {
        let faults = Arc::<Mutex<Faults>>::default();
        let plan = Arc::clone(&faults);
        let proxy = Proxy::before(&sandbox.base_url(), move |line: &str| {
            let mut faults = plan.lock().expect("nobody panics");
            let queue = if line.starts_with("POST") { &mut faults.posts } else { &mut faults.gets };
            queue.pop_front().unwrap_or(Fault::None)
        })
        .await;
        Self { client: client(sandbox, &proxy), proxy, faults, bug }
    }

    /// Takes a client that has repeated nothing yet.
    pub(super) fn renew(&mut self, sandbox: &Sandbox) {
        self.client = client(sandbox, &self.proxy);
    }

    /// Sets the faults of the next action, and returns the count of what the server does for it.
    fn begin(&self, posts: &[Fault], gets: &[Fault]) -> Made {
        let mut faults = self.faults.lock().expect("nobody panics");
        faults.posts = posts.iter().copied().collect();
        faults.gets = gets.iter().copied().collect();
        self.proxy.count_anew()
    }

    /// Lets the requests arrive that were reported as lost.
    pub(super) async fn deliver_late(&self) {
        self.proxy.deliver_late().await.expect("the sandbox is there");
    }

    fn call(&self, payment: &str, order: &Order) -> Call<CreateRefund> {
        let call = self.client.refunds().create(payment, order.reason).settle(Duration::ZERO);
        match order.amount {
            Some(amount) => call.amount(amount),
            None => call,
        }
    }

    pub(super) async fn refund(
        &self,
        payment: &str,
        order: &Order,
        way: Way,
        posts: &[Fault],
        gets: &[Fault],
    ) -> (Report, Made) {
        let made = self.begin(posts, gets);
        let call = self.call(payment, order);
        let report = match (self.bug, way) {
            (Some(Bug::ExactText), _) => self.refund_by_text(call, order).await,
            (Some(Bug::Repeats502), _) => match call.clone().send().await {
                Err(error) if error.status().is_some_and(|status| status == 502) => {
                    report(call.send().await.map(id))
                }
                result => report(result.map(id)),
            },
            (_, Way::Plain) => report(call.send().await.map(id)),
            (_, Way::Reconciled) => reconciled(call.send_or_reconcile().await),
            (_, Way::Resent) => reconciled(call.resend_if_absent().send_or_reconcile().await),
        };
        (report, made)
    }

    /// The bug: what the server stores is not letter for letter what was sent.
    async fn refund_by_text(&self, call: Call<CreateRefund>, order: &Order) -> Report {
        let list = || self.client.refunds().list().items().try_collect::<Vec<_>>();
        let Ok(before) = list().await else { return Report::NotMade };
        let lost = match call.clone().send().await {
            Err(error) if error.outcome() == Outcome::Unknown => error,
            result => return report(result.map(id)),
        };
        let Ok(after) = list().await else { return report(Err(lost)) };
        let is_this = |refund: &&nd8::Refund| {
            refund.reason.as_deref().is_none_or(|reason| reason == order.reason)
                && before.iter().all(|old| old.id != refund.id)
        };
        match after.iter().find(is_this) {
            Some(refund) => Report::Made(refund.id.clone()),
            None => report(call.send().await.map(id)),
        }
    }

    /// Returns the ids that were listed, in their order, and whether they are all.
    pub(super) async fn list(&self, way: Listing, gets: &[Fault]) -> Result<(Vec<String>, bool), nd8::Error> {
        self.begin(&[], gets);
        let list = |size| self.client.refunds().list().page_size(size);
        let (mut ids, mut complete) = (Vec::new(), true);
        match way {
            Listing::Items(size) | Listing::Resumed(size) if self.bug == Some(Bug::ShortPageIsLast) => {
                // A server that ignores `page` would be asked for ever.
                for number in 1..=20 {
                    let page = list(size).page(number).send().await?;
                    let length = page.len();
                    ids.extend(page.into_iter().map(|refund| refund.id));
                    if length < size as usize {
                        break;
                    }
                }
            }
            Listing::Items(size) => ids = list(size).items().map_ok(|refund| refund.id).try_collect().await?,
            Listing::Resumed(size) => {
                let mut page = list(size).send().await?;
                loop {
                    let next = page.next.take();
                    ids.extend(page.into_iter().map(|refund| refund.id));
                    let Some(cursor) = next else { break };
                    page = match list(size).resume(cursor).send().await {
                        // A bare array ends with a page that is not there.
                        Err(error) if error.is_not_found() => break,
                        page => page?,
                    };
                }
            }
            Listing::OnePage(size) => {
                let page = list(size).send().await?;
                complete = page.next.is_none();
                ids.extend(page.into_iter().map(|refund| refund.id));
            }
        }
        Ok((ids, complete))
    }

    pub(super) async fn look(
        &self,
        payment: &str,
        order: &Order,
        gets: &[Fault],
    ) -> Result<Lookup, nd8::Error> {
        self.begin(&[], gets);
        self.call(payment, order).reconcile(jiff::Timestamp::UNIX_EPOCH).await
    }
}

fn client(sandbox: &Sandbox, proxy: &Proxy) -> Client {
    let at_once = RetryPolicy::default().backoff(Duration::ZERO, Duration::ZERO);
    let client = Client::builder(sandbox.api_key()).base_url(&proxy.base_url).retry(at_once);
    client.build().expect("the settings are fine")
}

fn report(result: Result<String, nd8::Error>) -> Report {
    match result {
        Ok(id) => Report::Made(id),
        Err(error) => match error.outcome() {
            Outcome::NotSent | Outcome::Rejected => Report::NotMade,
            Outcome::Done => Report::Done,
            _ => Report::Unknown,
        },
    }
}

fn reconciled(result: Result<Reconciled, nd8::Error>) -> Report {
    match result {
        Ok(Reconciled::Created(created)) => Report::Made(id(created)),
        Ok(Reconciled::Found(refund)) => Report::Made(refund.id),
        // Several, of which a person has to choose.
        Ok(_) => Report::Unknown,
        Err(error) => report(Err(error)),
    }
}

/// How many changes were made.
pub(super) fn count(made: &Made) -> usize {
    made.load(Ordering::SeqCst)
}

/// The id that a caller would store.
fn id(created: nd8::RefundCreated) -> String {
    created.id().map(String::from).unwrap_or_default()
}
