//! A stream whose traffic is noted.

use super::buffer_pool::{CHUNK_BYTES, Chunk};
use super::core::Wires;
use crate::protocol::ServerName;
use crate::runtime::Stream;
use crate::traffic::{ConnectionId, Direction, Event, Purpose, Redactor};
use futures_lite::{AsyncWriteExt, future};
use std::fmt::{Debug, Display};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

/// One connection of a server: a stream, its number, and the note of everything on it in the
/// traffic log.
pub(super) struct Connection<S: Stream> {
    wires: Wires,
    stream: S,
    id: ConnectionId,
    /// What may be noted of the bytes that come in and go out.
    inward: Redactor,
    outward: Redactor,
}

impl<S: Stream> Connection<S> {
    pub(super) fn new(
        wires: &Wires,
        stream: S,
        purpose: Purpose,
        address: &(impl Display + Debug),
    ) -> Self {
        let id = wires.recorder.next_connection();
        let (inward, outward) = (Redactor::new(Direction::In), Redactor::new(Direction::Out));
        let connection = Self { wires: wires.clone(), stream, id, inward, outward };
        connection.record(Event::Opened(purpose, address));
        connection
    }

    /// Reads what is there; an empty chunk is the end of input.
    pub(super) fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Chunk>> {
        self.poll_read_up_to(cx, CHUNK_BYTES)
    }

    /// As [`poll_read`](Self::poll_read), but at most `bytes_max` bytes.
    pub(super) fn poll_read_up_to(
        &mut self,
        cx: &mut Context<'_>,
        bytes_max: usize,
    ) -> Poll<io::Result<Chunk>> {
        let read = self.wires.buffers.poll_read(cx, &mut self.stream, bytes_max);
        if let Poll::Ready(Ok(chunk)) = &read
            && !chunk.bytes().is_empty()
            && self.wires.recorder.is_on()
        {
            let shown = self.inward.redact(chunk.bytes());
            self.wires.recorder.record(self.id, Event::In(&shown));
        }
        read
    }

    /// Sends some of `bytes`, and returns how many.
    pub(super) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        if let Poll::Ready(Ok(count)) = written
            && self.wires.recorder.is_on()
        {
            let shown = self.outward.redact(&bytes[..count]);
            self.wires.recorder.record(self.id, Event::Out(&shown));
        }
        written
    }

    /// Reads until the other side hangs up, and forgets what it says.
    pub(super) async fn drain(&mut self) {
        while future::poll_fn(|cx| self.poll_read(cx))
            .await
            .is_ok_and(|chunk| !chunk.bytes().is_empty())
        {
            future::yield_now().await;
        }
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
        self.wires.recorder.record(self.id, event);
    }
}

impl<S: Stream> Drop for Connection<S> {
    fn drop(&mut self) {
        self.record(Event::Closed);
    }
}
