//! One neighbor that this server follows.

use super::conversation::Conversation;
use super::link_end::LinkEnd;
use super::neighbor::Neighbor;
use super::peer_link::PeerLink;
use crate::node::{Node, Origin};
use crate::protocol::{FeedLine, Follow, Line, LineBuffer, LogId, PEER_LINE_BYTES_MAX, Since};
use crate::runtime::{Clock, Stream};
use crate::server::core::Core;
use crate::server::look_ahead::LookAhead;
use crate::traffic::Purpose;
use futures_lite::future;
use std::convert::Infallible;
use std::sync::Arc;

/// The most refused lines of one chunk that are shown in the debug log.
const REFUSED_SHOWN_MAX: usize = 8;

/// Follows the log of one neighbor, and remembers how far it has got from one link to the next.
pub(super) struct Follower<C: Clock> {
    core: Arc<Core<C>>,
    neighbor: Arc<Neighbor>,
    /// The neighbor's log, and the number up to which this server has it.
    known: Option<(LogId, u64)>,
}

impl<C: Clock> Follower<C> {
    pub(super) fn new(core: Arc<Core<C>>, neighbor: Arc<Neighbor>) -> Self {
        Self { core, neighbor, known: None }
    }

    fn since(&self) -> Since {
        match self.known {
            _ if !self.core.neighbors.catch_up => Since::Now,
            Some((log, number)) => Since::Number(log, number),
            None => Since::Start,
        }
    }

    async fn follow<S: Stream>(
        &mut self,
        link: &mut PeerLink<C, S>,
    ) -> Result<Infallible, LinkEnd> {
        let follow = Follow { follower: self.core.name.clone(), since: self.since() };
        // Both lines go out together, so the neighbor has the second one when it reads the first.
        link.send(format!("{follow}\n{}\n", self.core.introduction()).as_bytes()).await?;
        let mut lines = LineBuffer::new(PEER_LINE_BYTES_MAX);
        let mut due = link.silence_ends();
        loop {
            let chunk = link.receive(due).await?;
            let mut rest = chunk.bytes();
            if !link.was_gained() {
                let Some(line) = lines.next_line(&mut rest) else { continue };
                self.begin(line)?;
                link.note_gained(&self.neighbor);
                self.neighbor.outbound.note_up(self.core.clock.uptime());
                let (server, neighbor) = (&self.core.name, &self.neighbor.name);
                log::info!(server:%, neighbor:%; "following a neighbor");
            }
            if self.take_in(&mut lines, rest) {
                due = link.silence_ends();
            }
            self.core.kept.commit().await?;
            // A neighbor that has much to tell must not keep this thread from everybody else.
            future::yield_now().await;
        }
    }

    /// The first line of a feed says whose log it is, and whether it is the one that is known.
    fn begin(&mut self, line: Line<'_>) -> Result<(), LinkEnd> {
        let (Line::Whole(text) | Line::Overlong(text)) = line;
        match FeedLine::parse(text) {
            // The server's own log is known by its identity: its name may belong to another as well.
            Some(FeedLine::Log(_, log)) if log == self.core.log_id => Err(LinkEnd::Oneself),
            Some(FeedLine::Log(name, _)) if name != self.neighbor.name => {
                Err(LinkEnd::Stranger(name))
            }
            Some(FeedLine::Log(_, log)) => {
                let is_known = self.known.is_some_and(|(known, _)| known == log);
                self.neighbor.namesakes().note_answer(log);
                if !is_known {
                    self.known = Some((log, 0));
                    // The feed for this neighbor looks at this once it is woken, so the order counts.
                    self.neighbor.note_new_log();
                    self.core.kept.wake_followers();
                }
                Ok(())
            }
            None if text.starts_with(b"? FOLLOW ") => Err(LinkEnd::Refused),
            _ => Err(LinkEnd::Nonsense(text.to_owned())),
        }
    }

    /// Takes in all changes of a chunk, with the node locked once; whether there was a word of the
    /// protocol in it, which is a sign that the link lives.
    fn take_in(&mut self, lines: &mut LineBuffer, mut rest: &[u8]) -> bool {
        let core = Arc::clone(&self.core);
        let mut refused = Vec::new();
        let mut understood = false;
        let mut node = core.kept.node();
        let mut look_ahead = LookAhead::default();
        look_ahead.line(&node, rest);
        while let Some(line) = lines.next_line(&mut rest) {
            if self.take_in_line(&mut node, line) {
                understood = true;
            } else if refused.len() < REFUSED_SHOWN_MAX {
                let (Line::Whole(text) | Line::Overlong(text)) = line;
                refused.push(String::from_utf8_lossy(text).into_owned());
            }
            look_ahead.line(&node, rest);
        }
        drop(node);
        for line in refused {
            let (server, neighbor) = (&self.core.name, &self.neighbor.name);
            log::debug!(server:%, neighbor:%, line:?; "refused a line of a neighbor");
        }
        understood
    }

    fn take_in_line(&mut self, node: &mut Node, line: Line<'_>) -> bool {
        let Line::Whole(text) = line else { return false };
        match FeedLine::parse(text) {
            Some(FeedLine::At(at)) => {
                // The line is part of the protocol even if the node refuses it, which it counts.
                let _ = node.take_in(&at, Origin::Neighbor(self.neighbor.id));
                true
            }
            Some(FeedLine::Seq(number)) => {
                if let Some((_, known)) = &mut self.known {
                    *known = number;
                }
                true
            }
            Some(FeedLine::Log(..)) | None => false,
        }
    }
}

impl<C: Clock> Conversation<C> for Follower<C> {
    const PURPOSE: Purpose = Purpose::Follow;

    async fn talk<S: Stream>(&mut self, link: &mut PeerLink<C, S>) -> LinkEnd {
        let Err(end) = self.follow(link).await;
        end
    }
}
