//! Wakes workers after a commit, many commits with one `NOTIFY`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::connections::Connections;

pub(crate) const CHANNEL: &str = "nd8_inbox";

/// The least time between two notifications. Workers that are busy look for more by themselves.
const PAUSE: Duration = Duration::from_millis(5);
/// How long a notification may take. It is a hint: polling finds what it would have announced.
const LIMIT: Duration = Duration::from_secs(5);

/// Sends `NOTIFY` outside of any transaction that stores something: within one, it makes commits wait for each other.
#[derive(Default)]
pub(crate) struct Notifier {
    is_running: AtomicBool,
    is_wanted: AtomicBool,
}

impl Notifier {
    /// Has workers woken soon. Returns at once.
    pub(crate) fn notify(self: &Arc<Self>, connections: &Arc<Connections>) {
        self.is_wanted.store(true, Ordering::SeqCst);
        if self.is_running.swap(true, Ordering::SeqCst) {
            return;
        }
        let (notifier, connections) = (Arc::clone(self), Arc::clone(connections));
        tokio::spawn(async move {
            loop {
                while notifier.is_wanted.swap(false, Ordering::SeqCst) {
                    if let Err(error) =
                        tokio::time::timeout(LIMIT, send(&connections)).await.unwrap_or(Ok(()))
                    {
                        tracing::debug!(error = %error, "workers were not notified");
                    }
                    tokio::time::sleep(PAUSE).await;
                }
                notifier.is_running.store(false, Ordering::SeqCst);
                // Another one may have asked between the two.
                if !notifier.is_wanted.load(Ordering::SeqCst)
                    || notifier.is_running.swap(true, Ordering::SeqCst)
                {
                    break;
                }
            }
        });
    }
}

async fn send(connections: &Connections) -> Result<(), crate::Error> {
    let session = connections.get().await?;
    let notify = format!("NOTIFY {CHANNEL}");
    session.client().batch_execute(&notify).await.map_err(crate::Error::query("notify workers"))?;
    session.give_back();
    Ok(())
}
