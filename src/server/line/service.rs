//! What the line door serves.

use super::session::Session;
use crate::runtime::{Clock, Stream};
use crate::server::connection::Connection;
use crate::server::core::Core;
use crate::server::door::Service;
use crate::server::visitor::Visitor;
use crate::traffic::Purpose;
use std::net::SocketAddr;
use std::sync::Arc;

/// A session for each client.
pub(in crate::server) struct LineService<C: Clock>(pub(in crate::server) Arc<Core<C>>);

impl<C: Clock, S: Stream> Service<S> for LineService<C> {
    async fn serve(&self, stream: S, client: SocketAddr) {
        let core = Arc::clone(&self.0);
        let connection = Connection::new(&core.wires, stream, Purpose::Client, &client);
        let session = Session::new(Arc::clone(&core), connection, &Visitor::unknown(client));
        if let Err(error) = session.run().await {
            log::debug!(server:% = core.name, client:%, error:%; "a client is gone");
        }
    }
}
