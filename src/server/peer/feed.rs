//! One neighbor that follows this server.

use super::link_end::LinkEnd;
use super::namesakes::{Admission, Claimant};
use super::neighbor::Neighbor;
use super::peer_link::{HEARTBEATS_MISSED, PeerLink};
use super::strangers::Strangers;
use crate::config::Address;
use crate::node::FeedCursor;
use crate::protocol::{
    EXCERPT_BYTES_MAX, Follow, Introduction, Line, LineBuffer, PEER_LINE_BYTES_MAX, ServerName,
    Since, write_invalid,
};
use crate::runtime::{Clock, Stream};
use crate::server::anteroom::Place;
use crate::server::core::Core;
use crate::server::visitor::Visitor;
use crate::tls::{PeerCertificate, TlsFailure};
use crate::traffic::redacted;
use futures_lite::{FutureExt, future};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// How long a connection may take to send its whole first line, even if it arrives in small pieces.
const FIRST_LINE_TIMEOUT: Duration = Duration::from_secs(3);

/// A neighbor that may follow, how it introduced itself, and what it wants.
type Follower = (Arc<Neighbor>, Option<Claimant>, Since);

/// The feed of one follower: waits for its FOLLOW, then tells it every change until it hangs up.
pub(super) struct Feed<C: Clock, S: Stream> {
    core: Arc<Core<C>>,
    strangers: Arc<Strangers>,
    link: PeerLink<C, S>,
    visitor: Visitor,
}

impl<C: Clock, S: Stream> Feed<C, S> {
    pub(super) fn new(
        core: Arc<Core<C>>,
        strangers: Arc<Strangers>,
        link: PeerLink<C, S>,
        visitor: Visitor,
    ) -> Self {
        Self { core, strangers, link, visitor }
    }

    /// Serves the connection until it ends. It keeps `place` until it has said a valid FOLLOW.
    pub(super) async fn run(mut self, place: Place) {
        let crowded = async {
            place.lost().await;
            Err(LinkEnd::Crowded)
        };
        let (neighbor, claimant, since) = match self.await_follow().or(crowded).await {
            Ok(Some(follow)) => follow,
            Ok(None) => return self.link.close().await,
            Err(end) => return self.report_stranger(&end),
        };
        drop(place);
        neighbor.note_sign_of_life();
        neighbor.namesakes().note_follower(claimant);
        let feed = neighbor.begin_feed();
        // A link that is replaced ends at once, even while its follower takes nothing.
        let replaced = async {
            neighbor.replaced(feed).await;
            Err(LinkEnd::Replaced)
        };
        let distrusted = distrusted(Arc::clone(&self.core), self.visitor.certificate.clone());
        let Err(end) = replaced.or(distrusted).or(self.tell(&neighbor, since)).await;
        if matches!(end, LinkEnd::Stopped) {
            self.link.close().await;
        }
        // A feed that was replaced says nothing of the state of the newer one.
        if !matches!(end, LinkEnd::Replaced) {
            neighbor.inbound.note_down(&end);
            neighbor.namesakes().note_follower_left(self.core.clock.uptime());
        }
        if let Some(count) = neighbor.events.left.note(self.core.clock.uptime()) {
            let (server, from, neighbor) = (&self.core.name, self.visitor.from, &neighbor.name);
            log::info!(server:%, neighbor:%, from:%, count, reason:% = end; "a neighbor no longer follows");
        }
    }

    /// Reads what a follower sends. Only a configured neighbor is served; anybody else gets the line
    /// back as invalid.
    async fn await_follow(&mut self) -> Result<Option<Follower>, LinkEnd> {
        let (line, introduction) = self.first_lines().await?;
        let Some(follow) = Follow::parse(&line) else {
            self.report_line(&line);
            return self.refuse(&line).await;
        };
        if introduction.as_ref().is_some_and(|it| it.log == self.core.log_id) {
            self.report_oneself();
            let log = format!("LOG {} {}\n", self.core.name, self.core.log_id);
            self.link.send(log.as_bytes()).await?;
            return Ok(None);
        }
        let Some(neighbor) = self.core.neighbors.follower(&follow.follower).map(Arc::clone) else {
            self.report_unknown(&follow.follower);
            return self.refuse(&line).await;
        };
        if !self.proves(&neighbor.name) {
            self.report_impostor(&neighbor);
            return self.refuse(&line).await;
        }
        let claimant = introduction.map(|introduction| self.claimant(introduction));
        if let Some(claimant) = &claimant {
            let (address, now) = (neighbor.address(), self.core.clock.uptime());
            let admission = neighbor.namesakes().admit(claimant, &address, now);
            if let Admission::Refused { first, known_for } = admission {
                self.report_namesake(&neighbor, &first, claimant, known_for);
                return self.refuse(&line).await;
            }
        }
        Ok(Some((neighbor, claimant, follow.since)))
    }

