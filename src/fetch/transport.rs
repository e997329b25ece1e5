//! A connection, plain or secure, as hyper takes it.

use futures_lite::{AsyncRead, AsyncWrite, ready};
use hyper::rt::{Read, ReadBufCursor, Write};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

/// How much is read at once: the most that a TLS record holds.
const READ_BYTES_MAX: usize = 16 * 1024;

/// Bytes both ways.
pub(crate) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Duplex for S {}

/// The traits that hyper reads and writes through, over those of the futures world.
///
/// hyper's buffers may be uninitialised memory, which only unsafe code could hand to
/// `AsyncRead`; so bytes take the way over a buffer of our own, one short copy a read.
pub(crate) struct Transport {
    stream: Box<dyn Duplex>,
    buffer: Box<[u8]>,
}

impl Transport {
    pub(crate) fn new(stream: Box<dyn Duplex>) -> Self {
        Self { stream, buffer: vec![0; READ_BYTES_MAX].into() }
    }

    /// The connection, for what is said after HTTP.
    pub(crate) fn into_stream(self) -> Box<dyn Duplex> {
        self.stream
    }
}

impl Read for Transport {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut cursor: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let Self { stream, buffer } = &mut *self;
        let room = cursor.remaining().min(buffer.len());
        let count = ready!(Pin::new(stream).poll_read(cx, &mut buffer[..room]))?;
        cursor.put_slice(&buffer[..count]);
        Poll::Ready(Ok(()))
    }
}

impl Write for Transport {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_close(cx)
    }
}
