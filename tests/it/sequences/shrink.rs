//! Makes a failing sequence shorter, one thing at a time, until nothing can be left out.
//!
//! proptest shrinks each value once and in one order. What is left of a sequence depends on other parts of it, so it would be long.

use super::plan::{Action, Listing, Order, Sequence, Way};
use super::run::{Office, Violation};
use crate::faults::Fault;

/// How often a sequence is tried: clerks who race do not always fail.
const TRIES: usize = 5;

/// Returns the shortest sequence that fails in the same way, and how it fails.
pub(super) async fn shrink(
    office: &mut Office,
    sequence: Sequence,
    violation: Violation,
) -> (Sequence, Violation) {
    let (mut shortest, mut violation) = (sequence, violation);
    'shorter: loop {
        for candidate in candidates(&shortest) {
            for _ in 0..TRIES {
                match office.run(&candidate).await {
                    Err(found) if found.kind == violation.kind => {
                        (shortest, violation) = (candidate, found);
                        continue 'shorter;
                    }
                    // Alone, a clerk races with nobody.
                    _ if candidate.steps.iter().all(|step| step.len() == 1) => break,
                    _ => {}
                }
            }
        }
        return (shortest, violation);
    }
}

/// All sequences that have one thing less, those that lack most first.
fn candidates(sequence: &Sequence) -> Vec<Sequence> {
    let mut all = Vec::new();
    for step in 0..sequence.steps.len() {
        let mut shorter = sequence.clone();
        shorter.steps.remove(step);
        all.push(shorter);
    }
    for (step, actions) in sequence.steps.iter().enumerate() {
        for action in (0..actions.len()).filter(|_| actions.len() > 1) {
            let mut shorter = sequence.clone();
            shorter.steps[step].remove(action);
            all.push(shorter);
        }
    }
    for quirk in 0..sequence.quirks.len() {
        let mut shorter = sequence.clone();
        shorter.quirks.remove(quirk);
        all.push(shorter);
    }
    for (step, actions) in sequence.steps.iter().enumerate() {
        for (index, action) in actions.iter().enumerate() {
            for plainer in plainer(action) {
                let mut shorter = sequence.clone();
                shorter.steps[step][index] = plainer;
                all.push(shorter);
            }
        }
    }
    all
}

/// All actions that are a little less remarkable.
fn plainer(action: &Action) -> Vec<Action> {
    let mut all = Vec::new();
    match action {
        Action::Refund { order, way, posts, gets } => {
            let with = |order: &Order, way, posts: &[Fault], gets: &[Fault]| Action::Refund {
                order: order.clone(),
                way,
                posts: posts.to_vec(),
                gets: gets.to_vec(),
            };
            all.extend(fewer(posts).iter().map(|posts| with(order, *way, posts, gets)));
            all.extend(fewer(gets).iter().map(|gets| with(order, *way, posts, gets)));
            let simpler = match way {
                Way::Plain => None,
                Way::Reconciled => Some(Way::Plain),
                Way::Resent | Way::Referenced => Some(Way::Reconciled),
            };
            all.extend(simpler.map(|way| with(order, way, posts, gets)));
            all.extend(orders(order).iter().map(|order| with(order, *way, posts, gets)));
        }
        Action::List { way, gets } => {
            all.extend(fewer(gets).into_iter().map(|gets| Action::List { way: *way, gets }));
            if let Listing::Resumed(size) | Listing::OnePage(size) = *way {
                all.push(Action::List { way: Listing::Items(size), gets: gets.clone() });
            }
        }
        Action::Look { order, gets } => {
            all.extend(fewer(gets).into_iter().map(|gets| Action::Look { order: order.clone(), gets }));
            all.extend(orders(order).into_iter().map(|order| Action::Look { order, gets: gets.clone() }));
        }
        Action::Minute => {}
        Action::Elsewhere { order } => {
            all.extend(orders(order).into_iter().map(|order| Action::Elsewhere { order }));
        }
    }
    all
}

/// All lists that have one fault less.
fn fewer(faults: &[Fault]) -> Vec<Vec<Fault>> {
    let mut all = Vec::new();
    if let Some((_, shorter)) = faults.split_last() {
        all.push(shorter.to_vec());
    }
    for (index, _) in faults.iter().enumerate().filter(|(_, fault)| **fault != Fault::None) {
        let mut without = faults.to_vec();
        without[index] = Fault::None;
        all.push(without);
    }
    all
}

fn orders(order: &Order) -> Vec<Order> {
    let plainest = Order::plainest();
    let all = [
        Order { payment: plainest.payment, ..order.clone() },
        Order { by_number: plainest.by_number, ..order.clone() },
        Order { reason: plainest.reason, ..order.clone() },
        Order { amount: plainest.amount, ..order.clone() },
    ];
    all.into_iter().filter(|simpler| simpler != order).collect()
}
