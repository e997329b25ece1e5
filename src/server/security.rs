//! What secures the connections of a door.

use crate::runtime::Stream;
use crate::tls::PeerCertificate;
use std::future::{Future, ready};
use std::io;

/// Makes a secured connection of one that has just come in.
pub(super) trait Security<S: Stream>: Send + Sync + 'static {
    /// The secured connection.
    type Secured: Stream;

    /// Secures a connection. The door sets the deadline.
    ///
    /// # Errors
    /// When the other side is refused or gone.
    fn secure(&self, stream: S)
    -> impl Future<Output = io::Result<Admitted<Self::Secured>>> + Send;
}

/// A connection that is secured, and what it shows of the other side.
pub(super) struct Admitted<S> {
    pub(super) stream: S,
    /// The certificate that the other side has proved to be its own, if it has shown one.
    pub(super) certificate: Option<PeerCertificate>,
}

/// No security: bytes go over the connection as they are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plain;

impl<S: Stream> Security<S> for Plain {
    type Secured = S;

    fn secure(&self, stream: S) -> impl Future<Output = io::Result<Admitted<S>>> + Send {
        ready(Ok(Admitted { stream, certificate: None }))
    }
}
