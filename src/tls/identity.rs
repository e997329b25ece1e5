//! A certificate with its private key: what one side proves who it is with.

use super::file_error::{FileMistake, TlsFileError};
use super::pem_file::sections;
use super::provider::provider;
use super::utc_time::UtcTime;
use super::validity::not_after;
use rustls::Error;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// A certificate, those that lead from it to an authority, and its private key.
#[derive(Clone)]
pub struct Identity {
    pub(super) key: Arc<CertifiedKey>,
    expires: UtcTime,
}

impl Identity {
    /// Reads `cert_file`, which holds the certificate first and then those of intermediate
    /// authorities, and `key_file`.
    ///
    /// # Errors
    /// When one of them cannot be read or is malformed, or the two do not belong together. A
    /// certificate that has expired is no error here: see [`require_current`](Self::require_current).
    pub fn read(cert_file: &Path, key_file: &Path) -> Result<Self, TlsFileError> {
        let of_cert = |mistake| TlsFileError::new(cert_file, mistake);
        let of_key = |mistake| TlsFileError::new(key_file, mistake);
        let certificates: Vec<CertificateDer<'static>> = sections(cert_file)?;
        let ends: Option<Vec<UtcTime>> = certificates.iter().map(|one| not_after(one)).collect();
        let ends = ends.ok_or_else(|| of_cert(FileMistake::BadCertificate))?;
        // The first one to end makes the whole chain useless.
        let expires = ends.into_iter().min().ok_or_else(|| of_cert(FileMistake::NoCertificate))?;
        let mut keys: Vec<PrivateKeyDer<'static>> = sections(key_file)?;
        if keys.is_empty() {
            return Err(of_key(FileMistake::NoKey));
        }
        let key = provider().key_provider.load_private_key(keys.swap_remove(0));
        let key = CertifiedKey::new(certificates, key.map_err(|_| of_key(FileMistake::BadKey))?);
        match key.keys_match() {
            Ok(()) => Ok(Self { key: Arc::new(key), expires }),
            Err(Error::InconsistentKeys(_)) => {
                Err(of_key(FileMistake::OtherKey { cert_file: cert_file.to_owned() }))
            }
            Err(_) => Err(of_cert(FileMistake::BadCertificate)),
        }
    }

    /// The last second in which all its certificates are valid.
    pub fn expires(&self) -> UtcTime {
        self.expires
    }

    /// Checks that it has not expired. `cert_file` is where it was read from.
    ///
    /// # Errors
    /// When it has expired at the time `now`.
    pub fn require_current(&self, cert_file: &Path, now: UtcTime) -> Result<(), TlsFileError> {
        if self.expires < now {
            return Err(TlsFileError::new(cert_file, FileMistake::Expired(self.expires)));
        }
        Ok(())
    }
}

/// The key stays out.
impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity(until {})", self.expires)
    }
}
