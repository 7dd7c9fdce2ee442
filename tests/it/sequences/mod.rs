//! Seeded sequences of calls, faults and quirks, with several clerks at once: what the sandbox did and what the client reports agree.
//!
//! A sequence has a server with some quirks and a few steps. In each step up to three clerks act at the same time: they refund, list or
//! look, with faults of their own between them and the server. After it, the sandbox's ledger is compared with what they report: one call
//! makes one refund at most, a refund that was made is reported as made or as unknown, no refund is reported twice, none of another call
//! of this process is reported, and a list is complete or an error. Second refunds of calls with `resend_if_absent` are counted apart.
//!
//! The test takes the seeds from 0 to 1,000. `SEQUENCES` is another range of seeds:
//!
//! ```text
//! SEQUENCES=0..10000 cargo test --package nd8 --test it sequences -- --nocapture
//! ```
//!
//! A sequence that fails is shrunk: steps, actions, quirks and faults are taken away as long as it still fails in the same way. What is
//! left is printed as steps to follow.

mod clerk;
mod plan;
mod run;
mod shrink;

use std::collections::BTreeMap;
use std::ops::Range;

use clerk::{Bug, Flaw};
use nd8_sandbox::Quirk;
use plan::Sequence;
use run::{Figures, Kind, Office, Violation};

/// The seeds of the test, unless `SEQUENCES` is set.
const SEEDS: Range<u64> = 0..1_000;
/// How many sandboxes work side by side.
const OFFICES: u64 = 2;

fn seeds() -> Range<u64> {
    let Ok(text) = std::env::var("SEQUENCES") else { return SEEDS };
    let range = text.split_once("..").and_then(|(first, end)| Some(first.parse().ok()?..end.parse().ok()?));
    range.unwrap_or_else(|| panic!("SEQUENCES is a range of seeds such as 0..10000, not `{text}`"))
}

/// A sequence that fails, at its shortest.
struct Failure {
    seed: u64,
    sequence: Sequence,
    violation: Violation,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { seed, sequence, violation } = self;
        write!(
            f,
            "seed {seed}, SEQUENCES={seed}..{}: {:?}\n{sequence}=> {}\n",
            seed + 1,
            violation.kind,
            violation.text
        )
    }
}

/// Runs the sequence of a seed, and shrinks it if it fails.
async fn one(office: &mut Office, seed: u64) -> Result<Figures, Failure> {
    let sequence = Sequence::of(seed);
    match office.run(&sequence).await {
        Ok(figures) => Ok(figures),
        Err(violation) => {
            let (sequence, violation) = shrink::shrink(office, sequence, violation).await;
            Err(Failure { seed, sequence, violation })
        }
    }
}

/// Runs the sequences of these seeds: what came of them, and those that failed.
fn all(seeds: &Range<u64>) -> (Figures, Vec<Failure>) {
    let office = |first| {
        let (mut figures, mut failures) = (Figures::default(), Vec::new());
        runtime().block_on(async {
            let mut office = Office::new(None).await;
            for seed in seeds.clone().filter(|seed| seed % OFFICES == first) {
                match one(&mut office, seed).await {
                    Ok(more) => figures.add(more),
                    Err(failure) => failures.push(failure),
                }
            }
        });
        (figures, failures)
    };
    let (mut figures, mut failures) = (Figures::default(), Vec::new());
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..OFFICES).map(|first| scope.spawn(move || office(first))).collect();
        for thread in threads {
            let (more, failed) = thread.join().expect("the task does not panic");
            figures.add(more);
            failures.extend(failed);
        }
    });
    (figures, failures)
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("the runtime is built")
}

