//! One neighbor of an older herd, which understands only `AT` on its client port.

use super::conversation::Conversation;
use super::link_end::LinkEnd;
use super::neighbor::Neighbor;
use super::peer_link::PeerLink;
use crate::node::FeedCursor;
use crate::runtime::{Clock, Stream};
use crate::server::core::Core;
use crate::traffic::Purpose;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

/// How long a quiet link is left alone before it is looked at again; nothing is sent then, because
/// an older server would take it for a command.
const QUIET: Duration = Duration::from_secs(3600);

/// Pushes the log to a neighbor as bare `AT` lines. It never says what it has, so each new link
/// begins with everything again.
pub(super) struct Pusher<C: Clock> {
    core: Arc<Core<C>>,
    neighbor: Arc<Neighbor>,
    cursor: FeedCursor,
}

impl<C: Clock> Pusher<C> {
    pub(super) fn new(core: Arc<Core<C>>, neighbor: Arc<Neighbor>) -> Self {
        let cursor = FeedCursor::new(neighbor.id, 0, core.kept.node().log());
        Self { core, neighbor, cursor }
    }

    async fn push<S: Stream>(&mut self, link: &mut PeerLink<C, S>) -> Result<Infallible, LinkEnd> {
        let core = Arc::clone(&self.core);
        link.note_gained(&self.neighbor);
        self.neighbor.outbound.note_up(core.clock.uptime());
        log::info!(server:% = core.name, neighbor:% = self.neighbor.name; "pushing to a neighbor");
        if core.neighbors.catch_up {
            self.cursor.begin_again(core.kept.node().log());
        }
        let mut batch = Vec::new();
        loop {
            // Listen before looking at the log: a change in between is then not missed.
            let news = core.kept.news();
            let (covered, bytes_max) =
                (core.kept.covered(), core.limits.current().follow_batch_bytes);
            self.cursor.next_batch(core.kept.node().log(), covered, bytes_max, &mut batch);
            if batch.is_empty() {
                link.wait(news, core.clock.uptime() + QUIET).await?;
            } else {
                link.send(&batch).await?;
                self.neighbor.outbound.note_told(self.cursor.number());
                batch.clear();
            }
        }
    }
}

impl<C: Clock> Conversation<C> for Pusher<C> {
    const PURPOSE: Purpose = Purpose::Push;

    async fn talk<S: Stream>(&mut self, link: &mut PeerLink<C, S>) -> LinkEnd {
        let Err(end) = self.push(link).await;
        end
    }
}
