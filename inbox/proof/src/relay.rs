//! A relay between a client and a server, which can be cut, or lead elsewhere.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;

/// Where a relay leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Nowhere: connections are closed at once.
    Closed,
    /// A port on this machine.
    Port(u16),
    /// The socket of a PostgreSQL.
    Socket(PathBuf),
}

/// Listens on a port of its own, until it is dropped.
pub struct Relay {
    port: u16,
    target: Arc<Mutex<Target>>,
    /// Whether what passes is held: no byte arrives, and neither side notices. The last one is for new connections.
    cuts: Arc<Mutex<Vec<watch::Sender<bool>>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Relay {
    /// Starts one.
    ///
    /// # Errors
    ///
    /// If no port can be bound.
    pub async fn start(target: Target) -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        let target = Arc::new(Mutex::new(target));
        let cuts = Arc::new(Mutex::new(vec![watch::Sender::new(false)]));
        let (to, current) = (Arc::clone(&target), Arc::clone(&cuts));
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let to = to.lock().unwrap_or_else(PoisonError::into_inner).clone();
                let Some(cut) = last(&current).map(|cut| cut.subscribe()) else { return };
                tokio::spawn(async move {
                    // An error of one side ends the other, as a connection does.
                    let _ = match to {
                        Target::Closed => Ok(()),
                        Target::Port(port) => match TcpStream::connect(("127.0.0.1", port)).await {
                            Ok(server) => join(client, server, cut).await,
                            Err(error) => Err(error),
                        },
                        Target::Socket(path) => match UnixStream::connect(path).await {
                            Ok(server) => join(client, server, cut).await,
                            Err(error) => Err(error),
                        },
                    };
                });
            }
        });
        Ok(Self { port, target, cuts, task })
    }

    /// Returns the port that it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Leads connections elsewhere from now on.
    pub fn lead(&self, target: Target) {
        *self.target.lock().unwrap_or_else(PoisonError::into_inner) = target;
    }

    /// Holds all that passes, or lets it pass again.
    pub fn cut(&self, is_cut: bool) {
        if let Some(cut) = last(&self.cuts) {
            cut.send_replace(is_cut);
        }
    }

    /// Holds all that passes over the present connections for good. New ones work.
    pub fn strand(&self) {
        self.cut(true);
        self.cuts.lock().unwrap_or_else(PoisonError::into_inner).push(watch::Sender::new(false));
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn last(cuts: &Mutex<Vec<watch::Sender<bool>>>) -> Option<watch::Sender<bool>> {
    cuts.lock().unwrap_or_else(PoisonError::into_inner).last().cloned()
}

async fn join<S>(client: TcpStream, server: S, cut: watch::Receiver<bool>) -> std::io::Result<()>
where
    S: AsyncRead + AsyncWrite + Send + 'static,
{
    client.set_nodelay(true)?;
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = tokio::io::split(server);
    tokio::select! {
        ended = pass(from_client, to_server, cut.clone()) => ended,
        ended = pass(from_server, to_client, cut) => ended,
    }
}

async fn pass(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut cut: watch::Receiver<bool>,
) -> std::io::Result<()> {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let length = from.read(&mut buffer).await?;
        // Also the end of a connection does not arrive through a cut line.
        if cut.wait_for(|is_cut| !is_cut).await.is_err() || length == 0 {
            return Ok(());
        }
        to.write_all(&buffer[..length]).await?;
    }
}
