//! Every way out of a handler, against a store that can be told to fail.

use std::cell::Cell;
use std::future::pending;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};

use super::{Claim, Deduplicator, MemoryDeduplicator, Once, OnceError, Ticket, handle_once};

type Said = Result<(), &'static str>;

/// A store that writes down what it is asked, and answers as told.
struct Script {
    claim: Result<Claim, &'static str>,
    complete: Said,
    release: Said,
    asked: Mutex<Vec<&'static str>>,
}

fn won() -> Script {
    Script { claim: Ok(Claim::Won), complete: Ok(()), release: Ok(()), asked: Mutex::default() }
}

impl Script {
    fn note(&self, what: &'static str) {
        self.asked.lock().unwrap().push(what);
    }

    fn asked(&self) -> Vec<&'static str> {
        self.asked.lock().unwrap().clone()
    }
}

impl Deduplicator for Script {
    type Error = &'static str;

    async fn claim(&self, _: &Ticket) -> Result<Claim, &'static str> {
        self.note("claim");
        self.claim
    }

    async fn complete(&self, _: &Ticket) -> Said {
        self.note("complete");
        self.complete
    }

    async fn release(&self, _: &Ticket) -> Said {
        self.note("release");
        self.release
    }

    fn abandon(&self, _: &Ticket) {
        self.note("abandon");
    }
}

/// Runs a future that waits for nothing.
fn run<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it waits for something"),
    }
}

#[test]
fn each_outcome_leaves_the_claim_as_it_should() {
    type Outcome = Result<Once<u8>, OnceError<&'static str, &'static str>>;
    /// The store, what the handler answers, what comes of it, and what the store was asked.
    type Case = (Script, Result<u8, &'static str>, Outcome, &'static [&'static str]);
    let cases: [Case; 8] = [
        (won(), Ok(7), Ok(Once::Handled(7)), &["claim", "complete"]),
        (won(), Err("no"), Err(OnceError::Handler("no")), &["claim", "release"]),
        (Script { claim: Ok(Claim::InProgress), ..won() }, Ok(7), Ok(Once::InProgress), &["claim"]),
        (Script { claim: Ok(Claim::AlreadyDone), ..won() }, Ok(7), Ok(Once::AlreadyDone), &["claim"]),
        // It may have been won without our hearing of it.
        (Script { claim: Err("down"), ..won() }, Ok(7), Err(OnceError::Claim("down")), &["claim", "abandon"]),
        // It was handled: giving the claim back would have it handled again.
        (
            Script { complete: Err("down"), ..won() },
            Ok(7),
            Err(OnceError::Complete("down")),
            &["claim", "complete"],
        ),
        (
            Script { release: Err("down"), ..won() },
            Err("no"),
            Err(OnceError::Handler("no")),
            &["claim", "release", "abandon"],
        ),
        (
            Script { release: Err("down"), complete: Err("down"), ..won() },
            Ok(7),
            Err(OnceError::Complete("down")),
            &["claim", "complete"],
        ),
    ];
    for (script, answer, outcome, asked) in cases {
        let runs = Cell::new(0);
        let handled = run(handle_once(&script, "a", async || {
            runs.set(runs.get() + 1);
            answer
        }));
        assert_eq!(handled, outcome);
        assert_eq!(script.asked(), asked);
        assert_eq!(runs.get(), usize::from(script.claim == Ok(Claim::Won)));
    }
}

#[test]
fn a_handler_that_panics_releases_and_goes_on_panicking() {
    let at_once = || -> std::future::Ready<Result<(), ()>> { panic!("at once") };
    let later = async || -> Result<(), ()> { panic!("later") };
    let at_once_store = won();
    let later_store = won();
    let panics = [
        std::panic::catch_unwind(AssertUnwindSafe(|| {
            let _ = run(handle_once(&at_once_store, "a", at_once));
        })),
        std::panic::catch_unwind(AssertUnwindSafe(|| {
            let _ = run(handle_once(&later_store, "a", later));
        })),
    ];
    for (panic, (said, store)) in panics.into_iter().zip([("at once", at_once_store), ("later", later_store)])
    {
        assert_eq!(panic.unwrap_err().downcast_ref::<&str>(), Some(&said));
        assert_eq!(store.asked(), ["claim", "release"]);
    }
}

#[test]
fn a_future_that_is_dropped_abandons_its_claim() {
    let store = MemoryDeduplicator::new();
    {
        let mut handling = pin!(handle_once(&store, "a", async || pending::<Result<(), ()>>().await));
        let context = &mut Context::from_waker(Waker::noop());
        assert!(handling.as_mut().poll(context).is_pending());
        assert_eq!(run(handle_once(&store, "a", async || Ok::<_, ()>(()))), Ok(Once::InProgress));
        assert_eq!(store.len(), 1);
    }
    assert!(store.is_empty());
    assert_eq!(run(handle_once(&store, "a", async || Ok::<_, ()>(()))), Ok(Once::Handled(())));
}

#[test]
fn a_future_that_was_never_polled_asks_nothing() {
    let store = won();
    drop(handle_once(&store, "a", async || Ok::<_, ()>(())));
    assert!(store.asked().is_empty());
}
