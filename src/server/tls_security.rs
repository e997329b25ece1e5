//! TLS at a door.

use super::anteroom::Anteroom;
use super::keyring::Keyring;
use super::security::{Admitted, Security};
use crate::runtime::{Clock, Stream};
use crate::tls::{Secured, ServerSide};
use futures_lite::FutureExt;
use std::io;
use std::sync::Arc;

/// How many handshakes of a door may be under way. With more, the oldest one is given up.
const HANDSHAKES_MAX: usize = 1024;

/// TLS from the first byte, with the newest keys of a server.
pub(super) struct TlsSecurity<C> {
    clock: C,
    keyring: Arc<Keyring>,
    newest: fn(&Keyring) -> ServerSide,
    handshakes: Anteroom,
}

impl<C: Clock> TlsSecurity<C> {
    /// Secures connections of clients.
    pub(super) fn for_clients(clock: &C, keyring: &Arc<Keyring>) -> Self {
        Self::new(clock, keyring, Keyring::for_clients)
    }

    /// Secures connections of neighbors.
    pub(super) fn for_peers(clock: &C, keyring: &Arc<Keyring>) -> Self {
        Self::new(clock, keyring, |keyring| keyring.for_peers().accepting.clone())
    }

    fn new(clock: &C, keyring: &Arc<Keyring>, newest: fn(&Keyring) -> ServerSide) -> Self {
        let handshakes = Anteroom::new(HANDSHAKES_MAX);
        Self { clock: clock.clone(), keyring: Arc::clone(keyring), newest, handshakes }
    }
}

impl<C: Clock, S: Stream> Security<S> for TlsSecurity<C> {
    type Secured = Secured<S>;

    async fn secure(&self, stream: S) -> io::Result<Admitted<Secured<S>>> {
        let place = self.handshakes.enter();
        let newest = (self.newest)(&self.keyring);
        let crowded = async {
            place.lost().await;
            Err(io::Error::other("made room for newer handshakes"))
        };
        let accepting = newest.accept_in_turn(stream, &self.keyring.turns, &self.clock);
        let stream = accepting.or(crowded).await?;
        let certificate = stream.peer_certificate();
        // The certificate of a resumed connection was verified when the first one was made.
        if let Some(certificate) = certificate.as_ref().filter(|_| stream.is_resumed()) {
            newest.judge(certificate, &self.clock)?;
        }
        Ok(Admitted { stream, certificate })
    }
}
