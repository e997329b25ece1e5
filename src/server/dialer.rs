//! Keeping a link to a neighbor, however often it breaks.

use super::backoff::Backoff;
use super::neighbor::Neighbor;
use super::peer_link::{LinkEnd, PeerLink};
use super::shared::Shared;
use crate::runtime::{self, Runtime};
use crate::traffic::Purpose;
use futures_lite::FutureExt;
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// The longest that a connection to a neighbor may take to come about.
const DIAL_TIMEOUT: Duration = Duration::from_secs(3);

/// A link that held so long was a good one: when it breaks, the neighbor is dialled again at once.
const STEADY: Duration = Duration::from_millis(400);

/// What two servers say on a link that one of them dialled.
pub(super) trait Conversation<R: Runtime>: Send {
    /// What the link is for.
    const PURPOSE: Purpose;

    /// Talks until the link ends, and says why it did.
    fn talk(&mut self, link: &mut PeerLink<R>) -> impl Future<Output = LinkEnd> + Send;
}

/// Dials a neighbor and talks, again and again, until the server stops.
pub(super) async fn keep_talking<R: Runtime, C: Conversation<R>>(
    shared: Arc<Shared<R>>,
    neighbor: &Neighbor,
    mut conversation: C,
) {
    let mut backoff = Backoff::default();
    let mut reported = false;
    while !shared.stop.is_requested() {
        let sign_of_life = neighbor.sign_of_life();
        let begin = shared.runtime.uptime();
        let (end, was_gained) = dial_and_talk(&shared, neighbor, &mut conversation).await;
        if matches!(end, LinkEnd::Stopped | LinkEnd::Journal(_)) {
            return;
        }
        if was_gained && shared.runtime.uptime() - begin > STEADY {
            backoff.reset();
        }
        if was_gained || !reported {
            let (server, neighbor) = (&shared.name, &neighbor.name);
            log::warn!(server:%, neighbor:%, reason:% = end; "no link to a neighbor");
        }
        reported = true;
        let wait = shared.runtime.sleep(backoff.wait(&shared.runtime));
        wait.or(sign_of_life).or(shared.stop.requested()).await;
    }
}

/// One link from its beginning to its end, and whether the conversation worked in between.
async fn dial_and_talk<R: Runtime, C: Conversation<R>>(
    shared: &Arc<Shared<R>>,
    neighbor: &Neighbor,
    conversation: &mut C,
) -> (LinkEnd, bool) {
    let dialled =
        runtime::timeout(&shared.runtime, DIAL_TIMEOUT, shared.runtime.connect(&neighbor.address));
    let stopped = async {
        shared.stop.requested().await;
        Some(Err(io::ErrorKind::Interrupted.into()))
    };
    let stream = match dialled.or(stopped).await {
        Some(Ok(stream)) => stream,
        Some(Err(error)) => return (LinkEnd::Failed(error), false),
        None => return (LinkEnd::Silent, false),
    };
    let mut link = PeerLink::new(Arc::clone(shared), stream, C::PURPOSE, &neighbor.address);
    let end = conversation.talk(&mut link).await;
    (end, link.was_gained())
}
