//! A certificate in the place of a token.

use crate::tls::PeerCertificate;

/// The certificate that a client has proved to hold, as far as access cares. Whether it is valid, and
/// whose authority signed it, was checked before.
pub trait ClientCertificate: Send + Sync {
    /// Whether it is for this DNS name, by its subject alternative names.
    fn is_valid_for(&self, dns_name: &str) -> bool;
}

impl ClientCertificate for PeerCertificate {
    fn is_valid_for(&self, dns_name: &str) -> bool {
        PeerCertificate::is_valid_for(self, dns_name)
    }
}
