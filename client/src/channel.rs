//! A connection, plain or over TLS.

use futures_lite::{AsyncRead, AsyncWrite};
use herd::runtime::Stream;
use herd::tls::Secured;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

/// A stream of a runtime, as it is or secured.
pub(crate) enum Channel<S> {
    /// As it is.
    Plain(S),
    /// Secured. It is some hundred bytes large, which a plain one need not be.
    Tls(Box<Secured<S>>),
}

/// A stream in both directions.
trait Duplex: AsyncRead + AsyncWrite + Unpin {}

impl<S: AsyncRead + AsyncWrite + Unpin> Duplex for S {}

impl<S: Stream> Channel<S> {
    fn inner(&mut self) -> Pin<&mut dyn Duplex> {
        match self {
            Self::Plain(stream) => Pin::new(stream),
            Self::Tls(stream) => Pin::new(&mut **stream),
        }
    }
}

impl<S: Stream> Stream for Channel<S> {}

impl<S: Stream> AsyncRead for Channel<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        self.inner().poll_read(cx, buffer)
    }
}

impl<S: Stream> AsyncWrite for Channel<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.inner().poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.inner().poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.inner().poll_close(cx)
    }
}
