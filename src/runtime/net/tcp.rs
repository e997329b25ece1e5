//! A TCP connection.

use super::readiness::Readiness;
use super::socket_set::SocketSet;
use crate::runtime::network::Stream;
use futures_lite::{AsyncRead, AsyncWrite};
use mio::Interest;
use mio::net::TcpStream;
use std::future::poll_fn;
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// A TCP connection. Small replies go out at once (`TCP_NODELAY`).
#[derive(Debug)]
pub struct Tcp {
    stream: TcpStream,
    sockets: Arc<SocketSet>,
    key: usize,
    readiness: Arc<Readiness>,
}

impl Tcp {
    /// Connects to one address.
    ///
    /// # Errors
    /// When nobody answers there, or the system has no file descriptors left.
    pub(in crate::runtime) async fn connect(
        sockets: Arc<SocketSet>,
        address: SocketAddr,
    ) -> io::Result<Self> {
        let tcp = Self::watched(sockets, TcpStream::connect(address)?)?;
        // The socket becomes writable when the attempt ends, in success or in failure.
        poll_fn(|cx| tcp.readiness.writing.poll(cx, || require_connected(&tcp.stream))).await?;
        tcp.stream.set_nodelay(true)?;
        Ok(tcp)
    }

    /// Takes over a connection that a port has accepted.
    ///
    /// # Errors
    /// When the connection is gone already, or the system cannot watch it.
    pub(super) fn accepted(sockets: Arc<SocketSet>, stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        let tcp = Self::watched(sockets, stream)?;
        // There is room for the first reply, so it need not wait for the system to say so.
        tcp.readiness.writing.note_ready();
        Ok(tcp)
    }

    fn watched(sockets: Arc<SocketSet>, mut stream: TcpStream) -> io::Result<Self> {
        let (key, readiness) = sockets.add(&mut stream, Interest::READABLE | Interest::WRITABLE)?;
        Ok(Self { stream, sockets, key, readiness })
    }
}

/// Fails with `WouldBlock` while the attempt to connect goes on.
fn require_connected(stream: &TcpStream) -> io::Result<()> {
    if let Some(error) = stream.take_error()? {
        return Err(error);
    }
    match stream.peer_addr() {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotConnected => {
            Err(io::ErrorKind::WouldBlock.into())
        }
        Err(error) => Err(error),
    }
}

impl Drop for Tcp {
    fn drop(&mut self) {
        self.sockets.remove(self.key, &mut self.stream);
    }
}

impl Stream for Tcp {}

impl AsyncRead for Tcp {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let Self { stream, readiness, .. } = self.get_mut();
        readiness.reading.poll_transfer(cx, buffer.len(), || stream.read(buffer))
    }
}

impl AsyncWrite for Tcp {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let Self { stream, readiness, .. } = self.get_mut();
        readiness.writing.poll_transfer(cx, bytes.len(), || stream.write(bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    /// Tells the other side that no more will come. It may go on answering.
    fn poll_close(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.stream.shutdown(Shutdown::Write))
    }
}
