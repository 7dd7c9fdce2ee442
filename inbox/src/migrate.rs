//! Installs and updates the schema `nd8_inbox`.

use tokio_postgres::Client;

use crate::error::{Error, Kind};

/// Each version of the schema is the one before and this. What has been released is never edited.
const MIGRATIONS: [&str; 2] = [include_str!("../sql/1-tables.sql"), include_str!("../sql/2-functions.sql")];

/// Key of the advisory lock under which one process at a time migrates. Any number that nobody else is likely to use.
const LOCK: i64 = 0x6e64_385f_696e_626f;

/// Brings the schema to the version of this code, in one transaction.
pub(crate) async fn run(client: &mut Client) -> Result<(), Error> {
    let failed = Error::query("migrate the inbox's schema");
    let transaction = client.transaction().await.map_err(&failed)?;
    transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await.map_err(&failed)?;
    let found = version(&transaction).await.map_err(&failed)?;
    let known = i32::try_from(MIGRATIONS.len()).unwrap_or(i32::MAX);
    if found > known {
        return Err(Kind::NewerSchema { found, known }.into());
    }
    if found == known {
        // Nothing to do, so no right to create anything is needed.
        return Ok(());
    }
    if found == 0 {
        let first = "CREATE SCHEMA IF NOT EXISTS nd8_inbox;
            CREATE TABLE nd8_inbox.migration (
                version integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
            )";
        transaction.batch_execute(first).await.map_err(&failed)?;
    }
    for (version, migration) in (1..).zip(MIGRATIONS).filter(|(version, _)| *version > found) {
        transaction.batch_execute(migration).await.map_err(&failed)?;
        let record = "INSERT INTO nd8_inbox.migration (version) VALUES ($1)";
        transaction.execute(record, &[&version]).await.map_err(&failed)?;
    }
    transaction.commit().await.map_err(&failed)
}

/// Fails unless the schema is of this code's version.
pub(crate) async fn check(client: &mut Client) -> Result<(), Error> {
    let failed = Error::query("read the version of the inbox's schema");
    let transaction = client.transaction().await.map_err(&failed)?;
    let found = version(&transaction).await.map_err(&failed)?;
    let known = i32::try_from(MIGRATIONS.len()).unwrap_or(i32::MAX);
    match found.cmp(&known) {
        std::cmp::Ordering::Less => Err(Kind::OlderSchema { found, known }.into()),
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Greater => Err(Kind::NewerSchema { found, known }.into()),
    }
}

/// Returns the version of the schema, 0 if there is none.
async fn version(transaction: &tokio_postgres::Transaction<'_>) -> Result<i32, tokio_postgres::Error> {
    let installed = "SELECT to_regclass('nd8_inbox.migration') IS NOT NULL";
    if !transaction.query_one(installed, &[]).await?.get::<_, bool>(0) {
        return Ok(0);
    }
    let newest = "SELECT coalesce(max(version), 0) FROM nd8_inbox.migration";
    Ok(transaction.query_one(newest, &[]).await?.get(0))
}
