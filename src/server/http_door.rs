//! What the HTTP door serves.

use super::core::Core;
use super::door::Service;
use super::handle::Handle;
use super::http_service::{HttpService, HttpVisit};
use super::visitor::Visitor;
use crate::runtime::{Clock, Stream};
use std::net::SocketAddr;
use std::sync::Arc;

/// Hands each connection to the service that the program has brought along.
pub(super) struct HttpDoor<C: Clock> {
    core: Arc<Core<C>>,
    address: SocketAddr,
    service: Arc<dyn HttpService<C>>,
}

impl<C: Clock> HttpDoor<C> {
    pub(super) fn new(
        core: Arc<Core<C>>,
        address: SocketAddr,
        service: Arc<dyn HttpService<C>>,
    ) -> Self {
        Self { core, address, service }
    }
}

impl<C: Clock, S: Stream> Service<S> for HttpDoor<C> {
    async fn serve(&self, stream: S, visitor: Visitor) {
        let visit = HttpVisit::new(&self.core.wires, stream, visitor, self.address);
        self.service.serve(Handle::new(Arc::clone(&self.core)), visit).await;
    }
}
