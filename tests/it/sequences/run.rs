//! Runs a sequence against a sandbox, and compares its ledger with what the clerks reported.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use nd8::{Billing, Client, Decimal, Lookup, Product};
use nd8_sandbox::{Quirk, RefundPolicy, Sandbox, Snapshot};
use serde_json::Value;

use super::clerk::{Bug, Clerk, Report, count};
use super::plan::{Action, CLERKS, Listing, Order, PAYMENTS, Payment, REASONS, Sequence, Way};
use crate::faults::Made;

/// What must never happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    /// One call made two refunds, and nobody asked for a second request.
    Doubled,
    /// A refund was made, and its call reports that it was not.
    Lost,
    /// A call reports that its refund was made, and it was not.
    Invented,
    /// Two calls report the same refund, or one reports a refund that it did not make.
    Claimed,
    /// A list lacks what was there, and ends without an error.
    Truncated,
    /// A list has something twice, or something that is not there.
    Wrong,
    /// A lookup reports that there is no refund, and there is one.
    Overlooked,
    /// A call does not end.
    Stuck,
}

#[derive(Clone, Debug)]
pub(super) struct Violation {
    pub(super) kind: Kind,
    pub(super) text: String,
}

/// What came of the calls.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Figures {
    pub(super) made: usize,
    pub(super) not_made: usize,
    pub(super) unknown: usize,
    pub(super) done: usize,
    pub(super) lists: usize,
    pub(super) failed_lists: usize,
    /// Second refunds of calls that asked to be sent again.
    pub(super) doubled_by_request: usize,
}

impl Figures {
    pub(super) fn add(&mut self, other: Figures) {
        self.made += other.made;
        self.not_made += other.not_made;
        self.unknown += other.unknown;
        self.done += other.done;
        self.lists += other.lists;
        self.failed_lists += other.failed_lists;
        self.doubled_by_request += other.doubled_by_request;
    }
}

/// How long a step may take: nothing waits in it, so it takes this long only if it never ends.
const LIMIT: Duration = Duration::from_secs(20);
/// How many sequences were run, in all offices: each has a server of its own name, as its refunds have the ids of those before.
static RUNS: AtomicUsize = AtomicUsize::new(0);

/// A sandbox with its clerks, for one sequence after the other.
pub(super) struct Office {
    sandbox: Sandbox,
    clerks: Vec<Clerk>,
    payments: Vec<Payment>,
    start: Snapshot,
}

/// A refund as the sandbox has it, whatever its lists show.
struct Entry {
    public: String,
    number: String,
    payment: String,
}

impl Entry {
    fn is(&self, id: &str) -> bool {
        self.public == id || self.number == id
    }
}

/// A call for a refund that has ended.
struct Ended {
    /// The step and the clerk, from 1.
    place: (usize, usize),
    way: Way,
    report: Report,
    made: Made,
    /// Whether another program asked for what looks like the same refund at the same time, which cannot be distinguished without a reference.
    has_rival: bool,
    /// The refunds that were there before, by public id.
    before: BTreeSet<String>,
}

/// What an action came to.
enum Acted {
    Refund(Report, Made),
    List(Result<(Vec<String>, bool), nd8::Error>),
    Look(Result<Lookup, nd8::Error>),
    Nothing,
}

impl Office {
    pub(super) async fn new(bug: Option<Bug>) -> Self {
        let began = "2026-01-01T00:00:00Z".parse().expect("the time is valid");
        let sandbox = Sandbox::builder().refunds(RefundPolicy::Manual).frozen_at(began).start().await;
        let sandbox = sandbox.expect("the sandbox starts");
        let client = Client::builder(sandbox.api_key()).base_url(sandbox.base_url()).build();
        let client = client.expect("the settings are valid");
        let mut payments = Vec::new();
        for old in 0..PAYMENTS {
            let billing = Billing::new("FR", "Ada", "Lovelace", "ada@example.com");
            let products = [Product::ad_hoc("Mug", 1, Decimal::new(100_00, 2))];
            let checkout =
                client.checkouts().create(billing, products).send().await.expect("the object is created");
            let public = sandbox.customer(checkout.checkout_id).pay().await.expect("the checkout is open");
            let mut number = String::new();
            // One that is like those to come, and others.
            for reason in &[REASONS[0], "Old", "Older"][old..=old * 2] {
                let refund = client.refunds().create(&public, *reason).amount(Decimal::ONE);
                let made = refund.send().await.expect("the refund is created");
                number = made.transaction_id.expect("the response names the payment").to_string();
            }
            payments.push(Payment { public, number });
        }
        sandbox.clock().advance(Duration::from_secs(60 * 60)).await;
        sandbox.clock().resume();
        let mut clerks = Vec::new();
        for _ in 0..CLERKS {
            clerks.push(Clerk::new(&sandbox, bug).await);
        }
        let start = sandbox.snapshot();
        Self { sandbox, clerks, payments, start }
    }

