//! Who has come in through a door.

use crate::access::ClientCertificate;
use std::net::SocketAddr;

/// Who has come in through a door, as far as the connection shows it.
pub(super) struct Visitor {
    /// The other side's address.
    pub(super) from: SocketAddr,
    /// The certificate that it has proved to be its own; None over a plain connection.
    pub(super) certificate: Option<Box<dyn ClientCertificate>>,
}

impl Visitor {
    /// Somebody who has shown no certificate.
    pub(super) fn unknown(from: SocketAddr) -> Self {
        Self { from, certificate: None }
    }
}
