//! A connection between two servers.

use super::link_end::LinkEnd;
use super::neighbor::Neighbor;
use crate::runtime::{self, Clock, Stream};
use crate::server::buffer_pool::Chunk;
use crate::server::connection::Connection;
use crate::server::core::Core;
use crate::server::deadline::Deadline;
use crate::server::stop::StopWatch;
use crate::traffic::Purpose;
use futures_lite::future;
use std::fmt::{Debug, Display};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

/// After this many heartbeats without a sign of life from the other side, a link is dead.
pub(super) const HEARTBEATS_MISSED: u32 = 3;

/// One connection to or from a neighbor, with its deadlines.
pub(super) struct PeerLink<C: Clock, S: Stream> {
    core: Arc<Core<C>>,
    connection: Connection<S>,
    deadline: Deadline<C>,
    stop: StopWatch,
    gained: Option<Arc<Neighbor>>,
}

impl<C: Clock, S: Stream> PeerLink<C, S> {
    pub(super) fn new(
        core: Arc<Core<C>>,
        stream: S,
        purpose: Purpose,
        address: &(impl Display + Debug),
    ) -> Self {
        Self {
            connection: Connection::new(&core.wires, stream, purpose, address),
            deadline: Deadline::new(),
            stop: core.stop.watch(),
            core,
            gained: None,
        }
    }

    /// The uptime at which the link is dead if nothing comes until then.
    pub(super) fn silence_ends(&self) -> Duration {
        self.core.clock.uptime() + HEARTBEATS_MISSED * self.core.limits.current().heartbeat
    }

    /// The conversation works: notes that the neighbor is there.
    pub(super) fn note_gained(&mut self, neighbor: &Arc<Neighbor>) {
        self.connection.note_neighbor_gained(&neighbor.name);
        self.gained = Some(Arc::clone(neighbor));
    }

    /// Whether the conversation has ever worked.
    pub(super) fn was_gained(&self) -> bool {
        self.gained.is_some()
    }

    /// Waits for bytes until `due`, and reads them.
    pub(super) async fn receive(&mut self, due: Duration) -> Result<Chunk, LinkEnd> {
        future::poll_fn(|cx| match self.poll_receive(cx) {
            Poll::Pending => self.poll_end(cx, due).map(Err),
            received => received,
        })
        .await
    }

    /// Sends all of `bytes`, even while the server stops. If the neighbor takes nothing for too
    /// long, the link ends.
    pub(super) async fn send(&mut self, mut bytes: &[u8]) -> Result<(), LinkEnd> {
        let mut due = self.core.clock.uptime() + self.core.limits.current().stall;
        while !bytes.is_empty() {
            let count = future::poll_fn(|cx| match self.connection.poll_write(cx, bytes) {
                Poll::Pending if self.stop.poll_forced(cx).is_ready() => {
                    Poll::Ready(Err(LinkEnd::Stopped))
                }
                Poll::Pending => self.poll_silence(cx, due).map(Err),
                written => written.map_err(LinkEnd::from),
            })
            .await?;
            if count == 0 {
                return Err(LinkEnd::Closed);
            }
            bytes = &bytes[count..];
            due = self.core.clock.uptime() + self.core.limits.current().stall;
        }
        Ok(())
    }

    /// Waits until `news` completes (true) or `due` passes (false). Discards what comes in
    /// meanwhile.
    pub(super) async fn wait(
        &mut self,
        mut news: impl Future<Output = ()> + Unpin,
        due: Duration,
    ) -> Result<bool, LinkEnd> {
        future::poll_fn(|cx| {
            if std::pin::Pin::new(&mut news).poll(cx).is_ready() {
                return Poll::Ready(Ok(true));
            }
            match self.poll_receive(cx) {
                Poll::Ready(Err(end)) => return Poll::Ready(Err(end)),
                // There may be more; others have their turn first.
                Poll::Ready(Ok(_)) => cx.waker().wake_by_ref(),
                Poll::Pending => {}
            }
            match self.poll_end(cx, due) {
                Poll::Ready(LinkEnd::Silent) => Poll::Ready(Ok(false)),
                end => end.map(Err),
            }
        })
        .await
    }

    /// Ends a conversation in good order.
    pub(super) async fn close(&mut self) {
        // The other side may be gone, or take nothing; there is nothing left to tell it.
        let closed = self.connection.close_writing();
        let _ = runtime::timeout(&self.core.clock, self.core.limits.current().stall, closed).await;
    }

    fn poll_receive(&mut self, cx: &mut Context<'_>) -> Poll<Result<Chunk, LinkEnd>> {
        self.connection.poll_read(cx).map(|read| match read {
            Ok(chunk) if chunk.bytes().is_empty() => Err(LinkEnd::Closed),
            Ok(chunk) => Ok(chunk),
            Err(error) => Err(LinkEnd::Failed(error)),
        })
    }

    fn poll_end(&mut self, cx: &mut Context<'_>, due: Duration) -> Poll<LinkEnd> {
        if self.stop.poll_drained(cx).is_ready() {
            return Poll::Ready(LinkEnd::Stopped);
        }
        self.poll_silence(cx, due)
    }

    fn poll_silence(&mut self, cx: &mut Context<'_>, due: Duration) -> Poll<LinkEnd> {
        self.deadline.poll(cx, &self.core.clock, due).map(|()| LinkEnd::Silent)
    }
}

impl<C: Clock, S: Stream> Drop for PeerLink<C, S> {
    fn drop(&mut self) {
        if let Some(neighbor) = &self.gained {
            self.connection.note_neighbor_lost(&neighbor.name);
        }
    }
}
