//! A clerk: a client behind faults, and what it reports. Tests plant bugs here, to see that they are found.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::TryStreamExt as _;
use nd8::{Call, Client, CreateRefund, Decimal, Lookup, Outcome, Reconciled, RefundReference, RetryPolicy};
use nd8_sandbox::Sandbox;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::plan::{Listing, Order, Payment, Way};
use crate::faults::{Fault, Made, Proxy};

/// A mistake that a client could make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bug {
    /// Looks for a lost refund and sends it again if it is not there, and is wrong about one thing: as `send_or_reconcile` was once.
    Overlooks(Flaw),
    /// Takes a page that is shorter than what was asked for as the last.
    ShortPageIsLast,
    /// Repeats a refund that got a 502.
    Repeats502,
    /// Does not know the other calls of its process.
    KnowsNobody,
}

/// What a client could be wrong about, when it looks for a lost refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// That the server trims texts.
    Trimmed,
    /// That it changes line ends.
    LineEnds,
    /// That it names the payment by its number.
    PaymentNumber,
    /// That it leaves the reason out.
    NoReason,
    /// That it rounds amounts.
    Rounded,
    /// That it caps its pages.
    Capped,
}

/// The result of a refund as a clerk reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Report {
    /// It was made, and this is its id; certainly, or perhaps another program's.
    Made(String, bool),
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
    http: reqwest::Client,
    proxy: Proxy,
    faults: Arc<Mutex<Faults>>,
    bug: Option<Bug>,
}

impl Clerk {
    pub(super) async fn new(sandbox: &Sandbox, bug: Option<Bug>) -> Self {
        let faults = Arc::<Mutex<Faults>>::default();
        let plan = Arc::clone(&faults);
        let proxy = Proxy::before(&sandbox.base_url(), move |line: &str| {
            let mut faults = plan.lock().expect("no thread panics while it holds the lock");
            let queue = if line.starts_with("POST") { &mut faults.posts } else { &mut faults.gets };
            queue.pop_front().unwrap_or(Fault::None)
        })
        .await;
        let http = crate::redirects::own_http_client().no_proxy().dns_resolver(Arc::new(To(proxy.address)));
        let http = http.build().expect("the HTTP client is built");
        let client = client(sandbox, http.clone(), "nd8.test");
        Self { client, http, proxy, faults, bug }
    }

    /// Takes a client that has repeated nothing yet, for a server of this name.
    pub(super) fn renew(&mut self, sandbox: &Sandbox, name: &str) {
        let alone = format!("{}.{name}", self.proxy.address.port());
        let name = if self.bug == Some(Bug::KnowsNobody) { &alone } else { name };
        self.client = client(sandbox, self.http.clone(), name);
    }

    /// Sets the faults of the next action, and returns the count of what the server does for it.
    fn begin(&self, posts: &[Fault], gets: &[Fault]) -> Made {
        let mut faults = self.faults.lock().expect("no thread panics while it holds the lock");
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
        payment: &Payment,
        order: &Order,
        way: Way,
        posts: &[Fault],
        gets: &[Fault],
    ) -> (Report, Made) {
        let made = self.begin(posts, gets);
        let call = self.call(payment.name(order), order);
        let report = match (self.bug, way) {
            (Some(Bug::Overlooks(flaw)), _) => self.refund_overlooking(call, payment, order, flaw).await,
            (Some(Bug::Repeats502), _) => match call.clone().send().await {
                Err(error) if error.status().is_some_and(|status| status == 502) => {
                    report(call.send().await.map(id))
                }
                result => report(result.map(id)),
            },
            (_, Way::Plain) => report(call.send().await.map(id)),
            (_, Way::Reconciled) => reconciled(call.send_or_reconcile().await),
            (_, Way::Resent) => reconciled(call.resend_if_absent().send_or_reconcile().await),
            (_, Way::Referenced) => {
                reconciled(call.reference(RefundReference::new()).send_or_reconcile().await)
            }
        };
        (report, made)
    }

