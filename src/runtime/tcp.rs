//! A TCP connection.

use super::Stream;
use super::ready_set::{Readiness, ReadySet};
use futures_lite::{AsyncRead, AsyncWrite};
use mio::net::TcpStream;
use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// A TCP connection. Small replies go out at once (`TCP_NODELAY`).
#[derive(Clone, Debug)]
pub struct Tcp(Arc<Socket>);

#[derive(Debug)]
struct Socket {
    stream: TcpStream,
    set: &'static ReadySet,
    key: usize,
    readiness: Arc<Readiness>,
}

impl Tcp {
    pub(super) fn new(stream: std::net::TcpStream, set: &'static ReadySet) -> io::Result<Self> {
        stream.set_nonblocking(true)?;
        stream.set_nodelay(true)?;
        let mut stream = TcpStream::from_std(stream);
        let (key, readiness) = set.add(&mut stream)?;
        Ok(Self(Arc::new(Socket { stream, set, key, readiness })))
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.set.remove(self.key, &mut self.stream);
    }
}

impl Stream for Tcp {}

impl AsyncRead for Tcp {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let Socket { stream, readiness, .. } = &*self.0;
        let mut stream = stream;
        readiness.reading.poll(cx, buffer.len(), || stream.read(buffer))
    }
}

impl AsyncWrite for Tcp {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let Socket { stream, readiness, .. } = &*self.0;
        let mut stream = stream;
        readiness.writing.poll(cx, bytes.len(), || stream.write(bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    /// Tells the other side that no more will come, which may go on answering.
    fn poll_close(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.0.stream.shutdown(Shutdown::Write))
    }
}
