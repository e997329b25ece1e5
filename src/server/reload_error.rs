//! Why a server goes on with what it had.

use crate::protocol::ServerName;
use crate::tls::TlsSetupError;
use std::fmt;

/// A server could not take new certificates. It goes on with those that it has, all of them.
#[derive(Debug)]
pub enum ReloadError {
    /// The herd no longer has the server.
    NoSuchServer {
        /// The server's name.
        name: ServerName,
    },
    /// The server uses TLS, and the herd no longer says where its files are.
    TableGone,
    /// TLS cannot be set up with the files.
    Tls(TlsSetupError),
}

impl fmt::Display for ReloadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReloadError::NoSuchServer { name } => write!(f, "the herd has no server {name}"),
            ReloadError::TableGone => f.write_str(
                "the addresses or tables for TLS that this server uses are gone: doors and links \
                 change only when it is started again",
            ),
            ReloadError::Tls(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ReloadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            ReloadError::NoSuchServer { .. } | ReloadError::TableGone => None,
            ReloadError::Tls(error) => Some(error),
        }
    }
}