    /// The first line, and the introduction that comes along with it.
    async fn first_lines(&mut self) -> Result<(Vec<u8>, Option<Introduction>), LinkEnd> {
        let mut lines = LineBuffer::new(PEER_LINE_BYTES_MAX);
        let due = self.core.clock.uptime() + FIRST_LINE_TIMEOUT;
        while self.core.clock.uptime() < due {
            let chunk = self.link.receive(due).await?;
            let mut rest = chunk.bytes();
            let Some(Line::Whole(line) | Line::Overlong(line)) = lines.next_line(&mut rest) else {
                // Whoever sends without a pause must not keep this thread from everybody else.
                future::yield_now().await;
                continue;
            };
            let line = line.to_owned();
            let introduction = match lines.next_line(&mut rest) {
                Some(Line::Whole(line)) => Introduction::parse(line),
                Some(Line::Overlong(_)) | None => None,
            };
            return Ok((line, introduction));
        }
        Err(LinkEnd::Silent)
    }

    /// Whether the connection shows that the server `name` is on its other side. Over a plain
    /// connection, nobody can tell.
    fn proves(&self, name: &ServerName) -> bool {
        let certificate = self.visitor.certificate.as_ref();
        certificate.is_none_or(|certificate| certificate.is_valid_for(name.as_str()))
    }

    async fn refuse<T>(&mut self, line: &[u8]) -> Result<Option<T>, LinkEnd> {
        let mut reply = Vec::new();
        write_invalid(line, &mut reply);
        self.link.send(&reply).await?;
        Ok(None)
    }

    fn report_stranger(&self, end: &LinkEnd) {
        if let Some(count) = self.strangers.ended.note(self.core.clock.uptime()) {
            let (server, from) = (&self.core.name, self.visitor.from);
            log::info!(server:%, from:%, count, reason:% = end; "a connection to the peer port ended without FOLLOW");
        }
    }

    fn report_line(&self, line: &[u8]) {
        if let Some(count) = self.strangers.refused_line.note(self.core.clock.uptime()) {
            let (server, from) = (&self.core.name, self.visitor.from);
            let shown = redacted(line);
            let shown = String::from_utf8_lossy(&shown[..shown.len().min(EXCERPT_BYTES_MAX)]);
            log::info!(server:%, from:%, count, line:? = shown; "refused on the peer port");
        }
    }

    fn report_oneself(&self) {
        if let Some(count) = self.strangers.oneself.note(self.core.clock.uptime()) {
            let (server, from) = (&self.core.name, self.visitor.from);
            log::warn!(server:%, from:%, count; "this server dials itself: give each server the address at which the others reach it, as advertise = \"HOST:PORT\"");
        }
    }

    fn report_unknown(&self, name: &ServerName) {
        let now = self.core.clock.uptime();
        if let Some(count) = self.strangers.note_unknown_name(name, now) {
            let (server, from) = (&self.core.name, self.visitor.from);
            if name == server {
                log::warn!(server:%, from:%, count; "another server calls itself {name} as well");
            } else {
                log::warn!(server:%, from:%, count; "{name} is not among my neighbors");
            }
        }
    }

    fn report_impostor(&self, neighbor: &Neighbor) {
        let Some(certificate) = &self.visitor.certificate else { return };
        if let Some(count) = neighbor.events.impostor.note(self.core.clock.uptime()) {
            let (server, from, name) = (&self.core.name, self.visitor.from, &neighbor.name);
            let (wanted, names) = (name.to_string(), certificate.dns_names());
            let reason = TlsFailure::WrongName { wanted, names };
            log::warn!(server:%, neighbor:% = name, from:%, count, reason:%; "refused a server that calls itself {name}");
        }
    }

