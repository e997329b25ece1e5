//! One end of a simulated connection, as a program holds it.

use super::ids::PipeId;
use super::world::World;
use crate::runtime::network::Stream;
use futures_lite::{AsyncRead, AsyncWrite};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// One end of a connection between two [`Machine`](super::Machine)s.
pub struct SimStream {
    world: Arc<World>,
    end: PipeId,
}

impl SimStream {
    pub(super) fn new(world: Arc<World>, end: PipeId) -> Self {
        Self { world, end }
    }
}

impl Drop for SimStream {
    fn drop(&mut self) {
        self.world.with(|state| state.network.drop_end(&mut state.timeline, self.end));
    }
}

impl Stream for SimStream {}

impl AsyncRead for SimStream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let Self { world, end } = &*self;
        let read = world.with(|state| {
            state.network.at_end(&mut state.timeline, *end, |connection, timeline, conditions| {
                connection.poll_read(timeline, conditions, end.writer, cx, buffer)
            })
        });
        read.unwrap_or_else(gone)
    }
}

impl AsyncWrite for SimStream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let Self { world, end } = &*self;
        let written = world.with(|state| {
            let written = state.network.at_end(
                &mut state.timeline,
                *end,
                |connection, timeline, conditions| {
                    connection.poll_write(timeline, conditions, end.writer, cx, bytes)
                },
            );
            if let Some(Poll::Ready(Ok(count))) = written {
                state.timeline.note_bytes(&bytes[..count]);
                state.observe_sent(*end, &bytes[..count]);
            }
            written
        });
        written.unwrap_or_else(gone)
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Self { world, end } = &*self;
        let closed = world.with(|state| {
            state.network.at_end(&mut state.timeline, *end, |connection, timeline, conditions| {
                connection.close(timeline, conditions, end.writer)
            })
        });
        Poll::Ready(closed.unwrap_or_else(|| Err(io::ErrorKind::NotConnected.into())))
    }
}

fn gone<T>() -> Poll<io::Result<T>> {
    Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()))
}
