//! A connection between two servers.

use super::buffer_pool::Chunk;
use super::connection::Connection;
use super::deadline::Deadline;
use super::shared::Shared;
use super::stop::StopWatch;
use crate::journal::Failed;
use crate::protocol::ServerName;
use crate::runtime::Runtime;
use crate::traffic::Purpose;
use futures_lite::future;
use std::fmt::{self, Debug, Display};
use std::io;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

/// Heartbeats without a word from the other side, after which a link is dead.
const HEARTBEATS_MISSED: u32 = 3;

/// One connection to or from a neighbor, with its deadlines.
pub(super) struct PeerLink<R: Runtime> {
    shared: Arc<Shared<R>>,
    connection: Connection<R>,
    deadline: Deadline<R>,
    stop: StopWatch,
    gained: Option<ServerName>,
}

/// Why a link ended.
#[derive(Debug)]
pub(super) enum LinkEnd {
    /// The other side closed it.
    Closed,
    /// The connection failed, or could not be made.
    Failed(io::Error),
    /// Nothing came from the other side, or went to it, for too long.
    Silent,
    /// The other side said something that has no place in the conversation.
    Nonsense(Vec<u8>),
    /// Somebody else answered at the neighbor's address.
    Stranger(ServerName),
    /// The neighbor has opened a newer link.
    Replaced,
    /// This server stops.
    Stopped,
    /// This server's journal has failed.
    Journal(Failed),
}

impl Display for LinkEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LinkEnd::Closed => f.write_str("closed by the neighbor"),
            LinkEnd::Failed(error) => write!(f, "{error}"),
            LinkEnd::Silent => f.write_str("silent for too long"),
            LinkEnd::Nonsense(line) => write!(f, "unexpected: {:?}", String::from_utf8_lossy(line)),
            LinkEnd::Stranger(name) => write!(f, "{name} answers at its address"),
            LinkEnd::Replaced => f.write_str("replaced by a newer link"),
            LinkEnd::Stopped => f.write_str("this server stops"),
            LinkEnd::Journal(failed) => write!(f, "{failed}"),
        }
    }
}

impl From<io::Error> for LinkEnd {
    fn from(error: io::Error) -> Self {
        LinkEnd::Failed(error)
    }
}

impl From<Failed> for LinkEnd {
    fn from(failed: Failed) -> Self {
        LinkEnd::Journal(failed)
    }
}

impl<R: Runtime> PeerLink<R> {
    pub(super) fn new(
        shared: Arc<Shared<R>>,
        stream: R::Stream,
        purpose: Purpose,
        address: &(impl Display + Debug),
    ) -> Self {
        Self {
            connection: Connection::new(Arc::clone(&shared), stream, purpose, address),
            deadline: Deadline::new(),
            stop: shared.stop.watch(),
            shared,
            gained: None,
        }
    }

    /// The uptime at which a link that is silent from now on is dead.
    pub(super) fn silence_ends(&self) -> Duration {
        self.shared.runtime.uptime() + HEARTBEATS_MISSED * self.shared.limits.heartbeat
    }

    /// The conversation works: notes that the neighbor is there.
    pub(super) fn note_gained(&mut self, neighbor: &ServerName) {
        self.connection.note_neighbor_gained(neighbor);
        self.gained = Some(neighbor.clone());
    }

    /// Whether the conversation has ever worked.
    pub(super) fn was_gained(&self) -> bool {
        self.gained.is_some()
    }

    /// Reads what comes, until `due`.
    pub(super) async fn receive(&mut self, due: Duration) -> Result<Chunk, LinkEnd> {
        future::poll_fn(|cx| match self.poll_receive(cx) {
            Poll::Pending => self.poll_end(cx, due).map(Err),
            received => received,
        })
        .await
    }

    /// Sends all of `bytes`, also while the server stops; a neighbor that takes none of them for too
    /// long is given up.
    pub(super) async fn send(&mut self, mut bytes: &[u8]) -> Result<(), LinkEnd> {
        let mut due = self.shared.runtime.uptime() + self.shared.limits.stall;
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
            due = self.shared.runtime.uptime() + self.shared.limits.stall;
        }
        Ok(())
    }

    /// Waits until `news` completes (true) or `due` passes (false), forgetting what comes in.
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
        // The other side may be gone; there is nothing left to tell it.
        let _ = self.connection.close_writing().await;
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
        self.deadline.poll(cx, &self.shared.runtime, due).map(|()| LinkEnd::Silent)
    }
}

impl<R: Runtime> Drop for PeerLink<R> {
    fn drop(&mut self) {
        if let Some(neighbor) = &self.gained {
            self.connection.note_neighbor_lost(neighbor);
        }
    }
}
