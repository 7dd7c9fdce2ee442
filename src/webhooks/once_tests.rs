//! Every way in which a handler can end, with a store that fails on request.

use std::cell::Cell;
use std::future::pending;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};

use super::{
    Claim, Claiming, Deduplicator, Full, MemoryDeduplicator, Once, OnceError, Ticket, handle_once,
    handle_once_in,
};

type StoreResult = Result<(), &'static str>;

/// A store that records its calls, and returns scripted results.
struct Script {
    claim: Result<Claim, &'static str>,
    complete: StoreResult,
    release: StoreResult,
    asked: Mutex<Vec<&'static str>>,
}

fn won() -> Script {
    Script { claim: Ok(Claim::Won(())), complete: Ok(()), release: Ok(()), asked: Mutex::default() }
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
    type Transaction = ();
    type Error = &'static str;

    fn claim<'a>(&'a self, _: &'a Ticket) -> Claiming<'a, Result<Claim, &'static str>> {
        Box::pin(async {
            self.note("claim");
            self.claim
        })
    }

    fn complete<'a>(&'a self, _: &'a Ticket, (): ()) -> Claiming<'a, StoreResult> {
        Box::pin(async {
            self.note("complete");
            self.complete
        })
    }

    fn release<'a>(&'a self, _: &'a Ticket, (): ()) -> Claiming<'a, StoreResult> {
        Box::pin(async {
            self.note("release");
            self.release
        })
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
    /// The store, the handler's result, the expected outcome, and the expected calls of the store.
    type Case = (Script, Result<u8, &'static str>, Outcome, &'static [&'static str]);
    let cases: [Case; 8] = [
        (won(), Ok(7), Ok(Once::Handled(7)), &["claim", "complete"]),
        (won(), Err("no"), Err(OnceError::Handler("no")), &["claim", "release"]),
        (Script { claim: Ok(Claim::InProgress), ..won() }, Ok(7), Ok(Once::InProgress), &["claim"]),
        (Script { claim: Ok(Claim::AlreadyDone), ..won() }, Ok(7), Ok(Once::AlreadyDone), &["claim"]),
        // The claim may have been won although the store reported an error.
        (Script { claim: Err("down"), ..won() }, Ok(7), Err(OnceError::Claim("down")), &["claim", "abandon"]),
        // It was handled: after a release it would be handled again.
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
    for (script, result, outcome, asked) in cases {
        let runs = Cell::new(0);
        let handled = run(handle_once(&script, "a", async || {
            runs.set(runs.get() + 1);
            result
        }));
        assert_eq!(handled, outcome);
        assert_eq!(script.asked(), asked);
        assert_eq!(runs.get(), usize::from(script.claim == Ok(Claim::Won(()))));
    }
}

#[test]
fn a_handler_that_panics_releases_and_goes_on_panicking() {
    let early = || -> std::future::Ready<Result<(), ()>> { panic!("at once") };
    let later = async || -> Result<(), ()> { panic!("later") };
    let early_store = won();
    let later_store = won();
    let panics = [
        std::panic::catch_unwind(AssertUnwindSafe(|| {
            let _ = run(handle_once(&early_store, "a", early));
        })),
        std::panic::catch_unwind(AssertUnwindSafe(|| {
            let _ = run(handle_once(&later_store, "a", later));
        })),
    ];
    for (panic, (message, store)) in
        panics.into_iter().zip([("at once", early_store), ("later", later_store)])
    {
        assert_eq!(panic.unwrap_err().downcast_ref::<&str>(), Some(&message));
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

/// A table behind a lock, changed by transactions that write down how they end.
#[derive(Default)]
struct Ledger {
    handled: Mutex<Vec<String>>,
    effects: Mutex<Vec<&'static str>>,
    fails_to_commit: bool,
}

/// Writes nothing until it is committed.
struct Pending<'a> {
    ledger: &'a Ledger,
    effects: Vec<&'static str>,
}

impl<'l> Deduplicator for &'l Ledger {
    type Transaction = Pending<'l>;
    type Error = &'static str;

    fn claim<'a>(&'a self, ticket: &'a Ticket) -> Claiming<'a, Result<Claim<Pending<'l>>, &'static str>> {
        Box::pin(async {
            let is_done = self.handled.lock().unwrap().iter().any(|key| key == ticket.key());
            Ok(if is_done {
                Claim::AlreadyDone
            } else {
                Claim::Won(Pending { ledger: self, effects: vec![] })
            })
        })
    }

    fn complete<'a>(&'a self, ticket: &'a Ticket, won: Pending<'l>) -> Claiming<'a, StoreResult> {
        Box::pin(async move {
            if self.fails_to_commit {
                return Err("down");
            }
            won.ledger.handled.lock().unwrap().push(ticket.key().to_owned());
            won.ledger.effects.lock().unwrap().extend(won.effects);
            Ok(())
        })
    }

    fn release<'a>(&'a self, _: &'a Ticket, _: Pending<'l>) -> Claiming<'a, StoreResult> {
        Box::pin(async { Ok(()) })
    }
}

