//! One neighbor that follows this server.

use super::neighbor::Neighbor;
use super::peer_link::{LinkEnd, PeerLink};
use super::shared::Shared;
use crate::node::FeedCursor;
use crate::protocol::{Follow, Line, LineBuffer, PEER_LINE_BYTES_MAX, Since, write_invalid};
use crate::runtime::Runtime;
use futures_lite::future;
use std::sync::Arc;

/// The feed of one follower: waits for its FOLLOW, then tells it every change until it hangs up.
pub(super) struct Feed<R: Runtime> {
    shared: Arc<Shared<R>>,
    link: PeerLink<R>,
}

impl<R: Runtime> Feed<R> {
    pub(super) fn new(shared: Arc<Shared<R>>, link: PeerLink<R>) -> Self {
        Self { shared, link }
    }

    pub(super) async fn run(mut self) {
        let shared = Arc::clone(&self.shared);
        let end = match self.await_follow(&shared).await {
            Ok(Some((neighbor, since))) => self.tell(neighbor, since).await,
            Ok(None) => return self.link.close().await,
            Err(end) => end,
        };
        match end {
            LinkEnd::Stopped => self.link.close().await,
            _ if self.link.was_gained() => {
                log::info!(server:% = shared.name, reason:% = end; "a neighbor no longer follows");
            }
            _ => log::debug!(server:% = shared.name, reason:% = end; "a peer connection ended"),
        }
    }

    /// Reads the one line that a follower sends. Only a configured neighbor is served; anybody else
    /// gets the line back as invalid.
    async fn await_follow<'s>(
        &mut self,
        shared: &'s Shared<R>,
    ) -> Result<Option<(&'s Neighbor, Since)>, LinkEnd> {
        let line = self.first_line().await?;
        let neighbor = Follow::parse(&line).and_then(|follow| {
            let neighbor = shared.neighbors.iter().find(|known| known.name == follow.follower)?;
            Some((neighbor, follow.since))
        });
        if neighbor.is_none() {
            let text = String::from_utf8_lossy(&line);
            log::debug!(server:% = shared.name, line:? = text; "refused on the peer port");
            let mut reply = Vec::new();
            write_invalid(&line, &mut reply);
            self.link.send(&reply).await?;
        }
        Ok(neighbor)
    }

    async fn first_line(&mut self) -> Result<Vec<u8>, LinkEnd> {
        let mut lines = LineBuffer::new(PEER_LINE_BYTES_MAX);
        let due = self.link.silence_ends();
        loop {
            let chunk = self.link.receive(due).await?;
            if let Some(Line::Whole(line) | Line::Overlong(line)) =
                lines.next_line(&mut chunk.bytes())
            {
                return Ok(line.to_owned());
            }
        }
    }

    /// Tells `neighbor` whose log this is and every change in it, oldest first, as long as the link
    /// holds. One batch is under way at a time, and a neighbor that is slow to take it costs
    /// nothing: the log keeps the newest line of each client, and this keeps a number.
    async fn tell(&mut self, neighbor: &Neighbor, since: Since) -> LinkEnd {
        neighbor.note_sign_of_life();
        let feed = neighbor.begin_feed();
        self.link.note_gained(&neighbor.name);
        log::info!(server:% = self.shared.name, neighbor:% = neighbor.name; "a neighbor follows");
        match self.tell_changes(neighbor, since, feed).await {
            Ok(never) => match never {},
            Err(end) => end,
        }
    }

    async fn tell_changes(
        &mut self,
        neighbor: &Neighbor,
        since: Since,
        feed: u64,
    ) -> Result<std::convert::Infallible, LinkEnd> {
        let shared = Arc::clone(&self.shared);
        let mut logs = neighbor.logs();
        let mut cursor = self.cursor(neighbor, since);
        let mut batch = format!("LOG {} {}\n", shared.name, shared.log_id).into_bytes();
        let mut heartbeat_due = shared.runtime.uptime();
        loop {
            if !neighbor.is_newest_feed(feed) {
                return Err(LinkEnd::Replaced);
            }
            let changed = shared.changed.listen();
            if neighbor.logs() != logs {
                logs = neighbor.logs();
                cursor.send_whole(shared.node().log());
            }
            let (covered, bytes_max) = (shared.covered(), shared.limits.follow_batch_bytes);
            cursor.next_batch(shared.node().log(), covered, bytes_max, &mut batch);
            if batch.is_empty() && self.link.wait(changed, heartbeat_due).await? {
                continue;
            }
            // A heartbeat makes no news wait, nor does a batch that leaves some behind.
            let gathers = !batch.is_empty() && batch.len() < bytes_max;
            let seq = format!("SEQ {}\n", cursor.number());
            batch.extend_from_slice(seq.as_bytes());
            self.link.send(&batch).await?;
            batch.clear();
            heartbeat_due = shared.runtime.uptime() + shared.limits.heartbeat;
            if gathers {
                self.pause().await?;
            }
        }
    }

    /// Lets news gather, where fewer messages are worth the wait. A server that stops waits for no
    /// more, and tells what it has.
    async fn pause(&mut self) -> Result<(), LinkEnd> {
        let pause = self.shared.limits.follow_batch_pause;
        if pause.is_zero() {
            return Ok(());
        }
        let due = self.shared.runtime.uptime() + pause;
        match self.link.wait(future::pending(), due).await {
            Ok(_) | Err(LinkEnd::Stopped) => Ok(()),
            Err(end) => Err(end),
        }
    }

    /// Where to begin. A number means nothing without its log, and none beyond the newest one.
    fn cursor(&self, neighbor: &Neighbor, since: Since) -> FeedCursor {
        let node = self.shared.node();
        let last = node.log().last_number();
        let number = match since {
            Since::Number(log, number) if log == self.shared.log_id && number <= last => number,
            Since::Now => last,
            Since::Start | Since::Number(..) => 0,
        };
        FeedCursor::new(neighbor.id, number, node.log())
    }
}
