//! Keeping a link to a neighbor, however often it breaks.

use super::backoff::Backoff;
use super::conversation::Conversation;
use super::follower::Follower;
use super::link_end::LinkEnd;
use super::neighbor::Neighbor;
use super::peer_link::PeerLink;
use super::pusher::Pusher;
use crate::config::LinkKind;
use crate::runtime::{self, Runtime};
use crate::server::core::Core;
use crate::server::tasks::Tasks;
use futures_lite::FutureExt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// The longest that dialling a neighbor may take.
const DIAL_TIMEOUT: Duration = Duration::from_secs(3);

/// A link that lasted this long was a good one: when it breaks, the neighbor is dialled again at
/// once.
const STEADY: Duration = Duration::from_millis(400);

/// Starts a task for each neighbor, which dials it until the server stops.
pub(in crate::server) fn dial_all<R: Runtime>(runtime: &R, core: &Arc<Core<R>>, links: &Tasks) {
    for neighbor in core.neighbors.iter() {
        let dialer = Dialer {
            runtime: runtime.clone(),
            core: Arc::clone(core),
            neighbor: Arc::clone(neighbor),
            backoff: Backoff::default(),
        };
        let at_work = links.begin();
        runtime.spawn(async move {
            dialer.run().await;
            drop(at_work);
        });
    }
}

/// Dials one neighbor, again and again.
struct Dialer<R: Runtime> {
    runtime: R,
    core: Arc<Core<R>>,
    neighbor: Arc<Neighbor>,
    backoff: Backoff,
}

impl<R: Runtime> Dialer<R> {
    async fn run(self) {
        let (core, neighbor) = (Arc::clone(&self.core), Arc::clone(&self.neighbor));
        match neighbor.kind {
            LinkKind::Follow => self.keep_talking(Follower::new(core, neighbor)).await,
            LinkKind::Push => self.keep_talking(Pusher::new(core, neighbor)).await,
        }
    }

    async fn keep_talking<C: Conversation<R>>(mut self, mut conversation: C) {
        while !self.core.stop.is_requested() {
            // Listen before dialling: a neighbor that comes in meanwhile is worth another attempt.
            let sign_of_life = self.neighbor.sign_of_life();
            let begin = self.runtime.uptime();
            let (end, was_gained) = self.dial_and_talk(&mut conversation).await;
            if matches!(end, LinkEnd::Stopped | LinkEnd::Journal(_)) {
                return;
            }
            if was_gained && self.runtime.uptime() - begin > STEADY {
                self.backoff.reset();
            }
            self.report(&end, was_gained);
            let wait = self.runtime.sleep(self.backoff.wait(&self.runtime));
            wait.or(sign_of_life).or(self.core.stop.requested()).await;
        }
    }

    /// One link from its beginning to its end, and whether the conversation worked in between.
    async fn dial_and_talk<C: Conversation<R>>(&self, conversation: &mut C) -> (LinkEnd, bool) {
        let address = self.neighbor.address();
        let dialled = runtime::timeout(&self.runtime, DIAL_TIMEOUT, self.runtime.connect(&address));
        let stopped = async {
            self.core.stop.requested().await;
            Some(Err(io::ErrorKind::Interrupted.into()))
        };
        let stream = match dialled.or(stopped).await {
            Some(Ok(stream)) => stream,
            Some(Err(error)) => return (LinkEnd::Failed(error), false),
            None => return (LinkEnd::Silent, false),
        };
        let mut link = PeerLink::new(Arc::clone(&self.core), stream, C::PURPOSE, &address);
        let end = conversation.talk(&mut link).await;
        (end, link.was_gained())
    }

    /// Tells of each change of reason once: a neighbor that is away for a day is one event.
    fn report(&self, end: &LinkEnd, was_gained: bool) {
        let reason_is_new = self.neighbor.outbound.note_down(end);
        if was_gained || reason_is_new {
            let (server, neighbor) = (&self.core.name, &self.neighbor.name);
            let address = self.neighbor.address();
            log::warn!(server:%, neighbor:%, address:%, reason:% = end; "no link to a neighbor");
        }
    }
}
