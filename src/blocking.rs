//! Calls from programs that are not asynchronous (feature `blocking`).
//!
//! There is no second client: [`wait`] waits for any call of the asynchronous clients, and [`iter`](iter()) iterates over their
//! streams. A second one would repeat each method, and could differ from the first. The work is done by one background thread,
//! which is started when it is first needed and owns the connections.
//!
//! ```
//! use nd8::blocking;
//!
//! # let runtime = tokio::runtime::Runtime::new()?;
//! # let sandbox = runtime.block_on(nd8_sandbox::Sandbox::start())?;
//! let client = nd8::Client::builder(sandbox.api_key()).base_url(sandbox.base_url()).build()?;
//! let error = blocking::wait(client.payments().get("TXnone").send()).unwrap_err();
//! assert!(error.is_not_found());
//!
//! let refunds: Vec<nd8::Refund> = blocking::iter(client.refunds().list().items()).collect::<Result<_, _>>()?;
//! assert!(refunds.is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::sync::OnceLock;

use futures_util::{Stream, StreamExt as _};
use tokio::runtime::{Builder, Runtime};

/// Waits for the output of a future, such as a call.
///
/// # Panics
///
/// Panics if it is called from asynchronous code, whose thread must not be blocked, or if the operating system cannot start the
/// background thread.
///
/// # Example: any future
///
/// ```
/// assert_eq!(nd8::blocking::wait(async { 1 + 1 }), 2);
/// ```
pub fn wait<F: Future>(future: F) -> F::Output {
    runtime().block_on(future)
}

/// Iterates over a stream, waiting for each item.
///
/// # Panics
///
/// Its iterator panics if [`wait`] does.
///
/// # Example: any stream
///
/// ```
/// let stream = futures_util::stream::iter([1, 2, 3]);
/// assert_eq!(nd8::blocking::iter(stream).sum::<i32>(), 6);
/// ```
pub fn iter<S: Stream + Unpin>(mut stream: S) -> impl Iterator<Item = S::Item> {
    std::iter::from_fn(move || wait(stream.next()))
}

/// Returns the runtime of the process. There is one, because a connection works only on the runtime that opened it.
fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        let runtime =
            Builder::new_multi_thread().worker_threads(1).thread_name("nd8-blocking").enable_all().build();
        match runtime {
            Ok(runtime) => runtime,
            Err(error) => panic!("cannot start the background thread: {error}"),
        }
    })
}