#[test]
fn effects_and_claim_are_committed_together_or_not_at_all() {
    let ledger = &Ledger::default();
    let state = || (ledger.handled.lock().unwrap().len(), ledger.effects.lock().unwrap().len());

    let failed = run(handle_once_in(&ledger, "a", async |won| {
        won.effects.push("half");
        Err::<(), _>("no")
    }));
    assert_eq!(failed, Err(OnceError::Handler("no")));
    assert_eq!(state(), (0, 0));

    let panicked = std::panic::catch_unwind(AssertUnwindSafe(|| {
        let _ = run(handle_once_in(&ledger, "a", async |won| -> Result<(), ()> {
            won.effects.push("half");
            panic!("later")
        }));
    }));
    assert_eq!(panicked.unwrap_err().downcast_ref::<&str>(), Some(&"later"));
    assert_eq!(state(), (0, 0));

    {
        let dropped = pin!(handle_once_in(&ledger, "a", async |won| {
            won.effects.push("half");
            pending::<Result<(), ()>>().await
        }));
        assert!(dropped.poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    assert_eq!(state(), (0, 0));

    let handle = async |won: &mut Pending<'_>| {
        won.effects.push("whole");
        Ok::<_, ()>(1)
    };
    assert_eq!(run(handle_once_in(&ledger, "a", handle)), Ok(Once::Handled(1)));
    assert_eq!(run(handle_once_in(&ledger, "a", handle)), Ok(Once::AlreadyDone));
    assert_eq!(state(), (1, 1));

    let ledger = &Ledger { fails_to_commit: true, ..Ledger::default() };
    assert_eq!(run(handle_once_in(&ledger, "a", handle)), Err(OnceError::Complete("down")));
    assert!(ledger.effects.lock().unwrap().is_empty());
}

#[test]
fn a_store_can_be_a_trait_object_behind_any_pointer() {
    type Store = dyn Deduplicator<Transaction = (), Error = &'static str>;
    let (boxed, shared): (Box<Store>, std::sync::Arc<Store>) = (Box::new(won()), std::sync::Arc::new(won()));
    let by_reference: &Store = &won();
    assert_eq!(run(handle_once(&boxed, "a", async || Ok::<_, ()>(1))), Ok(Once::Handled(1)));
    assert_eq!(run(handle_once(&shared, "a", async || Ok::<_, ()>(1))), Ok(Once::Handled(1)));
    assert_eq!(run(handle_once(by_reference, "a", async || Ok::<_, ()>(1))), Ok(Once::Handled(1)));
    assert_eq!(run(handle_once_in(&*boxed, "a", async |()| Ok::<_, ()>(1))), Ok(Once::Handled(1)));
}

/// Compiles only if what they return can be moved between threads.
#[test]
fn handling_can_be_spawned() {
    fn sendable<F: Future + Send>(future: F) -> F {
        future
    }
    let store = MemoryDeduplicator::new();
    let handled = sendable(handle_once_in(&store, "a", async |()| Ok::<_, ()>(1)));
    assert_eq!(run(handled), Ok(Once::Handled(1)));
    let ledger = &Ledger::default();
    let handled = sendable(handle_once_in(&ledger, "a", async |won| {
        won.effects.push("whole");
        Ok::<_, ()>(1)
    }));
    assert_eq!(run(handled), Ok(Once::Handled(1)));
}

#[test]
fn any_error_that_prints_is_a_source() {
    fn print<E, S>(error: OnceError<E, S>) -> [String; 2]
    where
        OnceError<E, S>: std::error::Error + Send + Sync + 'static,
    {
        let boxed: Box<dyn std::error::Error + Send + Sync> = error.into();
        [boxed.to_string(), boxed.source().expect("has one").to_string()]
    }
    type Boxed = Box<dyn std::error::Error + Send + Sync>;
    let (handler, claim, complete) = (
        "the webhook's handler failed",
        "the webhook could not be claimed, and was not handled",
        "the webhook was handled, and this could not be recorded",
    );
    let io = || std::io::Error::other("down");
    for (printed, expected) in [
        (print(OnceError::<_, Full>::Handler("down")), handler),
        (print(OnceError::<_, Full>::Handler("down".to_owned())), handler),
        (print(OnceError::<_, Full>::Handler(io())), handler),
        (print(OnceError::<Boxed, Full>::Handler(io().into())), handler),
        (print(OnceError::<_, Full>::Handler(anyhow::anyhow!("down"))), handler),
        (print(OnceError::<&str, _>::Claim(io())), claim),
        (print(OnceError::<&str, _>::Claim(anyhow::anyhow!("down"))), claim),
        (print(OnceError::<&str, Boxed>::Complete("down".into())), complete),
    ] {
        assert_eq!(printed, [expected, "down"]);
    }
    // All causes of anyhow.
    let nested = anyhow::Error::from(io()).context("cannot ship");
    let again = anyhow::Error::from(OnceError::<_, Full>::Handler(nested));
    assert_eq!(format!("{again:#}"), format!("{handler}: cannot ship: down"));
    // The error itself comes back by its type.
    let found = again.downcast::<OnceError<anyhow::Error, Full>>().expect("is one");
    assert!(matches!(found, OnceError::Handler(error) if error.downcast_ref::<std::io::Error>().is_some()));
}
