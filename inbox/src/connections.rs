//! Connections to the database: opened on demand, a bounded number for single calls, one each for what a worker does.

use std::collections::HashMap;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Notify, Semaphore, SemaphorePermit};
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};
use tokio_postgres::{AsyncMessage, Client, Config, Socket, Statement};

use crate::error::{Error, Kind};

type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;
/// Opens a connection, which wakes what is given for each notification.
type Connect = dyn Fn(Option<Arc<Notify>>) -> BoxFuture<Result<Client, tokio_postgres::Error>> + Send + Sync;

/// Where connections come from, and those that are idle.
pub(crate) struct Connections {
    source: Source,
    idle: Mutex<Vec<Prepared>>,
    permits: Semaphore,
}

enum Source {
    Own(Box<Connect>),
    #[cfg(feature = "deadpool")]
    Pool(deadpool_postgres::Pool),
}

impl Connections {
    pub(crate) fn new<T>(config: Config, tls: T, limit: usize) -> Self
    where
        T: MakeTlsConnect<Socket> + Clone + Send + Sync + 'static,
        T::Stream: Send,
        T::TlsConnect: Send,
        <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
    {
        let connect =
            move |listener: Option<Arc<Notify>>| -> BoxFuture<Result<Client, tokio_postgres::Error>> {
                let (config, tls) = (config.clone(), tls.clone());
                Box::pin(async move {
                    let (client, mut connection) = config.connect(tls).await?;
                    tokio::spawn(async move {
                        while let Some(Ok(message)) =
                            poll_fn(|context| connection.poll_message(context)).await
                        {
                            if let (AsyncMessage::Notification(_), Some(listener)) = (message, &listener) {
                                listener.notify_one();
                            }
                        }
                        // A listener whose connection has ended looks for another one.
                        listener.iter().for_each(|listener| listener.notify_one());
                    });
                    Ok(client)
                })
            };
        Self {
            source: Source::Own(Box::new(connect)),
            idle: Mutex::default(),
            permits: Semaphore::new(limit),
        }
    }

    #[cfg(feature = "deadpool")]
    pub(crate) fn from_pool(pool: deadpool_postgres::Pool) -> Self {
        // The pool has a limit of its own.
        Self {
            source: Source::Pool(pool),
            idle: Mutex::default(),
            permits: Semaphore::new(Semaphore::MAX_PERMITS),
        }
    }

    /// Returns a connection for a single call, waiting for one where all are in use.
    pub(crate) async fn get(&self) -> Result<Session<'_>, Error> {
        match &self.source {
            Source::Own(connect) => {
                let permit = self.permits.acquire().await.ok();
                let idle = loop {
                    match self.idle().pop() {
                        Some(idle) if idle.client.is_closed() => {}
                        other => break other,
                    }
                };
                let own = match idle {
                    Some(own) => own,
                    None => {
                        let client = connect(None).await.map_err(Kind::Connect)?;
                        client.batch_execute(READ_COMMITTED).await.map_err(Kind::Connect)?;
                        client.batch_execute(NO_SCANS).await.map_err(Kind::Connect)?;
                        Prepared { client, statements: HashMap::new() }
                    }
                };
                Ok(Session { held: Some(Held::Own(own)), home: Some(self), _permit: permit })
            }
            #[cfg(feature = "deadpool")]
            Source::Pool(pool) => {
                let object = pool.get().await.map_err(Kind::Pool)?;
                Ok(Session { held: Some(Held::Pool(object)), home: Some(self), _permit: None })
            }
        }
    }

    /// Opens a connection that is the caller's alone.
    pub(crate) async fn open(&self, listener: Option<Arc<Notify>>) -> Result<Session<'static>, Error> {
        let held = match &self.source {
            Source::Own(connect) => {
                let client = connect(listener).await.map_err(Kind::Connect)?;
                Held::Own(Prepared { client, statements: HashMap::new() })
            }
            // Taken out of the pool for good: it gets settings that the pool's other users must not see.
            #[cfg(feature = "deadpool")]
            Source::Pool(pool) => {
                Held::Taken(deadpool_postgres::Object::take(pool.get().await.map_err(Kind::Pool)?))
            }
        };
        let session = Session { held: Some(held), home: None, _permit: None };
        session.client().batch_execute(READ_COMMITTED).await.map_err(Kind::Connect)?;
        Ok(session)
    }

    /// Returns whether connections and their settings are ours alone, and notifications arrive: a pool drops them.
    pub(crate) fn are_own(&self) -> bool {
        matches!(self.source, Source::Own(_))
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Prepared>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the functions of the schema need. A role or a database may have another default.
const READ_COMMITTED: &str = "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED";
/// For sessions in which nobody else's statements run: `nd8_inbox.store` leaves this to its caller.
const NO_SCANS: &str = "SET enable_seqscan = off";

/// A client with the statements that it has prepared.
struct Prepared {
    client: Client,
    statements: HashMap<&'static str, Statement>,
}

enum Held {
    Own(Prepared),
    #[cfg(feature = "deadpool")]
    Pool(deadpool_postgres::Object),
    #[cfg(feature = "deadpool")]
    Taken(deadpool_postgres::ClientWrapper),
}

/// A connection in use. Dropped, it is closed: whoever was cancelled or ran out of time does not know its state.
pub(crate) struct Session<'a> {
    /// `None` only while it is dropped or given back.
    held: Option<Held>,
    home: Option<&'a Connections>,
    _permit: Option<SemaphorePermit<'a>>,
}

impl Session<'_> {
    pub(crate) fn client(&self) -> &Client {
        match &self.held {
            Some(Held::Own(own)) => &own.client,
            #[cfg(feature = "deadpool")]
            Some(Held::Pool(object)) => object,
            #[cfg(feature = "deadpool")]
            Some(Held::Taken(client)) => client,
            None => unreachable!("it was given back"),
        }
    }

    pub(crate) fn client_mut(&mut self) -> &mut Client {
        match &mut self.held {
            Some(Held::Own(own)) => &mut own.client,
            #[cfg(feature = "deadpool")]
            Some(Held::Pool(object)) => object,
            #[cfg(feature = "deadpool")]
            Some(Held::Taken(client)) => client,
            None => unreachable!("it was given back"),
        }
    }

    /// Prepares a statement, once for each connection.
    pub(crate) async fn prepare(&mut self, sql: &'static str) -> Result<Statement, tokio_postgres::Error> {
        match &mut self.held {
            Some(Held::Own(own)) => {
                if let Some(statement) = own.statements.get(sql) {
                    return Ok(statement.clone());
                }
                let statement = own.client.prepare(sql).await?;
                own.statements.insert(sql, statement.clone());
                Ok(statement)
            }
            #[cfg(feature = "deadpool")]
            Some(Held::Pool(object)) => object.prepare_cached(sql).await,
            #[cfg(feature = "deadpool")]
            Some(Held::Taken(client)) => client.prepare_cached(sql).await,
            None => unreachable!("it was given back"),
        }
    }

    /// Gives the connection back for the next call.
    pub(crate) fn give_back(mut self) {
        match (self.held.take(), self.home) {
            (Some(Held::Own(own)), Some(home)) if !own.client.is_closed() => home.idle().push(own),
            // Dropping is how a pool gets one back.
            _ => {}
        }
    }
}

impl Drop for Session<'_> {
    fn drop(&mut self) {
        #[cfg(feature = "deadpool")]
        if let Some(Held::Pool(object)) = self.held.take() {
            drop(deadpool_postgres::Object::take(object));
        }
    }
}
