//! What the peer door serves.

use super::feed::Feed;
use super::peer_link::PeerLink;
use super::strangers::Strangers;
use crate::runtime::{Clock, Stream};
use crate::server::anteroom::Anteroom;
use crate::server::core::Core;
use crate::server::door::Service;
use crate::server::visitor::Visitor;
use crate::traffic::Purpose;
use std::sync::Arc;

/// How many connections may be on the peer port without having said a valid FOLLOW.
pub(in crate::server) const ANONYMOUS_MAX: usize = 64;

/// A feed for each neighbor that asks to follow.
pub(in crate::server) struct PeerService<C: Clock> {
    core: Arc<Core<C>>,
    anteroom: Anteroom,
    strangers: Arc<Strangers>,
}

impl<C: Clock> PeerService<C> {
    pub(in crate::server) fn new(core: Arc<Core<C>>) -> Self {
        Self { core, anteroom: Anteroom::new(ANONYMOUS_MAX), strangers: Arc::default() }
    }
}

impl<C: Clock, S: Stream> Service<S> for PeerService<C> {
    async fn serve(&self, stream: S, visitor: Visitor) {
        let place = self.anteroom.enter();
        let link = PeerLink::new(Arc::clone(&self.core), stream, Purpose::Feed, &visitor.from);
        let feed = Feed::new(Arc::clone(&self.core), Arc::clone(&self.strangers), link, visitor);
        feed.run(place).await;
    }
}
