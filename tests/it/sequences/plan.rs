//! What a sequence consists of, how a seed draws one, and how it reads to a person.

use std::fmt;

use fastrand::Rng;
use nd8::Decimal;
use nd8_sandbox::Quirk;

use crate::faults::Fault;

/// How many clerks there are, and so how much happens at once.
pub(super) const CLERKS: usize = 3;
/// How many payments there are, each of 100.00.
pub(super) const PAYMENTS: usize = 2;
/// What clerks write as reasons. The first is also that of the refund that was there before.
pub(super) const REASONS: [&str; 4] = ["Order A", "Order A ", "Order\r\nB", "Cafe\u{301}"];
/// Two decimals, or more.
const AMOUNTS: [Decimal; 3] = [
    Decimal::from_parts(100, 0, 0, false, 2),
    Decimal::from_parts(250, 0, 0, false, 2),
    Decimal::from_parts(1005, 0, 0, false, 3),
];

/// A server, and what is done to it in turn.
#[derive(Clone, Debug)]
pub(super) struct Sequence {
    pub(super) quirks: Vec<Quirk>,
    /// The actions of a step happen at the same time, each by a clerk of its own.
    pub(super) steps: Vec<Vec<Action>>,
}

#[derive(Clone, Debug)]
pub(super) enum Action {
    Refund {
        order: Order,
        way: Way,
        posts: Vec<Fault>,
        gets: Vec<Fault>,
    },
    List {
        way: Listing,
        gets: Vec<Fault>,
    },
    /// Asks whether a refund was made, without making one.
    Look {
        order: Order,
        gets: Vec<Fault>,
    },
    /// Another program makes a refund.
    Elsewhere {
        order: Order,
    },
    /// A minute passes, in which a list catches up.
    Minute,
}

/// The refund that is wanted.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Order {
    pub(super) payment: usize,
    /// Whether the payment is named by its number.
    pub(super) by_number: bool,
    pub(super) reason: &'static str,
    /// All that is left, if not given.
    pub(super) amount: Option<Decimal>,
}

/// The names of a payment.
pub(super) struct Payment {
    pub(super) public: String,
    pub(super) number: String,
}

impl Payment {
    /// Returns the name that an order has for it.
    pub(super) fn name(&self, order: &Order) -> &str {
        if order.by_number { &self.number } else { &self.public }
    }
}

/// How a refund is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Plain,
    Reconciled,
    /// Reconciled, and sent again where it is not in the list, which the caller asked for.
    Resent,
    /// Reconciled, with a reference in the reason.
    Referenced,
}

/// How a list is read, and in pages of which size.
#[derive(Clone, Copy, Debug)]
pub(super) enum Listing {
    Items(u32),
    /// Page by page, each from a stored cursor.
    Resumed(u32),
    /// One page, which is the whole list if it reports that it is.
    OnePage(u32),
}

/// The faults of requests that change something.
const POSTS: [Fault; 14] = [
    Fault::None,
    Fault::None,
    Fault::None,
    Fault::ResponseLost,
    Fault::Lost,
    Fault::BadGateway,
    Fault::GatewayTimeout,
    Fault::ResponseBrokenOff,
    Fault::Unavailable,
    Fault::Throttled,
    Fault::ThrottledByCode,
    Fault::ThrottledByWords,
    Fault::ThrottledLate,
    Fault::Late,
];
/// The faults of requests that read, most of which pass.
const GETS: [Fault; 13] = [
    Fault::None,
    Fault::None,
    Fault::None,
    Fault::None,
    Fault::None,
    Fault::None,
    Fault::None,
    Fault::ResponseLost,
    Fault::ResponseBrokenOff,
    Fault::BadGateway,
    Fault::GatewayTimeout,
    Fault::Unavailable,
    Fault::Throttled,
];

/// Throttling is a fault here, and no request lacks its slash.
const IRRELEVANT: [Quirk; 4] =
    [Quirk::ThrottleCode, Quirk::ThrottleWords, Quirk::ThrottlePage, Quirk::NoSlashRedirect];

impl Sequence {
    /// Draws the sequence of a seed.
    pub(super) fn of(seed: u64) -> Self {
        let mut random = Rng::with_seed(seed);
        let all = Quirk::ALL.iter().copied().filter(|quirk| !IRRELEVANT.contains(quirk));
        let most = random.usize(..=3);
        let quirks = random.choose_multiple(all, most);
        let step = |random: &mut Rng| (0..random.usize(1..=CLERKS)).map(|_| Action::draw(random)).collect();
        Self { quirks, steps: (0..random.usize(1..=2)).map(|_| step(&mut random)).collect() }
    }
}

impl Sequence {
    /// Replaces the quirks, and the requests that arrive late: those are sent twice by each client that sends again.
    pub(super) fn with_quirks(mut self, quirks: &[Quirk]) -> Self {
        self.quirks = quirks.to_vec();
        for action in self.steps.iter_mut().flatten() {
            if let Action::Refund { posts, .. } = action {
                posts
                    .iter_mut()
                    .filter(|fault| **fault == Fault::Late)
                    .for_each(|fault| *fault = Fault::ResponseLost);
            }
        }
        self
    }

    /// Whether two calls that reconcile ask for what looks like the same refund in one step.
    pub(super) fn has_race(&self) -> bool {
        let orders = |step: &[Action]| -> Vec<Order> {
            let refunds = step.iter().filter_map(|action| match action {
                Action::Refund { order, way: Way::Reconciled | Way::Resent, .. } => Some(order.clone()),
                _ => None,
            });
            refunds.collect()
        };
        self.steps.iter().any(|step| match &orders(step)[..] {
            [first, others @ ..] => others.iter().any(|other| self.looks_alike(first, other)),
            [] => false,
        })
    }

