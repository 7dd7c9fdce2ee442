//! The inbox: its connections and settings.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};
use tokio_postgres::{Config, Socket};

use crate::connections::Connections;
use crate::error::{Error, Kind};
use crate::migrate;
use crate::notify::Notifier;
use crate::subject::Key;

const DEFAULT_CONNECTIONS: usize = 8;
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);

/// Deliveries in a PostgreSQL database. Clones share connections.
///
/// Defaults: the [key](Key) is the delivery's id, up to 8 connections in addition to those of workers, 10 seconds for a call.
///
/// # Example: receive and work
///
/// ```no_run
/// use nd8::webhooks::{Event, Verifier};
/// use nd8_inbox::{Handler, HandlerError, Inbox, Received, Transaction};
/// use tokio_postgres::NoTls;
///
/// struct Shop;
///
/// impl Handler for Shop {
///     async fn handle(&self, delivery: &Received, transaction: &mut Transaction<'_>) -> Result<(), HandlerError> {
///         let Event::TransactionStatusChanged(payment) = delivery.event() else { return Ok(()) };
///         // Commits together with the completion of the delivery, or not at all.
///         let note = "INSERT INTO note (order_id, body) VALUES ($1, $2)";
///         transaction.execute(note, &[&payment.order_id.as_deref(), &delivery.raw.as_ref()]).await?;
///         Ok(())
///     }
/// }
///
/// # async fn run(headers: [(&'static str, String); 4], body: Vec<u8>) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
/// let inbox = Inbox::new("postgres://shop@localhost/shop".parse()?, NoTls);
/// inbox.migrate().await?;
///
/// // In the endpoint: respond with a 2xx if this is `Ok`.
/// let delivery = Verifier::new("whsec").verify(&headers, &body)?;
/// inbox.receive(&delivery).await?;
///
/// // In any number of processes:
/// inbox.worker(Shop).concurrency(4).run_until(async { tokio::signal::ctrl_c().await.unwrap_or_default() }).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Inbox {
    pub(crate) connections: Arc<Connections>,
    pub(crate) notifier: Arc<Notifier>,
    pub(crate) key: Key,
    timeout: Duration,
}

impl Inbox {
    /// Takes the database, and how to encrypt connections: `NoTls`, or a connector of `postgres-native-tls` or `tokio-postgres-rustls`.
    ///
    /// Connections are opened on demand, so this cannot fail.
    pub fn new<T>(config: Config, tls: T) -> Self
    where
        T: MakeTlsConnect<Socket> + Clone + Send + Sync + 'static,
        T::Stream: Send,
        T::TlsConnect: Send,
        <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
    {
        Self::over(Connections::new(config, tls, DEFAULT_CONNECTIONS))
    }

    /// Takes connections from a pool that the program has already.
    ///
    /// A pool drops notifications, so workers poll only: see [`Worker::poll`](crate::Worker::poll). Each of a worker's connections is taken out of the pool
    /// for good, and the pool opens others in their place.
    #[cfg(feature = "deadpool")]
    pub fn from_pool(pool: deadpool_postgres::Pool) -> Self {
        Self::over(Connections::from_pool(pool))
    }

    fn over(connections: Connections) -> Self {
        Self {
            connections: Arc::new(connections),
            notifier: Arc::default(),
            key: Key::default(),
            timeout: DEFAULT_TIMEOUT,
        }
    }

    /// Sets what makes two deliveries one.
    #[must_use]
    pub fn key(mut self, key: Key) -> Self {
        self.key = key;
        self
    }

    /// Allows a call this much time, connecting included. ND8 waits for the response to a delivery; how long is not documented.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Installs the schema `nd8_inbox`, or updates it. Call it when the program starts: if there is nothing to do, it only looks.
    ///
    /// Any number of processes may do so at the same time. Creating a schema takes the right `CREATE` on the database. It waits for
    /// its lock for as long as another process migrates, whatever the [timeout](Self::timeout).
    ///
    /// # Errors
    ///
    /// [`Error::is_newer_schema`] if a newer version of this crate has updated it.
    pub async fn migrate(&self) -> Result<(), Error> {
        let mut session = self.connections.get().await?;
        migrate::run(session.client_mut()).await?;
        session.give_back();
        Ok(())
    }

    pub(crate) fn wake_workers(&self) {
        self.notifier.notify(&self.connections);
    }

    /// Runs a call within the timeout.
    pub(crate) async fn within<T>(
        &self,
        operation: &'static str,
        call: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let limit = self.timeout;
        match tokio::time::timeout(limit, call).await {
            Ok(result) => result,
            Err(_) => Err(Kind::Timeout { operation, limit }.into()),
        }
    }
}

impl fmt::Debug for Inbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inbox")
            .field("key", &self.key)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