    /// Reads the refunds out of the sandbox's state, past its lists.
    fn ledger(&self) -> Vec<Entry> {
        let snapshot: Value =
            serde_json::from_str(self.sandbox.snapshot().as_json()).expect("the text is JSON");
        let rows = snapshot["state"]["refunds"]["rows"].as_array().expect("a state has refunds");
        let text = |value: &Value| value.as_str().expect("the value is a string").to_owned();
        let entry = |row: &Value| Entry {
            public: text(&row["key"]["public"]),
            number: row["key"]["number"].to_string(),
            payment: text(&row["payment_id"]),
        };
        rows.iter().map(entry).collect()
    }

    fn name(&self, order: &Order) -> &str {
        self.payments[order.payment].name(order)
    }

    async fn act(&self, clerk: &Clerk, action: &Action) -> Acted {
        match action {
            Action::Refund { order, way, posts, gets } => {
                let (report, made) =
                    clerk.refund(&self.payments[order.payment], order, *way, posts, gets).await;
                Acted::Refund(report, made)
            }
            Action::List { way, gets } => Acted::List(clerk.list(*way, gets).await),
            Action::Look { order, gets } => Acted::Look(clerk.look(self.name(order), order, gets).await),
            Action::Elsewhere { order } => {
                clerk.refund_elsewhere(self.name(order), order).await;
                Acted::Nothing
            }
            Action::Minute => {
                self.sandbox.clock().advance(Duration::from_secs(60)).await;
                Acted::Nothing
            }
        }
    }

    /// Runs a sequence from the beginning.
    pub(super) async fn run(&mut self, sequence: &Sequence) -> Result<Figures, Violation> {
        let name = format!("run-{}.nd8.test", RUNS.fetch_add(1, Ordering::Relaxed));
        self.clerks.iter_mut().for_each(|clerk| clerk.renew(&self.sandbox, &name));
        self.sandbox.restore(&self.start).expect("the snapshot is of this sandbox");
        self.sandbox.quirks().set(&sequence.quirks);
        let mut figures = Figures::default();
        let mut ended = Vec::new();
        let mut violation = None;
        let mut before = self.ledger();
        for (number, step) in sequence.steps.iter().enumerate() {
            let acting = step.iter().zip(&self.clerks).map(|(action, clerk)| self.act(clerk, action));
            let Ok(results) = tokio::time::timeout(LIMIT, join_all(acting)).await else {
                return Err(Violation::new(Kind::Stuck, format!("step {} does not end", number + 1)));
            };
            let after = self.ledger();
            for (clerk, (action, result)) in step.iter().zip(results).enumerate() {
                let place = (number + 1, clerk + 1);
                match (action, result) {
                    (Action::Refund { order, way, .. }, Acted::Refund(report, made)) => ended.push(Ended {
                        place,
                        way: *way,
                        report,
                        made,
                        has_rival: has_rival(sequence, number, order),
                        before: before.iter().map(|entry| entry.public.clone()).collect(),
                    }),
                    (Action::List { way, .. }, Acted::List(listed)) => {
                        // Pages by themselves move when something is inserted.
                        let may_repeat = matches!(way, Listing::Resumed(_)) && step.len() > 1;
                        figures.lists += 1;
                        figures.failed_lists += usize::from(listed.is_err());
                        let hides = sequence.hides_refunds();
                        let checked = listed
                            .ok()
                            .and_then(|listed| check_list(listed, &before, &after, (hides, may_repeat)));
                        violation = violation.or(checked.map(|problem| problem.at(place)));
                    }
                    (Action::Look { order, .. }, Acted::Look(Ok(looked))) => {
                        let lags = sequence.quirks.contains(&Quirk::LaggingList);
                        let payment = &self.payments[order.payment].public;
                        let checked = check_look(&looked, payment, &before, &after, lags);
                        violation = violation.or(checked.map(|problem| problem.at(place)));
                    }
                    _ => {}
                }
            }
            before = after;
        }
        for clerk in &self.clerks {
            clerk.deliver_late().await;
        }
        let ledger = self.ledger();
        match violation.or_else(|| check_refunds(&ended, &ledger, &mut figures)) {
            Some(violation) => Err(violation),
            None => Ok(figures),
        }
    }
}

