//! How long a connection is kept.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use nd8::{Builder, Client};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::support::PAYMENT;

/// Responds to requests without a body until the client closes the connection.
async fn serve(mut connection: TcpStream) -> std::io::Result<()> {
    let mut request = Vec::new();
    while connection.read_buf(&mut request).await? > 0 {
        if request.ends_with(b"\r\n\r\n") {
            request.clear();
            let response = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{PAYMENT}", PAYMENT.len());
            connection.write_all(response.as_bytes()).await?;
        }
    }
    Ok(())
}

/// Makes this many calls, one after the other, and returns how many connections they took.
async fn connections(calls: usize, configure: impl Fn(Builder<Client>) -> Builder<Client>) -> usize {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let base_url = format!("http://{}/api", listener.local_addr().expect("the listener has an address"));
    let accepted = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&accepted);
    let server = tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(serve(connection));
        }
    });
    let client = configure(Client::builder("k").base_url(base_url)).build().expect("the client is built");
    for _ in 0..calls {
        client.payments().get("TX1").send().await.expect("the server responds");
    }
    server.abort();
    accepted.load(Ordering::SeqCst)
}

#[tokio::test]
async fn a_connection_is_used_again_unless_it_was_idle_for_too_long() {
    let kept = connections(20, |it| it).await;
    assert!(kept < 20, "none of {kept} was used again");
    let kept = connections(20, |it| it.idle_timeout(Duration::MAX)).await;
    assert!(kept < 20, "none of {kept} was used again");
    assert_eq!(connections(5, |it| it.idle_timeout(Duration::ZERO)).await, 5);
    assert_eq!(connections(5, |it| it.idle_timeout(Duration::from_nanos(1))).await, 5);
}