#[test]
fn what_clerks_report_is_what_the_server_did() {
    let seeds = seeds();
    let (figures, failures) = all(&seeds);
    println!("{} sequences: {figures:?}", seeds.end - seeds.start);
    let mut shortest = BTreeMap::new();
    for failure in &failures {
        let kind = format!("{:?}", failure.violation.kind);
        let length = failure.to_string().len();
        let best = shortest.entry(kind).or_insert((length, failure, 0));
        if length < best.0 {
            (best.0, best.1) = (length, failure);
        }
        best.2 += 1;
    }
    let report: String = shortest
        .values()
        .map(|(_, failure, times)| format!("{times} times, the shortest:\n{failure}\n"))
        .collect();
    assert!(failures.is_empty(), "{} sequences failed\n{report}", failures.len());
    // A simulation in which nothing succeeds shows nothing.
    assert!(figures.made > figures.unknown / 2 && figures.lists > 2 * figures.failed_lists, "{figures:?}");
}

/// Returns the first sequence in which a client with this bug fails in this way, at its shortest.
async fn found(bug: Bug, kind: Kind, of: impl Fn(u64) -> Sequence) -> Failure {
    let mut office = Office::new(Some(bug)).await;
    for (seed, sequence) in (0..10_000).map(|seed| (seed, of(seed))) {
        // Nothing else is of interest there, and most sequences have no such thing.
        if kind == Kind::Claimed && !sequence.has_race() {
            continue;
        }
        if let Err(violation) = office.run(&sequence).await
            && violation.kind == kind
        {
            let (sequence, violation) = shrink::shrink(&mut office, sequence, violation).await;
            let failure = Failure { seed, sequence, violation };
            println!("{bug:?}: {failure}");
            return failure;
        }
    }
    panic!("{bug:?} is not found")
}

/// Each planted bug is found within a few seeds, and what is left of its sequence is what it takes.
#[tokio::test]
async fn planted_bugs_are_found_and_shrunk() {
    for (bug, kind, reported) in [
        (
            Bug::ShortPageIsLast,
            Kind::Truncated,
            "(short-pages).\n1. Clerk 1 lists all refunds with page_size(",
        ),
        (Bug::Repeats502, Kind::Doubled, "POST number 1 of it does its work, and a proxy returns 502"),
    ] {
        let failure = found(bug, kind, Sequence::of).await;
        let Sequence { quirks, steps } = &failure.sequence;
        assert!(quirks.len() <= 1 && steps.len() == 1 && steps[0].len() == 1, "{bug:?}: {failure}");
        assert!(failure.to_string().contains(reported), "{bug:?}: {failure}");
    }
    // Two calls race, so how far it is shrunk depends on their luck.
    let failure = found(Bug::KnowsNobody, Kind::Claimed, Sequence::of).await;
    assert!(failure.sequence.has_race(), "{failure}");
}

/// The ways in which `send_or_reconcile` once made a second refund, one by one.
#[tokio::test]
async fn what_a_server_stores_and_lists_otherwise_is_found() {
    for (flaw, quirks, reported) in [
        (Flaw::Trimmed, &[][..], r#"for "Order A ""#),
        (Flaw::LineEnds, &[], r#"for "Order\r\nB""#),
        (Flaw::PaymentNumber, &[Quirk::PaymentNumber], "(payment-number)"),
        (Flaw::NoReason, &[Quirk::NullFields], "(null-fields)"),
        (Flaw::NoReason, &[Quirk::AbsentFields], "(absent-fields)"),
        (Flaw::Rounded, &[Quirk::RoundedAmounts], "refunds 1.005"),
        (Flaw::Capped, &[Quirk::ShortPages], "(short-pages)"),
    ] {
        let failure =
            found(Bug::Overlooks(flaw), Kind::Doubled, |seed| Sequence::of(seed).with_quirks(quirks)).await;
        let Sequence { quirks: left, steps } = &failure.sequence;
        assert!(left == quirks && steps.len() == 1 && steps[0].len() == 1, "{flaw:?}: {failure}");
        let text = failure.to_string();
        assert!(
            text.contains(reported) && text.contains("POST number 1 of it does its work, and"),
            "{flaw:?}: {text}"
        );
    }
}
