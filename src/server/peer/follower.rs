//! One neighbor that this server follows.

use super::conversation::Conversation;
use super::doubted_line::DoubtedLine;
use super::early_lines::EarlyLines;
use super::link_end::LinkEnd;
use super::neighbor::Neighbor;
use super::peer_link::PeerLink;
use crate::node::{Node, Refusal};
use crate::protocol::{
    At, FeedLine, Follow, Line, LineBuffer, LogId, PEER_LINE_BYTES_MAX, Since, Timestamp,
};
use crate::runtime::{Clock, Stream};
use crate::server::core::Core;
use crate::server::look_ahead::LookAhead;
use crate::traffic::Purpose;
use crate::traffic::redacted;
use futures_lite::future;
use std::convert::Infallible;
use std::sync::Arc;

/// The most refused lines of one chunk that are shown in the debug log.
const REFUSED_SHOWN_MAX: usize = 8;

/// Follows the log of one neighbor, and remembers how far it has got from one link to the next.
pub(super) struct Follower<C: Clock> {
    core: Arc<Core<C>>,
    neighbor: Arc<Neighbor>,
    /// The neighbor's log, and the number up to which this server has it. The number does not pass
    /// a line that came too early.
    known: Option<(LogId, u64)>,
    /// What came too early on the current link.
    early: EarlyLines,
}

impl<C: Clock> Follower<C> {
    pub(super) fn new(core: Arc<Core<C>>, neighbor: Arc<Neighbor>) -> Self {
        let early = EarlyLines::new(core.limits.current().clock_tolerance, core.clock.uptime());
        Self { core, neighbor, known: None, early }
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
            if self.should_ask_again() {
                return Err(LinkEnd::AsksAgain);
            }
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
                let (tolerance, now) =
                    (self.core.limits.current().clock_tolerance, self.core.clock.uptime());
                self.early = EarlyLines::new(tolerance, now);
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
        let now = core.clock.now();
        let (mut refused, mut doubted) = (Vec::new(), Vec::new());
        let mut understood = false;
        let mut node = core.kept.node();
        let mut look_ahead = LookAhead::default();
        look_ahead.line(&node, rest);
        while let Some(line) = lines.next_line(&mut rest) {
            if self.take_in_line(&mut node, line, now, &mut doubted) {
                understood = true;
            } else if refused.len() < REFUSED_SHOWN_MAX {
                let (Line::Whole(text) | Line::Overlong(text)) = line;
                refused.push(String::from_utf8_lossy(&redacted(text)).into_owned());
            }
            look_ahead.line(&node, rest);
        }
        drop(node);
        let (server, neighbor) = (&self.core.name, &self.neighbor.name);
        doubted.iter().for_each(|line: &DoubtedLine| line.tell(server, neighbor));
        for line in refused {
            log::debug!(server:%, neighbor:%, line:?; "refused a line of a neighbor");
        }
        understood
    }

    /// Whether the line is part of the protocol, even if the node refuses it.
    fn take_in_line(
        &mut self,
        node: &mut Node,
        line: Line<'_>,
        now: Timestamp,
        doubted: &mut Vec<DoubtedLine>,
    ) -> bool {
        let Line::Whole(text) = line else { return false };
        match FeedLine::parse(text) {
            Some(FeedLine::At(at)) => {
                if let Err(refusal) = node.take_in_from_neighbor(&at, self.neighbor.id, now) {
                    doubted.extend(self.note_refused(&at, refusal, now));
                }
                true
            }
            Some(FeedLine::Seq(number)) => {
                if let Some((_, known)) = &mut self.known
                    && self.early.is_empty()
                {
                    *known = number;
                }
                true
            }
            Some(FeedLine::Log(..)) | None => false,
        }
    }

    /// Returns what to tell of a line that was refused, if it is to be told now.
    fn note_refused(
        &mut self,
        at: &At<'_>,
        refusal: Refusal,
        now: Timestamp,
    ) -> Option<DoubtedLine> {
        let events = &self.neighbor.events;
        let (event, ahead_ns) = match refusal {
            Refusal::TooEarly => {
                self.early.note(at.received_ns());
                (&events.too_early, at.received_ns() - i128::from(now.as_nanos()))
            }
            Refusal::TooFarAhead => (&events.too_far_ahead, -at.skew().as_nanos()),
            // The node counts these itself.
            Refusal::TooManyClients
            | Refusal::TooManyBytes
            | Refusal::NoRoom
            | Refusal::TooLong => return None,
        };
        let count = event.note(self.core.clock.uptime())?;
        Some(DoubtedLine::new(at, refusal, ahead_ns, count))
    }

    /// Whether lines that came too early are worth a new link by now. A server that asks only for
    /// what comes from now on would not get them.
    fn should_ask_again(&self) -> bool {
        let clock = &self.core.clock;
        self.core.neighbors.catch_up
            && !self.early.is_empty()
            && self.early.are_due(clock.now(), clock.uptime())
    }
}

impl<C: Clock> Conversation<C> for Follower<C> {
    const PURPOSE: Purpose = Purpose::Follow;

    async fn talk<S: Stream>(&mut self, link: &mut PeerLink<C, S>) -> LinkEnd {
        let Err(end) = self.follow(link).await;
        end
    }
}
