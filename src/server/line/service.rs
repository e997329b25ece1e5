//! What the line door serves.

use super::session::Session;
use crate::runtime::{Clock, Stream};
use crate::server::connection::Connection;
use crate::server::core::Core;
use crate::server::door::Service;
use crate::server::visitor::Visitor;
use crate::traffic::Purpose;
use futures_lite::{FutureExt, future};
use std::io;
use std::sync::Arc;

/// A session for each client.
pub(in crate::server) struct LineService<C: Clock>(pub(in crate::server) Arc<Core<C>>);

impl<C: Clock, S: Stream> Service<S> for LineService<C> {
    async fn serve(&self, stream: S, visitor: Visitor) {
        let core = Arc::clone(&self.0);
        let client = visitor.from;
        let connection = Connection::new(&core.wires, stream, Purpose::Client, &client);
        let session = Session::new(Arc::clone(&core), connection, &visitor);
        let distrusted = async {
            match &visitor.certificate {
                None => future::pending().await,
                Some(certificate) => {
                    let failure = core.keyring.client_distrusted(certificate, &core.clock).await;
                    Err(io::Error::from(failure))
                }
            }
        };
        if let Err(error) = session.run().or(distrusted).await {
            log::debug!(server:% = core.name, client:%, error:%; "a client is gone");
        }
    }
}