/// Whether another program asks for what looks like the same refund in the same step, or did before, and the list lags.
fn has_rival(sequence: &Sequence, step: usize, order: &Order) -> bool {
    let lags = sequence.quirks.contains(&Quirk::LaggingList);
    let steps = if lags { &sequence.steps[..=step] } else { &sequence.steps[step..=step] };
    steps.iter().flatten().any(|action| match action {
        Action::Elsewhere { order: theirs } => sequence.looks_alike(order, theirs),
        _ => false,
    })
}

impl Violation {
    fn new(kind: Kind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into() }
    }

    fn at(mut self, (step, clerk): (usize, usize)) -> Self {
        self.text = format!("step {step}, clerk {clerk}: {}", self.text);
        self
    }
}

/// Compares what the calls report with what the server did for each of them.
fn check_refunds(ended: &[Ended], ledger: &[Entry], figures: &mut Figures) -> Option<Violation> {
    let mut claimed = BTreeSet::new();
    for call in ended {
        let made = count(&call.made);
        let violation = |kind, text: String| Some(Violation::new(kind, text).at(call.place));
        if made > 1 && call.way == Way::Resent {
            figures.doubled_by_request += made - 1;
        } else if made > 1 {
            return violation(Kind::Doubled, format!("{made} refunds were made where one was asked for"));
        }
        match &call.report {
            Report::Made(id, is_certain) => {
                figures.made += 1;
                let may_be_anothers = call.has_rival && !is_certain;
                let Some(entry) = ledger.iter().find(|entry| entry.is(id)) else {
                    return violation(
                        Kind::Invented,
                        format!("{id} is reported, and there is no such refund"),
                    );
                };
                if !claimed.insert(entry.public.as_str()) {
                    return violation(Kind::Claimed, format!("{id} is reported by two calls"));
                }
                if call.before.contains(&entry.public) && !may_be_anothers {
                    return violation(Kind::Claimed, format!("{id} is reported, and was there before"));
                }
                if made == 0 && !may_be_anothers {
                    return violation(Kind::Claimed, format!("{id} is reported, and another call made it"));
                }
            }
            Report::Done => {
                figures.done += 1;
                if made == 0 {
                    return violation(Kind::Invented, "it is reported as done, and was not".to_owned());
                }
            }
            Report::NotMade => {
                figures.not_made += 1;
                if made > 0 {
                    return violation(Kind::Lost, "it is reported as not made, and was made".to_owned());
                }
            }
            Report::Unknown => figures.unknown += 1,
        }
    }
    None
}

fn check_list(
    (ids, complete): (Vec<String>, bool),
    before: &[Entry],
    after: &[Entry],
    (hides, may_repeat): (bool, bool),
) -> Option<Violation> {
    let mut seen = BTreeSet::new();
    for id in &ids {
        let Some(entry) = after.iter().find(|entry| entry.is(id)) else {
            return Some(Violation::new(Kind::Wrong, format!("{id} is listed, and there is no such refund")));
        };
        if !seen.insert(entry.public.as_str()) && !may_repeat {
            return Some(Violation::new(Kind::Wrong, format!("{id} is listed twice")));
        }
    }
    let missing = before.iter().filter(|entry| !seen.contains(entry.public.as_str())).count();
    // What a server does not show cannot be missed.
    (complete && !hides && missing > 0).then(|| {
        let text = format!("{} of {} refunds are listed, and no error is reported", ids.len(), before.len());
        Violation::new(Kind::Truncated, text)
    })
}

fn check_look(
    looked: &Lookup,
    payment: &str,
    before: &[Entry],
    after: &[Entry],
    lags: bool,
) -> Option<Violation> {
    match looked {
        Lookup::NotFound if !lags && before.iter().any(|entry| entry.payment == payment) => {
            let text = "absence is reported, and the payment has a refund";
            Some(Violation::new(Kind::Overlooked, text))
        }
        Lookup::Found(refund)
            if !after.iter().any(|entry| entry.is(&refund.id) && entry.payment == payment) =>
        {
            Some(Violation::new(Kind::Claimed, format!("{} is found, and is not of this payment", refund.id)))
        }
        _ => None,
    }
}
