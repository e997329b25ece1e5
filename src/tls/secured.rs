//! A connection over TLS.

use super::failure::TlsFailure;
use super::peer_certificate::PeerCertificate;
use crate::runtime::Stream;
use futures_lite::{AsyncRead, AsyncWrite};
use rustls::{Connection, HandshakeKind};
use std::fmt;
use std::io::{self, IoSlice, Read, Write};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// The most bytes that are encrypted at once: those of one TLS record (RFC 8446, section 5.1).
const RECORD_BYTES_MAX: usize = 16 * 1024;

/// How often encrypted bytes are fetched in one read, 4 KiB each time. It bounds what one connection
/// costs all others.
const FETCHES_A_TURN: usize = 32;

/// A connection over TLS.
///
/// A write completes only when the connection below has taken all of the encrypted bytes. So
/// whoever limits and times what is not sent yet can do so as over a plain connection, and nothing
/// waits here for a flush. In return, a write that is pending must be repeated with the same bytes
/// first, since they are encrypted already; other bytes are an error.
pub struct Secured<S> {
    stream: S,
    session: Connection,
    /// What is encrypted and not all sent.
    begun: Option<Begun>,
    is_closing: bool,
}

/// Bytes of the caller's that are encrypted already.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Begun {
    count: usize,
    checksum: u32,
}

impl Begun {
    fn of(bytes: &[u8]) -> Self {
        Self { count: bytes.len(), checksum: crc32c::crc32c(bytes) }
    }

    fn is_repeated_in(self, bytes: &[u8]) -> bool {
        bytes.get(..self.count).is_some_and(|bytes| Self::of(bytes) == self)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Secured<S> {
    pub(super) fn new(stream: S, session: impl Into<Connection>) -> Self {
        Self { stream, session: session.into(), begun: None, is_closing: false }
    }

    /// What the other side has proved to be its certificate, if it has shown one.
    pub fn peer_certificate(&self) -> Option<PeerCertificate> {
        PeerCertificate::new(self.session.peer_certificates()?)
    }

    /// Whether this connection has gone on with the secrets of an earlier one, without certificates
    /// being shown again.
    pub fn is_resumed(&self) -> bool {
        self.session.handshake_kind() == Some(HandshakeKind::Resumed)
    }

    pub(super) fn is_handshaking(&self) -> bool {
        self.session.is_handshaking()
    }

    /// Sends everything that is encrypted.
    pub(super) fn poll_send(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.session.wants_write() {
            match self.session.write_tls(&mut Blocking { stream: &mut self.stream, cx }) {
                Ok(0) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Poll::Pending,
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Takes some encrypted bytes from the connection below; how many.
    pub(super) fn poll_fetch(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        match self.session.read_tls(&mut Blocking { stream: &mut self.stream, cx }) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Poll::Pending,
            fetched => Poll::Ready(fetched),
        }
    }

    /// Decrypts what was fetched.
    pub(super) fn decrypt(&mut self) -> Result<(), TlsFailure> {
        self.session.process_new_packets()?;
        Ok(())
    }

    /// Tells the other side below TLS that no more will come, and in TLS nothing.
    pub(super) fn poll_close_below(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_close(cx)
    }

    /// Decrypted bytes, where there are some; none if more had to be fetched for that. No bytes are
    /// the end of input.
    fn poll_fill(
        &mut self,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<Option<usize>>> {
        match self.session.reader().read(buffer) {
            Ok(count) => Poll::Ready(Ok(Some(count))),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                self.poll_more(cx).map_ok(|()| None)
            }
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                Poll::Ready(Err(TlsFailure::CutOff.into()))
            }
            Err(error) => Poll::Ready(Err(error)),
        }
    }

    fn poll_more(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_fetch(cx))?;
        let outcome = self.decrypt();
        // Answers of TLS itself, or the alert that says why this side gives up. Those that find no
        // room now go out with the next bytes.
        let sent = self.poll_send(cx);
        outcome?;
        match sent {
            Poll::Ready(sent) => Poll::Ready(sent),
            Poll::Pending => Poll::Ready(Ok(())),
        }
    }
}

impl<S: Stream> Stream for Secured<S> {}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Secured<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let mut filled = 0;
        for _ in 0..FETCHES_A_TURN {
            // What went wrong after some bytes came is found again by the next read.
            match self.poll_fill(cx, &mut buffer[filled..]) {
                Poll::Ready(Ok(Some(0))) | Poll::Ready(Err(_)) | Poll::Pending if filled > 0 => {
                    break;
                }
                Poll::Ready(Ok(Some(count))) => filled += count,
                Poll::Ready(Ok(None)) => continue,
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => return Poll::Pending,
            }
            if filled == 0 || filled == buffer.len() {
                return Poll::Ready(Ok(filled));
            }
        }
        if filled == 0 {
            // The other side sends records without content. Others have their turn first.
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Ok(filled))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Secured<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let begun = match self.begun {
            Some(begun) if begun.is_repeated_in(bytes) => begun.count,
            Some(_) => return Poll::Ready(Err(other_bytes())),
            None => self.session.writer().write(&bytes[..bytes.len().min(RECORD_BYTES_MAX)])?,
        };
        let sent = self.poll_send(cx);
        self.begun = sent.is_pending().then(|| Begun::of(&bytes[..begun]));
        sent.map_ok(|()| begun)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_send(cx))?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    /// Tells the other side, in TLS and below, that no more will come. It may go on answering.
    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !std::mem::replace(&mut self.is_closing, true) {
            self.session.send_close_notify();
        }
        ready!(self.poll_send(cx))?;
        Pin::new(&mut self.stream).poll_close(cx)
    }
}

fn other_bytes() -> io::Error {
    let message = "a write over TLS that is pending must be repeated with the same bytes";
    io::Error::new(io::ErrorKind::InvalidInput, message)
}

impl<S> fmt::Debug for Secured<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secured").finish_non_exhaustive()
    }
}

/// A stream as rustls takes it. Where it would have to wait, it fails with `WouldBlock`, and the task
/// is woken when it need not.
struct Blocking<'s, 'c, 'w, S> {
    stream: &'s mut S,
    cx: &'c mut Context<'w>,
}

fn now<T>(poll: Poll<io::Result<T>>) -> io::Result<T> {
    match poll {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
    }
}

impl<S: AsyncRead + Unpin> Read for Blocking<'_, '_, '_, S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        now(Pin::new(&mut *self.stream).poll_read(self.cx, buffer))
    }
}

impl<S: AsyncWrite + Unpin> Write for Blocking<'_, '_, '_, S> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        now(Pin::new(&mut *self.stream).poll_write(self.cx, bytes))
    }

    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        now(Pin::new(&mut *self.stream).poll_write_vectored(self.cx, slices))
    }

    fn flush(&mut self) -> io::Result<()> {
        now(Pin::new(&mut *self.stream).poll_flush(self.cx))
    }
}
