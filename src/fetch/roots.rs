//! Whose certificates are trusted.

use futures_rustls::TlsConnector;
use futures_rustls::pki_types::CertificateDer;
use futures_rustls::pki_types::pem::PemObject;
use futures_rustls::rustls::crypto::ring;
use futures_rustls::rustls::{ClientConfig, RootCertStore};
use std::fmt;
use std::sync::Arc;

/// The certificate authorities that vouch for a host.
#[derive(Clone)]
pub struct Roots {
    store: RootCertStore,
}

impl Roots {
    /// The platform's authorities, or those that `SSL_CERT_FILE` or `SSL_CERT_DIR` name. On a
    /// platform without any, such as a bare container, Mozilla's, as they were at build time. They
    /// do not stand in for authorities that the environment names but that cannot be read: who
    /// names some wants no others.
    pub fn platform() -> Self {
        let found = rustls_native_certs::load_native_certs();
        for error in &found.errors {
            log::warn!(error:% = error; "some trusted certificates could not be read");
        }
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(found.certs);
        let named =
            ["SSL_CERT_FILE", "SSL_CERT_DIR"].iter().any(|name| std::env::var_os(name).is_some());
        if store.is_empty() && !named {
            store.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        }
        Self { store }
    }

    /// Only the authorities whose certificates are in `pem`, such as a company's own.
    ///
    /// # Errors
    /// When `pem` holds no certificate, or a malformed one.
    pub fn from_pem(pem: &[u8]) -> Result<Self, InvalidRoots> {
        let mut store = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let certificate = certificate.map_err(|error| InvalidRoots(error.to_string()))?;
            store.add(certificate).map_err(|error| InvalidRoots(error.to_string()))?;
        }
        if store.is_empty() {
            return Err(InvalidRoots("there are none".to_owned()));
        }
        Ok(Self { store })
    }

    /// What speaks TLS 1.2 and 1.3 to hosts that these authorities vouch for. The cryptography is
    /// named here rather than taken from the process, which the library does not own.
    pub(super) fn into_connector(self) -> TlsConnector {
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring has the cipher suites of TLS 1.2 and 1.3")
            .with_root_certificates(self.store)
            .with_no_client_auth();
        TlsConnector::from(Arc::new(config))
    }
}

impl fmt::Debug for Roots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Roots({})", self.store.len())
    }
}

/// The text holds no certificates that could be trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidRoots(String);

impl fmt::Display for InvalidRoots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid root certificates: {}", self.0)
    }
}

impl std::error::Error for InvalidRoots {}

#[cfg(test)]
mod tests {
    use super::*;

    /// Without it a mistyped file of authorities would be taken, and every host refused later.
    #[test]
    fn a_text_without_certificates_is_refused() {
        let error = Roots::from_pem(b"not a certificate").expect_err("there is none in it");
        assert_eq!(error.to_string(), "invalid root certificates: there are none");
        let broken = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        Roots::from_pem(broken).expect_err("three zero bytes are no certificate");
    }
}
