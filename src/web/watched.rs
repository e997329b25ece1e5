//! A connection's bytes, with a note of when they move.

use super::pace::SharedPace;
use crate::runtime::{Clock, Stream};
use futures_lite::{AsyncRead, AsyncWrite};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

/// A stream that notes in its connection's pace when bytes come in, and when none can go out.
pub(super) struct Watched {
    stream: Box<dyn Stream>,
    pace: SharedPace,
    uptime: Box<dyn Fn() -> Duration + Send + Sync>,
}

impl Watched {
    pub(super) fn new(stream: Box<dyn Stream>, pace: SharedPace, clock: impl Clock) -> Self {
        Self { stream, pace, uptime: Box::new(move || clock.uptime()) }
    }
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if let Poll::Ready(Ok(1..)) = read {
            self.pace.lock().heard((self.uptime)());
        }
        read
    }
}

impl AsyncWrite for Watched {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        let mut pace = self.pace.lock();
        match written {
            Poll::Pending => pace.blocked((self.uptime)()),
            Poll::Ready(_) => pace.taken(),
        }
        drop(pace);
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_close(cx)
    }
}
