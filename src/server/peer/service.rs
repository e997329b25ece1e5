//! What the peer door serves.

use super::feed::Feed;
use super::peer_link::PeerLink;
use crate::runtime::{Clock, Stream};
use crate::server::core::Core;
use crate::server::door::Service;
use crate::traffic::Purpose;
use std::net::SocketAddr;
use std::sync::Arc;

/// A feed for each neighbor that asks to follow.
pub(in crate::server) struct PeerService<C: Clock>(pub(in crate::server) Arc<Core<C>>);

impl<C: Clock, S: Stream> Service<S> for PeerService<C> {
    async fn serve(&self, stream: S, from: SocketAddr) {
        let link = PeerLink::new(Arc::clone(&self.0), stream, Purpose::Feed, &from);
        Feed::new(Arc::clone(&self.0), link, from).run().await;
    }
}