    /// Refunds as another program does, of which this process knows nothing.
    pub(super) async fn refund_elsewhere(&self, payment: &str, order: &Order) {
        self.begin(&[], &[]);
        let mut body = nd8::raw::types::RefundRequest::new(order.reason);
        if let Some(amount) = order.amount {
            body = body.amount(amount);
        }
        // It may be refused, as any other.
        drop(self.client.raw().create_refund(&payment.into(), &body).send().await);
    }

    async fn refund_overlooking(
        &self,
        call: Call<CreateRefund>,
        payment: &Payment,
        order: &Order,
        flaw: Flaw,
    ) -> Report {
        let list = || async {
            let oldest_first = self.client.refunds().list().ordering("created_at").page_size(100);
            match flaw {
                Flaw::Capped => oldest_first.send().await.map(|page| page.items),
                _ => oldest_first.items().try_collect().await,
            }
        };
        let Ok(before) = list().await else { return Report::NotMade };
        let lost = match call.clone().send().await {
            Err(error) if error.outcome() == Outcome::Unknown => error,
            result => return report(result.map(id)),
        };
        let Ok(after) = list().await else { return report(Err(lost)) };
        let stored = |text: &str| {
            let text = if flaw == Flaw::Trimmed { text } else { text.trim() };
            if flaw == Flaw::LineEnds { text.to_owned() } else { text.replace("\r\n", "\n") }
        };
        let is_this = |refund: &&nd8::Refund| {
            let named = refund.transaction_id.as_deref();
            let is_named = named == Some(&payment.public)
                || flaw != Flaw::PaymentNumber && named == Some(&payment.number);
            let is_reason = match refund.reason.as_deref() {
                Some(reason) => stored(reason) == stored(order.reason),
                None => flaw != Flaw::NoReason,
            };
            let cent = Decimal::new(if flaw == Flaw::Rounded { 0 } else { 1 }, 2);
            let is_amount =
                refund.amount.zip(order.amount).is_none_or(|(one, other)| (one - other).abs() <= cent);
            is_named && is_reason && is_amount && before.iter().all(|old| old.id != refund.id)
        };
        match after.iter().find(is_this) {
            Some(refund) => Report::Made(String::from(&refund.id), false),
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
                    ids.extend(page.into_iter().map(|refund| String::from(refund.id)));
                    if length < size as usize {
                        break;
                    }
                }
            }
            Listing::Items(size) => {
                ids = list(size).items().map_ok(|refund| refund.id.into()).try_collect().await?
            }
            Listing::Resumed(size) => {
                let mut page = list(size).send().await?;
                loop {
                    let next = page.next.take();
                    ids.extend(page.into_iter().map(|refund| String::from(refund.id)));
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
                ids.extend(page.into_iter().map(|refund| String::from(refund.id)));
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

/// Resolves each name to one address: clerks call the same server, each by way of its own proxy.
struct To(SocketAddr);

impl Resolve for To {
    fn resolve(&self, _: Name) -> Resolving {
        let addresses: Addrs = Box::new(std::iter::once(self.0));
        Box::pin(std::future::ready(Ok(addresses)))
    }
}

fn client(sandbox: &Sandbox, http: reqwest::Client, name: &str) -> Client {
    let immediately = RetryPolicy::default().backoff(Duration::ZERO, Duration::ZERO);
    let base_url = format!("http://{name}/api");
    let client = Client::builder(sandbox.api_key()).base_url(base_url).http_client(http).retry(immediately);
    client.build().expect("the settings are valid")
}

fn report(result: Result<String, nd8::Error>) -> Report {
    match result {
        Ok(id) => Report::Made(id, true),
        Err(error) => match error.outcome() {
            Outcome::NotSent | Outcome::Rejected => Report::NotMade,
            Outcome::Done => Report::Done,
            _ => Report::Unknown,
        },
    }
}

fn reconciled(result: Result<Reconciled, nd8::Error>) -> Report {
    match result {
        Ok(Reconciled::Created(created)) => Report::Made(id(created), true),
        Ok(Reconciled::Identified(refund)) => Report::Made(refund.id.into(), true),
        Ok(Reconciled::Found(refund)) => Report::Made(refund.id.into(), false),
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
