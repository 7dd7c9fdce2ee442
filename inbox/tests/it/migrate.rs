//! Installing and updating the schema.

use nd8_inbox::Inbox;
use nd8_inbox_proof::cluster::connect;
use tokio_postgres::NoTls;

use crate::support::{Database, Note, about};

#[tokio::test]
async fn processes_that_start_together_migrate_once() {
    let Some(database) = Database::create().await else { return };
    database.client.batch_execute("DROP SCHEMA nd8_inbox CASCADE").await.expect("begins with nothing");
    let config = database.config.clone();
    let inboxes: Vec<_> = (0..8).map(|_| Inbox::new(config.clone(), NoTls)).collect();
    let tasks: Vec<_> =
        inboxes.into_iter().map(|inbox| tokio::spawn(async move { inbox.migrate().await })).collect();
    for task in tasks {
        task.await.expect("does not panic").expect("migrates");
    }
    let client = connect(&config).await.expect("connects");
    let versions =
        client.query("SELECT version FROM nd8_inbox.migration ORDER BY 1", &[]).await.expect("lists");
    assert_eq!(versions.iter().map(|row| row.get(0)).collect::<Vec<i32>>(), [1, 2]);
}

#[tokio::test]
async fn an_older_schema_is_updated_and_keeps_its_rows() {
    let Some(database) = Database::create().await else { return };
    database.client.batch_execute("DROP SCHEMA nd8_inbox CASCADE").await.expect("begins with nothing");
    let config = database.config.clone();
    let client = connect(&config).await.expect("connects");
    client
        .batch_execute(
            "CREATE SCHEMA nd8_inbox;
            CREATE TABLE nd8_inbox.migration (version integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now());
            INSERT INTO nd8_inbox.migration VALUES (1);",
        )
        .await
        .expect("is version 0");
    client.batch_execute(include_str!("../../sql/1-tables.sql")).await.expect("is version 1");
    client
        .batch_execute(
            "INSERT INTO nd8_inbox.delivery (key, lane, body, secret_index, received_at) VALUES ('a', 1, '', 0, now())",
        )
        .await
        .expect("has a row");

    let inbox = Inbox::new(config, NoTls);
    let error = inbox.receive(&about("TX1")).await.expect_err("has no functions yet");
    assert!(error.is_not_migrated() && !error.is_unavailable(), "{error:?}");
    let worker = inbox.worker(Note(async |_| Ok(())));
    assert!(worker.run_until(std::future::pending()).await.expect_err("is too old").is_not_migrated());

    inbox.migrate().await.expect("updates");
    inbox.migrate().await.expect("finds nothing to do");
    assert_eq!(inbox.stats().await.expect("counts").done, 1);
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let Some(database) = Database::create().await else { return };
    database.client.batch_execute("INSERT INTO nd8_inbox.migration VALUES (999)").await.expect("is newer");
    let error = database.inbox.migrate().await.expect_err("is newer");
    assert!(error.is_newer_schema() && !error.is_unavailable());
    assert_eq!(
        error.to_string(),
        "cannot use the inbox: its schema is version 999 and this program knows up to 2: update the program"
    );
    let worker = database.inbox.worker(Note(async |_| Ok(())));
    assert!(worker.run_until(std::future::pending()).await.expect_err("is newer").is_newer_schema());
}

#[tokio::test]
async fn a_role_without_rights_to_create_starts_where_all_is_there() {
    let Some(database) = Database::create().await else { return };
    let role = format!("shop_{}", database.config.get_dbname().expect("has a name"));
    database
        .client
        .batch_execute(&format!(
            "CREATE ROLE {role} LOGIN;
            GRANT USAGE ON SCHEMA nd8_inbox TO {role};
            GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA nd8_inbox TO {role};"
        ))
        .await
        .expect("creates a role");
    let mut config = database.config.clone();
    config.user(&role);
    let inbox = Inbox::new(config, NoTls);
    inbox.migrate().await.expect("has nothing to do");
    inbox.receive(&about("TX1")).await.expect("is stored");
    let drop = format!("DROP OWNED BY {role}; REVOKE ALL ON SCHEMA nd8_inbox FROM {role}; DROP ROLE {role}");
    database.client.batch_execute(&drop).await.expect("leaves no role behind");
}
