//! Serves connections: a bounded number at once, each with a bounded time to send the header of a request.
//!
//! Not here: what a request leads to (`server`).

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::serve::Listener as _;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::sync::Semaphore;

use crate::faults::connection::SwitchableListener;

/// Describes what a caller can take up before anything is known of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ConnectionLimits {
    /// Number of connections that are open at once; more wait in the backlog of the operating system.
    pub(crate) connections: usize,
    /// Time that the header of a request may take. It also ends connections that are idle for so long.
    pub(crate) header: Duration,
}

impl Default for ConnectionLimits {
    fn default() -> ConnectionLimits {
        ConnectionLimits { connections: 1024, header: Duration::from_secs(30) }
    }
}

/// Serves until `stop` is ready. Then it accepts no more connections and waits for the responses in flight.
pub(crate) async fn serve(
    mut listener: SwitchableListener,
    router: Router,
    limits: ConnectionLimits,
    stop: impl Future<Output = ()>,
) {
    let router = TowerToHyperService::new(router);
    let graceful = GracefulShutdown::new();
    let free = Arc::new(Semaphore::new(limits.connections));
    let mut stop = std::pin::pin!(stop);
    loop {
        let next = async {
            // It fails only when it is closed, and nothing closes it.
            let permit = Arc::clone(&free).acquire_owned().await.ok();
            (permit, listener.accept().await.0)
        };
        let (permit, stream) = tokio::select! {
            accepted = next => accepted,
            () = &mut stop => break,
        };
        let (router, connection) = (router.clone(), stream.connection());
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(connection.clone());
            router.call(request.map(Body::new))
        });
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(limits.header);
        let serving = graceful.watch(http.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            // An error here is a caller who broke off, which is none of the sandbox's business.
            let _ = serving.await;
            drop(permit);
        });
    }
    drop(listener);
    graceful.shutdown().await;
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpStream};

    use super::*;

    async fn serving(limits: ConnectionLimits) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/", get(async || "here"));
        tokio::spawn(serve(SwitchableListener(listener), router, limits, std::future::pending()));
        address
    }

    async fn get_once(address: SocketAddr) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).await.unwrap();
        response
    }

    /// Without the limit, this test waits for ever.
    #[tokio::test]
    async fn a_header_that_never_ends_ends_the_connection() {
        let header = Duration::from_millis(50);
        let address = serving(ConnectionLimits { header, ..ConnectionLimits::default() }).await;
        for beginning in ["", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nhost: x\r\nx-a: "] {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(beginning.as_bytes()).await.unwrap();
            let mut rest = Vec::new();
            let _ = stream.read_to_end(&mut rest).await;
        }
        assert!(get_once(address).await.ends_with("here"));
    }

    #[tokio::test]
    async fn connections_beyond_the_limit_wait_for_one_that_ends() {
        let limits = ConnectionLimits { connections: 2, header: Duration::from_millis(50) };
        let address = serving(limits).await;
        let mut idle = Vec::new();
        for _ in 0..8 {
            idle.push(TcpStream::connect(address).await.unwrap());
        }
        assert!(get_once(address).await.ends_with("here"), "the idle ones before it have ended");
    }
}
