//! One neighbor of an older kind, which knows nothing but `AT` on its client port.

use super::dialer::Conversation;
use super::neighbor::Neighbor;
use super::peer_link::{LinkEnd, PeerLink};
use super::shared::Shared;
use crate::node::FeedCursor;
use crate::protocol::ServerName;
use crate::runtime::Runtime;
use crate::traffic::Purpose;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

/// How long a quiet link is left alone before it is looked at again; nothing is sent then, because
/// an older server would take it for a command.
const QUIET: Duration = Duration::from_secs(3600);

/// Pushes the log to a neighbor as bare `AT` lines. It never says what it has, so each new link
/// begins with everything again.
pub(super) struct Pusher<R: Runtime> {
    shared: Arc<Shared<R>>,
    neighbor: ServerName,
    cursor: FeedCursor,
}

impl<R: Runtime> Pusher<R> {
    pub(super) fn new(shared: Arc<Shared<R>>, neighbor: &Neighbor) -> Self {
        let cursor = FeedCursor::new(neighbor.id, 0, shared.node().log());
        Self { shared, neighbor: neighbor.name.clone(), cursor }
    }

    async fn push(&mut self, link: &mut PeerLink<R>) -> Result<Infallible, LinkEnd> {
        link.note_gained(&self.neighbor);
        log::info!(server:% = self.shared.name, neighbor:% = self.neighbor; "pushing to a neighbor");
        let shared = Arc::clone(&self.shared);
        if shared.catch_up {
            self.cursor.begin_again(shared.node().log());
        }
        let mut batch = Vec::new();
        loop {
            let changed = shared.changed.listen();
            let (covered, bytes_max) = (shared.covered(), shared.limits.follow_batch_bytes);
            self.cursor.next_batch(shared.node().log(), covered, bytes_max, &mut batch);
            if batch.is_empty() {
                link.wait(changed, shared.runtime.uptime() + QUIET).await?;
            } else {
                link.send(&batch).await?;
                batch.clear();
            }
        }
    }
}

impl<R: Runtime> Conversation<R> for Pusher<R> {
    const PURPOSE: Purpose = Purpose::Push;

    async fn talk(&mut self, link: &mut PeerLink<R>) -> LinkEnd {
        match self.push(link).await {
            Ok(never) => match never {},
            Err(end) => end,
        }
    }
}