    /// Who wants to follow, and where it can be dialled: where it says, or on the address that it
    /// comes from if it says only that it listens on all of its own.
    fn claimant(&self, introduction: Introduction) -> Claimant {
        let Introduction { log, address } = introduction;
        let from = self.visitor.from.ip();
        let address = match address.parse::<Address>() {
            Ok(all) if all.is_wildcard() => SocketAddr::new(from, all.port()).to_string(),
            _ => address,
        };
        Claimant { log, address, from }
    }

    /// Warns of a second server of a neighbor's name, once it has been there for longer than a dead
    /// link of the first server would last.
    fn report_namesake(
        &self,
        neighbor: &Neighbor,
        first: &str,
        second: &Claimant,
        known_for: Duration,
    ) {
        if known_for <= HEARTBEATS_MISSED * self.core.limits.current().heartbeat {
            return;
        }
        if let Some(count) = neighbor.events.namesake.note(self.core.clock.uptime()) {
            let (server, from, second) = (&self.core.name, self.visitor.from, &second.address);
            log::warn!(server:%, first:%, second:%, from:%, count; "two servers call themselves {}: the second one is refused", neighbor.name);
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
        self.link.note_gained(neighbor);
        neighbor.inbound.note_up(self.core.clock.uptime());
        if let Some(count) = neighbor.events.follows.note(self.core.clock.uptime()) {
            let (server, from) = (&self.core.name, self.visitor.from);
            log::info!(server:%, neighbor:% = neighbor.name, from:%, count; "a neighbor follows");
        }
        let core = Arc::clone(&self.core);
        let mut logs = neighbor.logs();
        let mut cursor = self.cursor(neighbor, since);
        let mut batch = format!("LOG {} {}\n", core.name, core.log_id).into_bytes();
        let mut heartbeat_due = core.clock.uptime();
        loop {
            // Listen before looking at the log: a change in between is then not missed.
            let news = core.kept.news();
            if neighbor.logs() != logs {
                logs = neighbor.logs();
                cursor.send_whole(core.kept.node().log());
            }
            // What is covered is read before the log, so it is never more than what the log holds.
            let (covered, bytes_max) =
                (core.kept.covered(), core.limits.current().follow_batch_bytes);
            cursor.next_batch(core.kept.node().log(), covered, bytes_max, &mut batch);
            if batch.is_empty() && self.link.wait(news, heartbeat_due).await? {
                continue;
            }
            // A heartbeat makes no news wait, nor does a batch that leaves some behind.
            let gathers = !batch.is_empty() && cursor.number() >= covered;
            // SEQ comes after the lines that it covers: a link that breaks in between then only
            // makes the neighbor ask for lines that it has.
            batch.extend_from_slice(format!("SEQ {}\n", cursor.number()).as_bytes());
            self.link.send(&batch).await?;
            neighbor.inbound.note_told(cursor.number());
            batch.clear();
            heartbeat_due = core.clock.uptime() + core.limits.current().heartbeat;
            if gathers {
                self.pause().await?;
            }
        }
    }

    /// Waits for more changes, so that fewer messages are needed. A server that stops does not
    /// wait: it sends what it has.
    async fn pause(&mut self) -> Result<(), LinkEnd> {
        let pause = self.core.limits.current().follow_batch_pause;
        if pause.is_zero() {
            return Ok(());
        }
        let due = self.core.clock.uptime() + pause;
        match self.link.wait(future::pending(), due).await {
            Ok(_) | Err(LinkEnd::Stopped) => Ok(()),
            Err(end) => Err(end),
        }
    }

    /// Where to begin. A number counts only if it belongs to this log and is not greater than its
    /// newest number.
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

/// Completes when the follower's certificate is no longer good. Over a plain connection, never.
async fn distrusted<C: Clock>(
    core: Arc<Core<C>>,
    certificate: Option<PeerCertificate>,
) -> Result<Infallible, LinkEnd> {
    let Some(certificate) = certificate else { return future::pending().await };
    let failure = core.keyring.follower_distrusted(&certificate, &core.clock).await;
    Err(LinkEnd::Distrusted(failure))
}