    /// Whether the server shows two refunds in such a way that either may be taken for the other.
    pub(super) fn looks_alike(&self, one: &Order, other: &Order) -> bool {
        let has = |quirk| self.quirks.contains(&quirk);
        let reasons =
            has(Quirk::NullFields) || has(Quirk::AbsentFields) || one.reason.trim() == other.reason.trim();
        let amounts =
            one.amount.zip(other.amount).is_none_or(|(one, other)| (one - other).abs() < Decimal::new(1, 2));
        one.payment == other.payment && reasons && amounts
    }

    /// Whether the server hides refunds in a way that no client can detect.
    pub(super) fn hides_refunds(&self) -> bool {
        self.quirks.contains(&Quirk::LaggingList)
    }
}

impl Action {
    fn draw(random: &mut Rng) -> Self {
        let gets = faults(random, &GETS, 6);
        let order = Order::draw(random);
        match random.u8(..10) {
            9 => Self::Minute,
            0 => Self::Elsewhere { order },
            1 => Self::Look { order, gets },
            2 | 3 => {
                let size = pick(random, &[100, 3, 2, 1]);
                let way =
                    pick(random, &[Listing::Items(size), Listing::Resumed(size), Listing::OnePage(size)]);
                Self::List { way, gets }
            }
            _ => {
                let way = pick(random, &[Way::Plain, Way::Reconciled, Way::Resent, Way::Referenced]);
                Self::Refund { order, way, posts: faults(random, &POSTS, 3), gets }
            }
        }
    }
}

impl Order {
    fn draw(random: &mut Rng) -> Self {
        Self {
            payment: random.usize(..PAYMENTS),
            by_number: random.bool(),
            reason: pick(random, &REASONS),
            amount: AMOUNTS.get(random.usize(..=AMOUNTS.len())).copied(),
        }
    }

    /// The least remarkable order.
    pub(super) fn plainest() -> Self {
        Self { payment: 0, by_number: false, reason: REASONS[0], amount: Some(AMOUNTS[0]) }
    }
}

fn pick<T: Copy>(random: &mut Rng, all: &[T]) -> T {
    all[random.usize(..all.len())]
}

fn faults(random: &mut Rng, all: &[Fault], most: usize) -> Vec<Fault> {
    (0..random.usize(..=most)).map(|_| pick(random, all)).collect()
}

impl fmt::Display for Sequence {
    /// Writes the sequence as steps to follow.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "Payments 1 and 2 of 100.00 are paid. Payment 1 has an old refund of 1.00 for {:?}, payment 2 two others.",
            REASONS[0]
        )?;
        for quirk in &self.quirks {
            writeln!(f, "The server {} ({quirk}).", quirk.effect())?;
        }
        for (number, step) in self.steps.iter().enumerate() {
            let (number, together) =
                (number + 1, if step.len() > 1 { " (at the same time as the others)" } else { "" });
            for (clerk, action) in step.iter().enumerate() {
                writeln!(f, "{number}. Clerk {}{together} {action}", clerk + 1)?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Action::Refund { order, way, posts, gets } => {
                let way = match way {
                    Way::Plain => "send()",
                    Way::Reconciled => "send_or_reconcile()",
                    Way::Resent => "resend_if_absent().send_or_reconcile()",
                    Way::Referenced => "reference(RefundReference::new()).send_or_reconcile()",
                };
                write!(f, "refunds {order} with {way}.")?;
                write_faults(f, "POST", posts)?;
                write_faults(f, "GET", gets)
            }
            Action::List { way, gets } => {
                match way {
                    Listing::Items(size) => write!(f, "lists all refunds with page_size({size}).items().")?,
                    Listing::Resumed(size) => {
                        write!(f, "lists all refunds with page_size({size}).send() and resume(next).")?
                    }
                    Listing::OnePage(size) => write!(f, "lists one page with page_size({size}).send().")?,
                }
                write_faults(f, "GET", gets)
            }
            Action::Look { order, gets } => {
                write!(f, "looks for a refund of {order} with reconcile(1970).")?;
                write_faults(f, "GET", gets)
            }
            Action::Elsewhere { order } => write!(f, "is another program, which refunds {order}."),
            Action::Minute => f.write_str("waits for a minute."),
        }
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.amount {
            Some(amount) => write!(f, "{amount}")?,
            None => f.write_str("all that is left")?,
        }
        let name = if self.by_number { "by its number" } else { "by its public id" };
        write!(f, " of payment {} ({name}) for {:?}", self.payment + 1, self.reason)
    }
}

fn write_faults(f: &mut fmt::Formatter<'_>, method: &str, faults: &[Fault]) -> fmt::Result {
    let faults = faults.iter().enumerate().filter(|(_, fault)| **fault != Fault::None);
    for (index, fault) in faults {
        let what = match fault {
            Fault::None => "passes",
            Fault::Lost => "is lost on its way",
            Fault::ResponseLost => "does its work, and the response is lost",
            Fault::ResponseBrokenOff => "does its work, and the response breaks off",
            Fault::Late => "is reported as lost, and arrives before the next POST or at the end",
            Fault::GatewayTimeout => "does its work, and a proxy returns 504",
            Fault::BadGateway => "does its work, and a proxy returns 502",
            Fault::Unavailable => "gets a 503 from a proxy, and does nothing",
            Fault::Throttled => "is throttled by the framework, and does nothing",
            Fault::ThrottledByCode => "is throttled by the framework in other words, and does nothing",
            Fault::ThrottledByWords => "is throttled by somebody, and does nothing",
            Fault::ThrottledLate => "does its work, and a proxy returns 429",
        };
        write!(f, "\n     {method} number {} of it {what}.", index + 1)?;
    }
    Ok(())
}
