//! Why a certificate, key or list of authorities cannot be used.

use super::utc_time::UtcTime;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// A file of certificates or with a key cannot be used. Nothing has changed.
#[derive(Debug)]
pub struct TlsFileError {
    path: PathBuf,
    mistake: FileMistake,
}

/// What is wrong with a file.
#[derive(Debug)]
pub enum FileMistake {
    /// It cannot be read.
    Unreadable(io::Error),
    /// It is a folder, a pipe or a device.
    NoFile,
    /// It is larger than it may be.
    TooLong {
        /// The limit.
        bytes_max: usize,
    },
    /// It holds no certificate in PEM.
    NoCertificate,
    /// It holds no private key in PEM.
    NoKey,
    /// Something in it looks like PEM and is not.
    BadPem,
    /// A certificate in it is not one that TLS can use.
    BadCertificate,
    /// The key in it is of a kind that TLS cannot use.
    BadKey,
    /// The key in it is not the key of the certificate in the other file.
    OtherKey {
        /// The file with the certificate.
        cert_file: PathBuf,
    },
    /// A certificate in it ended at that time.
    Expired(UtcTime),
}

impl TlsFileError {
    pub(super) fn new(path: &Path, mistake: FileMistake) -> Self {
        Self { path: path.to_owned(), mistake }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What is wrong with it.
    pub fn mistake(&self) -> &FileMistake {
        &self.mistake
    }
}

impl fmt::Display for TlsFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.mistake {
            FileMistake::Unreadable(error) => write!(f, "cannot read {path}: {error}"),
            FileMistake::NoFile => write!(f, "cannot read {path}: it is not a regular file"),
            FileMistake::TooLong { bytes_max } => {
                write!(f, "{path} is larger than {bytes_max} bytes")
            }
            FileMistake::NoCertificate => {
                write!(f, "{path} holds no certificate in PEM (-----BEGIN CERTIFICATE-----)")
            }
            FileMistake::NoKey => {
                write!(f, "{path} holds no private key in PEM (-----BEGIN PRIVATE KEY-----)")
            }
            FileMistake::BadPem => write!(f, "{path} is not valid PEM"),
            FileMistake::BadCertificate => {
                write!(f, "{path} holds a certificate that is not valid X.509")
            }
            FileMistake::BadKey => write!(
                f,
                "the key in {path} cannot be used for TLS: it must be an ECDSA key (P-256 or \
                 P-384), an Ed25519 key, or an RSA key of at least 2048 bits, without a password"
            ),
            FileMistake::OtherKey { cert_file } => write!(
                f,
                "the key in {path} does not belong to the certificate in {}",
                cert_file.display()
            ),
            FileMistake::Expired(end) => write!(f, "the certificate in {path} expired on {end}"),
        }
    }
}

impl std::error::Error for TlsFileError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.mistake {
            FileMistake::Unreadable(error) => Some(error),
            _ => None,
        }
    }
}

/// TLS cannot be set up. Nothing has changed.
#[derive(Debug)]
pub enum TlsSetupError {
    /// A file cannot be used.
    File(TlsFileError),
    /// The system has no random numbers, or no authority is trusted.
    System(io::Error),
}

impl fmt::Display for TlsSetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(error) => error.fmt(f),
            Self::System(error) => write!(f, "cannot set up TLS: {error}"),
        }
    }
}

impl std::error::Error for TlsSetupError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::File(error) => Some(error),
            Self::System(error) => Some(error),
        }
    }
}

impl From<TlsFileError> for TlsSetupError {
    fn from(error: TlsFileError) -> Self {
        Self::File(error)
    }
}

impl From<io::Error> for TlsSetupError {
    fn from(error: io::Error) -> Self {
        Self::System(error)
    }
}
