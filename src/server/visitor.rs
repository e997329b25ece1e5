//! Who has come in through a door.

use crate::tls::PeerCertificate;
use std::net::SocketAddr;

/// Who has come in through a door, as far as the connection shows it.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// The other side's address.
    pub(super) from: SocketAddr,
    /// The certificate that it has proved to be its own; None over a plain connection, and where the
    /// door asks for none.
    pub(super) certificate: Option<PeerCertificate>,
}
