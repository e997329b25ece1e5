//! The certificate of the other side of a connection.

use rustls::pki_types::{CertificateDer, DnsName, ServerName};
use std::fmt;
use std::sync::Arc;
use webpki::EndEntityCert;

/// The certificate that the other side of a connection has proved to be its own, and those that lead
/// from it to a trusted authority. Clones are cheap.
#[derive(Clone, PartialEq, Eq)]
pub struct PeerCertificate {
    /// The other side's own certificate comes first; there is at least that one.
    chain: Arc<[CertificateDer<'static>]>,
}

impl PeerCertificate {
    /// None if the other side has shown no certificate.
    pub(super) fn new(chain: &[CertificateDer<'static>]) -> Option<Self> {
        if chain.is_empty() { None } else { Some(Self { chain: chain.into() }) }
    }

    /// Whether it is valid for a DNS name: one of its subject alternative names is that name, in
    /// upper or lower case, or a wildcard that covers it. False for a text that is no DNS name.
    pub fn is_valid_for(&self, name: &str) -> bool {
        let Ok(name) = DnsName::try_from(name) else { return false };
        let own = self.own();
        own.is_some_and(|own| {
            own.verify_is_valid_for_subject_name(&ServerName::DnsName(name)).is_ok()
        })
    }

    /// The DNS names among its subject alternative names.
    pub fn dns_names(&self) -> Vec<String> {
        let own = self.own();
        own.iter().flat_map(|own| own.valid_dns_names()).map(str::to_owned).collect()
    }

    fn own(&self) -> Option<EndEntityCert<'_>> {
        EndEntityCert::try_from(&self.chain[0]).ok()
    }

    /// Its own certificate, and those of intermediate authorities.
    pub(super) fn parts(&self) -> (&CertificateDer<'static>, &[CertificateDer<'static>]) {
        self.chain.split_first().expect("there is a certificate in it")
    }
}

impl fmt::Debug for PeerCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PeerCertificate").field(&self.dns_names()).finish()
    }
}
