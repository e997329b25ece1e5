//! One neighbor that follows this server.

use super::link_end::LinkEnd;
use super::neighbor::Neighbor;
use super::peer_link::PeerLink;
use crate::node::FeedCursor;
use crate::protocol::{Follow, Line, LineBuffer, PEER_LINE_BYTES_MAX, Since, write_invalid};
use crate::runtime::{Clock, Stream};
use crate::server::core::Core;
use futures_lite::future;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

/// The feed of one follower: waits for its FOLLOW, then tells it every change until it hangs up.
pub(super) struct Feed<C: Clock, S: Stream> {
    core: Arc<Core<C>>,
    link: PeerLink<C, S>,
    from: SocketAddr,
}

impl<C: Clock, S: Stream> Feed<C, S> {
    pub(super) fn new(core: Arc<Core<C>>, link: PeerLink<C, S>, from: SocketAddr) -> Self {
        Self { core, link, from }
    }

    pub(super) async fn run(mut self) {
        let (core, from) = (Arc::clone(&self.core), self.from);
        let (neighbor, since) = match self.await_follow().await {
            Ok(Some(follow)) => follow,
            Ok(None) => return self.link.close().await,
            Err(end) => {
                return log::debug!(server:% = core.name, from:%, reason:% = end; "a peer connection ended");
            }
        };
        let Err(end) = self.tell(&neighbor, since).await;
        if matches!(end, LinkEnd::Stopped) {
            self.link.close().await;
        }
        // A feed that was replaced says nothing of the state of the newer one.
        if !matches!(end, LinkEnd::Replaced) {
            neighbor.inbound.note_down(&end);
        }
        let neighbor = &neighbor.name;
        log::info!(server:% = core.name, neighbor:%, from:%, reason:% = end; "a neighbor no longer follows");
    }

    /// Reads the one line that a follower sends. Only a configured neighbor is served; anybody else
    /// gets the line back as invalid.
    async fn await_follow(&mut self) -> Result<Option<(Arc<Neighbor>, Since)>, LinkEnd> {
        let line = self.first_line().await?;
        let neighbor = Follow::parse(&line).and_then(|follow| {
            let neighbor = self.core.neighbors.follower(&follow.follower)?;
            Some((Arc::clone(neighbor), follow.since))
        });
        if neighbor.is_none() {
            let (server, from) = (&self.core.name, self.from);
            let text = String::from_utf8_lossy(&line);
            log::debug!(server:%, from:%, line:? = text; "refused on the peer port");
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
    /// holds. One batch is under way at a time. A neighbor that is slow to take it costs nothing:
    /// the log keeps the newest line of each client, and this keeps a number.
    async fn tell(
        &mut self,
        neighbor: &Arc<Neighbor>,
        since: Since,
    ) -> Result<Infallible, LinkEnd> {
        neighbor.note_sign_of_life();
        let feed = neighbor.begin_feed();
        self.link.note_gained(neighbor);
        neighbor.inbound.note_up(self.core.clock.uptime());
        let (server, from) = (&self.core.name, self.from);
        log::info!(server:%, neighbor:% = neighbor.name, from:%; "a neighbor follows");
        let core = Arc::clone(&self.core);
        let mut logs = neighbor.logs();
        let mut cursor = self.cursor(neighbor, since);
        let mut batch = format!("LOG {} {}\n", core.name, core.log_id).into_bytes();
        let mut heartbeat_due = core.clock.uptime();
        loop {
            if !neighbor.is_newest_feed(feed) {
                return Err(LinkEnd::Replaced);
            }
            // Listen before looking at the log: a change in between is then not missed.
            let news = core.kept.news();
            if neighbor.logs() != logs {
                logs = neighbor.logs();
                cursor.send_whole(core.kept.node().log());
            }
            // What is covered is read before the log, so it is never more than what the log holds.
            let (covered, bytes_max) = (core.kept.covered(), core.limits.follow_batch_bytes);
            cursor.next_batch(core.kept.node().log(), covered, bytes_max, &mut batch);
            if batch.is_empty() && self.link.wait(news, heartbeat_due).await? {
                continue;
            }
            // A heartbeat makes no news wait, nor does a batch that leaves some behind.
            let gathers = !batch.is_empty() && batch.len() < bytes_max;
            // SEQ comes after the lines that it covers: a link that breaks in between then only
            // makes the neighbor ask for lines that it has.
            batch.extend_from_slice(format!("SEQ {}\n", cursor.number()).as_bytes());
            self.link.send(&batch).await?;
            neighbor.inbound.note_told(cursor.number());
            batch.clear();
            heartbeat_due = core.clock.uptime() + core.limits.heartbeat;
            if gathers {
                self.pause().await?;
            }
        }
    }

    /// Lets news gather, where fewer messages are worth the wait. A server that stops waits for no
    /// more, and tells what it has.
    async fn pause(&mut self) -> Result<(), LinkEnd> {
        let pause = self.core.limits.follow_batch_pause;
        if pause.is_zero() {
            return Ok(());
        }
        let due = self.core.clock.uptime() + pause;
        match self.link.wait(future::pending(), due).await {
            Ok(_) | Err(LinkEnd::Stopped) => Ok(()),
            Err(end) => Err(end),
        }
    }

    /// Where to begin. A number means nothing without its log, and none beyond the newest one.
    fn cursor(&self, neighbor: &Neighbor, since: Since) -> FeedCursor {
        let node = self.core.kept.node();
        let last = node.log().last_number();
        let number = match since {
            Since::Number(log, number) if log == self.core.log_id && number <= last => number,
            Since::Now => last,
            Since::Start | Since::Number(..) => 0,
        };
        FeedCursor::new(neighbor.id, number, node.log())
    }
}
