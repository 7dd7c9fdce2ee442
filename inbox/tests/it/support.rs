//! A database for each test, and deliveries to put into it.

use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use nd8::webhooks::{Delivery, Verifier};
use nd8_inbox::{Handler, HandlerError, Inbox, Received, Transaction};
use nd8_inbox_proof::cluster::{Cluster, Unavailable, connect};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_postgres::{Client, Config, NoTls};

/// How long a test waits for something that has to come.
pub(crate) const LIMIT: Duration = Duration::from_secs(30);

/// An empty database with the schema of the inbox.
pub(crate) struct Database {
    pub(crate) config: Config,
    pub(crate) inbox: Inbox,
    /// A connection of somebody else.
    pub(crate) client: Client,
}

/// Returns the server that all tests share, or prints why the test is skipped.
pub(crate) fn cluster() -> Option<&'static Cluster> {
    static CLUSTER: OnceLock<Result<Cluster, Unavailable>> = OnceLock::new();
    match CLUSTER.get_or_init(Cluster::start) {
        Ok(cluster) => Some(cluster),
        Err(reason) => {
            eprintln!("skipped: {reason}");
            None
        }
    }
}

impl Database {
    /// Creates one, or prints why the test is skipped.
    pub(crate) async fn create() -> Option<Self> {
        let config = cluster()?.database().await.expect("creates a database");
        let inbox = Inbox::new(config.clone(), NoTls);
        inbox.migrate().await.expect("migrates");
        let client = connect(&config).await.expect("connects");
        client
            .batch_execute("CREATE TABLE effect (n bigserial, id bigint, subject text, note text)")
            .await
            .expect("creates a table");
        Some(Self { config, inbox, client })
    }

    /// Returns a number that a query counts.
    pub(crate) async fn count(&self, sql: &str) -> i64 {
        self.client.query_one(sql, &[]).await.expect("counts").get(0)
    }

    /// Waits until a condition in SQL holds.
    pub(crate) async fn until(&self, condition: &str) {
        let sql = format!("SELECT {condition}");
        let polling = async {
            while !self.client.query_one(&sql, &[]).await.expect("is a condition").get::<_, bool>(0) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(LIMIT, polling).await.unwrap_or_else(|_| panic!("never came: {condition}"));
    }

    /// Receives deliveries about payments, and returns their numbers.
    pub(crate) async fn receive(&self, payments: &[&str]) -> Vec<i64> {
        let mut ids = Vec::new();
        for payment in payments {
            ids.push(self.inbox.receive(&about(payment)).await.expect("is stored").id());
        }
        ids
    }
}

/// Leaves nothing behind on a server that is not ours.
impl Drop for Database {
    fn drop(&mut self) {
        let Some(cluster) = cluster().filter(|cluster| cluster.socket_folder().is_none()) else { return };
        let drop = format!("DROP DATABASE {} WITH (FORCE)", self.config.get_dbname().unwrap_or_default());
        // In a thread, since the runtime of the test cannot be waited for here.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async { connect(cluster.config()).await?.batch_execute(&drop).await })?;
            Ok::<_, HandlerError>(())
        });
        if let Ok(Err(error)) = dropping.join() {
            eprintln!("a database is left over: {error}");
        }
    }
}

/// Returns a verified delivery under an id.
pub(crate) fn delivery(id: &str, body: &[u8]) -> Delivery {
    let verifier = Verifier::new("whsec").max_body(16 * 1024 * 1024);
    verifier.verify(&verifier.signed_headers(id, "an.event", body), body).expect("is signed")
}

/// Returns a delivery about a payment under a new id.
pub(crate) fn about(payment: &str) -> Delivery {
    static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let count = COUNT.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
    let body = format!(
        r#"{{"event":"transaction.status_changed","transaction_id":"{payment}","status":"paid","count":{count}}}"#
    );
    delivery(&format!("delivery-{count}"), body.as_bytes())
}

/// Writes an effect into the transaction, and then acts as the test asks.
pub(crate) struct Note<F>(pub(crate) F);

impl<F, R> Handler for Note<F>
where
    F: Fn(Received) -> R + Send + Sync + 'static,
    R: Future<Output = Result<(), HandlerError>> + Send,
{
    async fn handle(
        &self,
        delivery: &Received,
        transaction: &mut Transaction<'_>,
    ) -> Result<(), HandlerError> {
        let insert = "INSERT INTO effect (id, subject) VALUES ($1, $2)";
        transaction.execute(insert, &[&delivery.id, &delivery.subject]).await?;
        (self.0)(delivery.clone()).await
    }
}

/// A worker that runs in the background, and what ends it.
pub(crate) struct Running {
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<Result<(), nd8_inbox::Error>>,
}

impl Running {
    pub(crate) fn start<H: Handler>(worker: nd8_inbox::Worker<H>) -> Self {
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(worker.run_until(async {
            let _ = stopped.await;
        }));
        Self { stop: Some(stop), task }
    }

    /// Asks the worker to stop, and waits until it has.
    pub(crate) async fn stop(mut self) {
        self.ask();
        tokio::time::timeout(LIMIT, self.task)
            .await
            .expect("stops")
            .expect("does not panic")
            .expect("ends well");
    }

    pub(crate) fn ask(&mut self) {
        let _ = self.stop.take().map(|stop| stop.send(()));
    }

    /// Ends the worker as a crash would.
    pub(crate) fn kill(self) {
        self.task.abort();
    }
}

/// What happened, in order.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    pub(crate) fn push(&self, text: impl Into<String>) {
        self.0.lock().expect("is not poisoned").push(text.into());
    }

    pub(crate) fn all(&self) -> Vec<String> {
        self.0.lock().expect("is not poisoned").clone()
    }
}
