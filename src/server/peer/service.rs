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

/// How many connections may be on the ports for neighbors without having said a valid FOLLOW, where
/// descriptors are not scarce.
pub(in crate::server) const ANONYMOUS_MAX: usize = 64;

/// A feed for each neighbor that asks to follow.
pub(in crate::server) struct PeerService<C: Clock> {
    core: Arc<Core<C>>,
    anteroom: Anteroom,
    strangers: Arc<Strangers>,
}

impl<C: Clock> PeerService<C> {
    /// Lets up to `anonymous_max` connections be there without a valid FOLLOW.
    pub(in crate::server) fn new(core: Arc<Core<C>>, anonymous_max: usize) -> Self {
        Self { core, anteroom: Anteroom::new(anonymous_max), strangers: Arc::default() }
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
