//! A proxy between a client and a sandbox that loses requests and responses.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What happens to one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing: it passes, and so does its response.
    None,
    /// The connection breaks before the request arrives.
    Lost,
    /// The request arrives and does its work; the connection breaks before the response.
    ResponseLost,
    /// The request arrives and does its work; the response breaks off in the middle.
    ResponseBrokenOff,
    /// The connection breaks, and the request arrives all the same: just before the next one that creates.
    Late,
    /// A gateway gives up on a request that does its work all the same.
    GatewayTimeout,
    /// A gateway responds because the server is unavailable.
    Unavailable,
    /// A gateway loses the response to a request that does its work.
    BadGateway,
    /// The framework throttles the request, which does nothing.
    Throttled,
    /// The same in other words, with the `code` of the framework.
    ThrottledByCode,
    /// In words that may be anybody's.
    ThrottledByWords,
    /// A proxy throttles after the request did its work.
    ThrottledLate,
}

/// How many changes the server made for one call.
pub(crate) type Made = Arc<AtomicUsize>;
/// Requests that are still on their way, each with the count of its call.
type Lingering = Arc<Mutex<Vec<(Vec<u8>, Made)>>>;
type Plan = Arc<Mutex<dyn FnMut(&str) -> Fault + Send>>;

/// The proxy: one connection a request, each with its fault.
pub(crate) struct Proxy {
    pub(crate) base_url: String,
    pub(crate) address: std::net::SocketAddr,
    upstream: String,
    made: Arc<Mutex<Made>>,
    lingering: Lingering,
    task: tokio::task::JoinHandle<()>,
}

impl Proxy {
    /// Starts a proxy for the server at `upstream`, which takes the fault of each request from `plan`, by its first line.
    pub(crate) async fn before(upstream: &str, plan: impl FnMut(&str) -> Fault + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("the listener has an address");
        let upstream = upstream.trim_start_matches("http://").trim_end_matches("/api").to_owned();
        let plan: Plan = Arc::new(Mutex::new(plan));
        let (made, lingering) = (Arc::<Mutex<Made>>::default(), Lingering::default());
        let task = tokio::spawn({
            let (upstream, made, lingering) = (upstream.clone(), Arc::clone(&made), Arc::clone(&lingering));
            async move {
                while let Ok((stream, _)) = listener.accept().await {
                    let (upstream, plan, lingering) =
                        (upstream.clone(), Arc::clone(&plan), Arc::clone(&lingering));
                    let made = Arc::clone(&made.lock().expect("no thread panics while it holds the lock"));
                    // A connection that breaks is what this is for.
                    tokio::spawn(async move { drop(pass(stream, &upstream, plan, lingering, made).await) });
                }
            }
        });
        Self { base_url: format!("http://{address}/api"), address, upstream, made, lingering, task }
    }

    /// Counts what the server does from now on for another call, and returns its count.
    pub(crate) fn count_anew(&self) -> Made {
        let made = Made::default();
        *self.made.lock().expect("no thread panics while it holds the lock") = Arc::clone(&made);
        made
    }

    /// Lets the requests arrive that are still on their way.
    pub(crate) async fn deliver_late(&self) -> std::io::Result<()> {
        deliver(&self.upstream, &self.lingering).await
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn pass(
    mut stream: TcpStream,
    upstream: &str,
    plan: Plan,
    lingering: Lingering,
    made: Made,
) -> std::io::Result<()> {
    let request = read_request(&mut stream).await?;
    let text = String::from_utf8_lossy(&request);
    let first_line = text.lines().next().unwrap_or_default();
    let fault = (plan.lock().expect("a plan does not panic"))(first_line);
    match fault {
        Fault::Lost => return Ok(()),
        Fault::Late => {
            lingering.lock().expect("no thread panics while it holds the lock").push((request, made));
            return Ok(());
        }
        Fault::Unavailable => return stream.write_all(gateway("503 Service Unavailable").as_bytes()).await,
        Fault::Throttled | Fault::ThrottledByCode | Fault::ThrottledByWords => {
            return stream.write_all(throttled(fault).as_bytes()).await;
        }
        _ => {}
    }
    if first_line.starts_with("POST") {
        deliver(upstream, &lingering).await?;
    }
    let response = forward(upstream, &request, &made).await?;
    match fault {
        Fault::ResponseBrokenOff => stream.write_all(&response[..response.len() - 1]).await,
        Fault::GatewayTimeout => stream.write_all(gateway("504 Gateway Timeout").as_bytes()).await,
        Fault::BadGateway => stream.write_all(gateway("502 Bad Gateway").as_bytes()).await,
        Fault::ThrottledLate => stream.write_all(gateway("429 Too Many Requests").as_bytes()).await,
        Fault::None => stream.write_all(&response).await,
        // What does not come as far as this, and what closes the connection.
        _ => Ok(()),
    }
}

async fn deliver(upstream: &str, lingering: &Lingering) -> std::io::Result<()> {
    let late = std::mem::take(&mut *lingering.lock().expect("no thread panics while it holds the lock"));
    for (request, made) in late {
        forward(upstream, &request, &made).await?;
    }
    Ok(())
}

/// Has the server do it, and counts the change if it made one.
async fn forward(upstream: &str, request: &[u8], made: &Made) -> std::io::Result<Vec<u8>> {
    let mut server = TcpStream::connect(upstream).await?;
    let once = String::from_utf8_lossy(request).replacen("\r\n", "\r\nconnection: close\r\n", 1);
    server.write_all(once.as_bytes()).await?;
    let mut response = Vec::new();
    server.read_to_end(&mut response).await?;
    if request.starts_with(b"POST") && response.starts_with(b"HTTP/1.1 2") {
        made.fetch_add(1, Ordering::SeqCst);
    }
    Ok(response)
}

/// The framework's own refusal, which is to be waited out for no time.
fn throttled(fault: Fault) -> String {
    let body = match fault {
        Fault::ThrottledByCode => r#"{"detail":"Slow down.","code":"throttled"}"#,
        Fault::ThrottledByWords => r#"{"detail":"Too many requests."}"#,
        _ => r#"{"detail":"Request was throttled. Expected available in 0 seconds."}"#,
    };
    format!(
        "HTTP/1.1 429 Too Many Requests\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

fn gateway(status: &str) -> String {
    let page = "<h1>Gateway</h1>";
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: text/html\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{page}",
        page.len()
    )
}

async fn read_request(stream: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let head = request.windows(4).position(|window| window == b"\r\n\r\n");
        if let Some(end) = head {
            let text = String::from_utf8_lossy(&request[..end]).to_lowercase();
            let length =
                text.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
            if request.len() >= end + 4 + length.unwrap_or(0) {
                return Ok(request);
            }
        }
        match stream.read(&mut buffer).await? {
            0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            read => request.extend_from_slice(&buffer[..read]),
        }
    }
}
