//! Whose certificates are trusted.

use super::file_error::{FileMistake, TlsFileError};
use super::pem_file::sections;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use std::fmt;
use std::path::Path;

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

    /// Only the authorities whose certificates are in the PEM file `path`.
    ///
    /// # Errors
    /// When it cannot be read, or holds no certificate or a malformed one.
    pub fn read(path: &Path) -> Result<Self, TlsFileError> {
        let mut store = RootCertStore::empty();
        for certificate in sections::<CertificateDer<'static>>(path)? {
            let added = store.add(certificate);
            added.map_err(|_| TlsFileError::new(path, FileMistake::BadCertificate))?;
        }
        if store.is_empty() {
            return Err(TlsFileError::new(path, FileMistake::NoCertificate));
        }
        Ok(Self { store })
    }

    pub(super) fn into_store(self) -> RootCertStore {
        self.store
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
