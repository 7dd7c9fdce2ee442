//! Connections that a fault can reset: the listener gives each one a switch.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::serve::Listener;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// Switch of one connection.
#[derive(Clone, Debug, Default)]
pub(crate) struct ConnectionSwitch(Arc<AtomicBool>);

impl ConnectionSwitch {
    /// Cuts the connection: nothing more is written to it, and the other side sees a reset.
    pub(crate) fn cut(&self) {
        self.0.store(true, Ordering::Release);
    }

    fn is_cut(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// A listener whose connections can be cut.
#[derive(Debug)]
pub(crate) struct SwitchableListener(pub(crate) TcpListener);

impl Listener for SwitchableListener {
    type Io = SwitchableStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (SwitchableStream, SocketAddr) {
        let (stream, address) = Listener::accept(&mut self.0).await;
        // Responses are small, and should not wait for the acknowledgement of earlier packets.
        let _ = stream.set_nodelay(true);
        (SwitchableStream { stream, switch: ConnectionSwitch::default() }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// Describes what a request can learn of its connection.
#[derive(Clone, Debug)]
pub(crate) struct Connection {
    pub(crate) switch: ConnectionSwitch,
    /// Address of this machine that the caller connected to; nothing if the connection is gone already.
    pub(crate) local: Option<IpAddr>,
}

/// A connection that fails from the moment of the cut.
#[derive(Debug)]
pub(crate) struct SwitchableStream {
    stream: TcpStream,
    switch: ConnectionSwitch,
}

impl SwitchableStream {
    pub(crate) fn connection(&self) -> Connection {
        let local = self.stream.local_addr().ok().map(|address| address.ip().to_canonical());
        Connection { switch: self.switch.clone(), local }
    }

    fn check(&self) -> io::Result<()> {
        if self.switch.is_cut() {
            // Closed without lingering, a connection is reset.
            let _ = self.stream.set_zero_linger();
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        Ok(())
    }
}

impl AsyncRead for SwitchableStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for SwitchableStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
