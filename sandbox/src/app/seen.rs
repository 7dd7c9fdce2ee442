//! Which changes of the state a request has made and seen, to acknowledge it only when they are in the state file.

use std::cell::RefCell;

/// Changes that one request depends on, by their count.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// All changes up to this one were visible.
    observed: u64,
    made: Vec<u64>,
}

tokio::task_local! {
    static SEEN: RefCell<Seen>;
}

impl Seen {
    /// Runs a request, and returns what it has seen with its result.
    pub(crate) async fn during<T>(request: impl Future<Output = T>) -> (T, Seen) {
        let watched = async {
            let result = request.await;
            (result, SEEN.with(RefCell::take))
        };
        SEEN.scope(RefCell::default(), watched).await
    }

    /// Notes that the current request sees the state with so many changes. Outside of a request this has no effect.
    pub(super) fn observe(count: u64) {
        let _ = SEEN.try_with(|seen| {
            let mut seen = seen.borrow_mut();
            seen.observed = seen.observed.max(count);
        });
    }

    /// Notes that the current request made this change.
    pub(super) fn make(count: u64) {
        // Tasks other than requests have no such cell, and wait for nothing.
        let _ = SEEN.try_with(|seen| seen.borrow_mut().made.push(count));
    }

    /// Lists all changes that the request depends on.
    pub(crate) fn counts(&self) -> impl Iterator<Item = u64> {
        self.made.iter().copied().chain([self.observed])
    }
}
