//! Turns a panic into the page that Django shows for an unhandled exception.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;

use crate::http::pages::server_error;

/// Turns a panic into the page that Django shows for an unhandled exception.
pub(crate) async fn catch_panics(request: Request, next: Next) -> Response {
    // A task of its own is what a panic ends. Where the connection breaks, the task goes on: what the request changed
    // is changed in whole.
    match tokio::spawn(next.run(request)).await {
        Ok(response) => response,
        Err(error) => {
            tracing::error!(%error, "a request handler panicked");
            server_error()
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use axum::http::StatusCode;

    use super::*;

    #[tokio::test]
    async fn a_panic_becomes_the_page_for_an_unhandled_error() {
        use axum::routing::get;

        async fn panics() -> StatusCode {
            panic!("a bug")
        }
        let router: axum::Router =
            axum::Router::new().route("/", get(panics)).layer(axum::middleware::from_fn(catch_panics));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async { axum::serve(listener, router).await });

        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).await.unwrap();

        assert!(response.starts_with("HTTP/1.1 500 "), "{response}");
        assert!(response.contains("content-type: text/html; charset=utf-8\r\n"), "{response}");
        assert!(
            response.contains("<h1>Server Error (500)</h1>") && !response.contains("a bug"),
            "{response}"
        );
    }
}
