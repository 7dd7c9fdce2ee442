//! The router, over a socket.

use std::time::Duration;

use nd8::webhooks::Verifier;
use nd8_inbox::Inbox;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_postgres::NoTls;

use crate::support::Database;

const BODY: &[u8] = br#"{"event":"transaction.status_changed","transaction_id":"TX1","status":"paid"}"#;

async fn serve(inbox: &Inbox, verifier: Verifier) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("binds");
    let port = listener.local_addr().expect("has one").port();
    let app = inbox.router("/webhooks", verifier);
    tokio::spawn(async move { axum::serve(listener, app).await });
    port
}

/// Returns the status, and the head of the response.
async fn post(port: u16, headers: &[(&str, String)], body: &[u8]) -> (u16, String) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.expect("connects");
    let mut request = format!(
        "POST /webhooks HTTP/1.1\r\nhost: shop\r\nconnection: close\r\ncontent-length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    stream.write_all(request.as_bytes()).await.expect("writes");
    // A body that is too large is refused before all of it was read.
    let _ = stream.write_all(body).await;
    let mut response = Vec::new();
    let _ = stream.read_to_end(&mut response).await;
    let response = String::from_utf8_lossy(&response).to_lowercase();
    let status = response.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    (status, response)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_stored_is_acknowledged_and_nothing_else() {
    let Some(database) = Database::create().await else { return };
    let verifier = Verifier::new("whsec").max_body(1000);
    let port = serve(&database.inbox, verifier.clone()).await;
    let headers = |body: &[u8]| verifier.signed_headers("b7c1", "x", body);
    let stored = "SELECT count(*) FROM nd8_inbox.delivery";

    assert_eq!(post(port, &headers(b"other"), BODY).await.0, 400, "its signature is that of other bytes");
    assert_eq!(post(port, &headers(BODY)[..2], BODY).await.0, 400, "headers are missing");
    let large = vec![b' '; 1001];
    assert_eq!(post(port, &headers(&large), &large).await.0, 413);
    assert_eq!(database.count(stored).await, 0);

    let (status, response) = post(port, &headers(BODY), BODY).await;
    assert_eq!((status, database.count(stored).await), (204, 1), "{response}");
    assert_eq!(
        (post(port, &headers(BODY), BODY).await.0, database.count(stored).await),
        (204, 1),
        "a duplicate"
    );
    // What cannot be read is stored as well, so it can be acknowledged.
    let unreadable = br#"{"event":"transaction.status_changed","transaction_id":"#;
    let headers = verifier.signed_headers("ffff", "x", unreadable);
    assert_eq!((post(port, &headers, unreadable).await.0, database.count(stored).await), (204, 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_database_is_away_it_is_503_with_retry_after() {
    let verifier = Verifier::new("whsec");
    let mut config = tokio_postgres::Config::new();
    config.host_path("/nowhere").user("postgres");
    let away = Inbox::new(config, NoTls).timeout(Duration::from_secs(2));
    let headers = verifier.signed_headers("b7c1", "x", BODY);
    let (status, response) = post(serve(&away, verifier.clone()).await, &headers, BODY).await;
    assert_eq!(status, 503);
    assert!(response.contains("\r\nretry-after: 30\r\n"), "{response}");

    let Some(database) = Database::create().await else { return };
    let port = serve(&database.inbox, verifier.clone()).await;
    // Connections that are open end; the next call opens others.
    assert_eq!(post(port, &headers, BODY).await.0, 204);
    let name = database.config.get_dbname().expect("has a name");
    let others = format!(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{name}' AND pid <> pg_backend_pid()"
    );
    assert!(database.count(&others).await > 0);
    let second = verifier.signed_headers("ffff", "x", BODY);
    assert_eq!(post(port, &second, BODY).await.0, 204);

    // A schema that is gone is no outage.
    database.client.batch_execute("DROP SCHEMA nd8_inbox CASCADE").await.expect("drops");
    assert_eq!(post(port, &verifier.signed_headers("0000", "x", BODY), BODY).await.0, 500);
}
