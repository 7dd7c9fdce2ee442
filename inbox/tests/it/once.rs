//! `nd8::webhooks::handle_once_in` over a database of the user's own: the claim is a row that the handler's transaction inserts.

use nd8::webhooks::{Claim, Claiming, Deduplicator, Once, OnceError, Ticket, handle_once_in};
use tokio_postgres::{Client, Config};

use crate::support::Database;

struct Handled {
    config: Config,
}

impl Deduplicator for Handled {
    /// A connection within a transaction: dropped, it is closed, and rolled back by the server.
    type Transaction = Client;
    type Error = tokio_postgres::Error;

    fn claim<'a>(&'a self, ticket: &'a Ticket) -> Claiming<'a, Result<Claim<Client>, tokio_postgres::Error>> {
        Box::pin(async {
            let client = nd8_inbox_proof::cluster::connect(&self.config).await?;
            client.batch_execute("BEGIN").await?;
            let insert = "INSERT INTO handled (key) VALUES ($1) ON CONFLICT DO NOTHING";
            let is_won = client.execute(insert, &[&ticket.key()]).await? == 1;
            Ok(if is_won { Claim::Won(client) } else { Claim::AlreadyDone })
        })
    }

    fn complete<'a>(
        &'a self,
        _: &'a Ticket,
        client: Client,
    ) -> Claiming<'a, Result<(), tokio_postgres::Error>> {
        Box::pin(async move { client.batch_execute("COMMIT").await })
    }

    fn release<'a>(
        &'a self,
        _: &'a Ticket,
        client: Client,
    ) -> Claiming<'a, Result<(), tokio_postgres::Error>> {
        Box::pin(async move { client.batch_execute("ROLLBACK").await })
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn effects_and_claim_are_in_one_transaction_of_the_users_database() {
    let Some(database) = Database::create().await else { return };
    database.client.batch_execute("CREATE TABLE handled (key text PRIMARY KEY)").await.expect("creates");
    let store: Box<dyn Deduplicator<Transaction = Client, Error = tokio_postgres::Error>> =
        Box::new(Handled { config: database.config.clone() });
    let write = async |client: &mut Client| client.batch_execute("INSERT INTO effect DEFAULT VALUES").await;
    let effects = "SELECT count(*) FROM effect";

    // A process that dies between the effect and the completion.
    {
        let handling = handle_once_in(&store, "b7c1", async |client| {
            write(client).await?;
            std::future::pending::<Result<(), tokio_postgres::Error>>().await
        });
        let dies = tokio::time::timeout(std::time::Duration::from_millis(200), handling).await;
        assert!(dies.is_err());
    }
    assert_eq!(database.count(effects).await, 0);

    let failed = handle_once_in(&store, "b7c1", async |client| {
        write(client).await.map_err(|_| "not written")?;
        Err::<(), _>("no")
    });
    assert!(matches!(failed.await, Err(OnceError::Handler("no"))));
    assert_eq!(database.count(effects).await, 0);

    // Two at once: the second waits for the first, and finds it done.
    let (one, other) =
        tokio::join!(handle_once_in(&store, "b7c1", write), handle_once_in(&store, "b7c1", write));
    let mut outcomes = [one.expect("is handled"), other.expect("is handled")];
    outcomes.sort_by_key(|outcome| *outcome == Once::AlreadyDone);
    assert_eq!(outcomes, [Once::Handled(()), Once::AlreadyDone]);
    assert_eq!(database.count(effects).await, 1);
}
