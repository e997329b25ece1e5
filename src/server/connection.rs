//! A connection whose traffic is logged.

use super::buffer_pool::Chunk;
use super::outbox::Outbox;
use super::shared::Shared;
use crate::protocol::ServerName;
use crate::runtime::Runtime;
use crate::traffic::{ConnectionId, Event, Purpose};
use futures_lite::AsyncWriteExt;
use std::fmt::{Debug, Display};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// One connection of a server: a stream, its number, and the note of everything on it in the
/// traffic log.
pub(super) struct Connection<R: Runtime> {
    shared: Arc<Shared<R>>,
    stream: R::Stream,
    id: ConnectionId,
}

impl<R: Runtime> Connection<R> {
    pub(super) fn new(
        shared: Arc<Shared<R>>,
        stream: R::Stream,
        purpose: Purpose,
        address: &(impl Display + Debug),
    ) -> Self {
        let id = shared.next_connection();
        let connection = Self { shared, stream, id };
        connection.record(Event::Opened(purpose, address));
        connection
    }

    /// Reads what is there; an empty chunk is the end of input.
    pub(super) fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Chunk>> {
        let read = self.shared.buffers.poll_read(cx, &mut self.stream);
        if let Poll::Ready(Ok(chunk)) = &read
            && !chunk.bytes().is_empty()
        {
            self.record(Event::In(chunk.bytes()));
        }
        read
    }

    /// Sends replies that are ready, as much as the client takes.
    pub(super) fn poll_send(
        &mut self,
        cx: &mut Context<'_>,
        outbox: &mut Outbox,
    ) -> Poll<io::Result<()>> {
        let Self { shared, stream, id } = self;
        outbox.poll_send(cx, stream, |sent| record(shared, *id, Event::Out(sent)))
    }

    /// Sends some of `bytes`, and returns how many.
    pub(super) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        use futures_lite::AsyncWrite;
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        if let Poll::Ready(Ok(count)) = written {
            self.record(Event::Out(&bytes[..count]));
        }
        written
    }

    /// Tells the other side that no more will come.
    pub(super) async fn close_writing(&mut self) -> io::Result<()> {
        self.stream.close().await
    }

    pub(super) fn note_neighbor_gained(&self, neighbor: &ServerName) {
        self.record(Event::NeighborGained(neighbor));
    }

    pub(super) fn note_neighbor_lost(&self, neighbor: &ServerName) {
        self.record(Event::NeighborLost(neighbor));
    }

    fn record(&self, event: Event<'_>) {
        record(&self.shared, self.id, event);
    }
}

fn record<R: Runtime>(shared: &Shared<R>, id: ConnectionId, event: Event<'_>) {
    if let Some(traffic) = &shared.traffic {
        traffic.record(shared.runtime.now(), id, event);
    }
}

impl<R: Runtime> Drop for Connection<R> {
    fn drop(&mut self) {
        self.record(Event::Closed);
    }
}
