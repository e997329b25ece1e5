//! Why a server could not be set up.

use super::status::DoorKind;
use crate::access::protected_mode::Exposed;
use crate::journal::JournalError;
use crate::protocol::ServerName;
use crate::tls::TlsSetupError;
use std::fmt;
use std::io;

/// A server could not be set up.
#[derive(Debug)]
pub enum BindError {
    /// The herd has no server of this name.
    NoSuchServer {
        /// The name that was asked for.
        name: ServerName,
    },
    /// The journal cannot be used; its error says whether anything was changed.
    Journal {
        /// The server whose journal it is.
        name: ServerName,
        /// What is wrong.
        source: JournalError,
    },
    /// Protected mode does not let it listen where strangers could come in.
    Exposed {
        /// The server.
        name: ServerName,
        /// Which door is open, and what to set.
        source: Exposed,
    },
    /// TLS cannot be set up with the files that the herd names.
    Tls {
        /// The server that needs them.
        name: ServerName,
        /// What is wrong.
        source: TlsSetupError,
    },
    /// A port could not be taken.
    Listen {
        /// The server that wanted it.
        name: ServerName,
        /// The door that the port is for.
        door: DoorKind,
        /// The address that was wanted.
        address: String,
        /// Why it could not be had.
        source: io::Error,
    },
}

impl fmt::Display for BindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BindError::NoSuchServer { name } => write!(f, "the herd has no server {name}"),
            BindError::Tls { name, source } => write!(f, "{name} cannot start: {source}"),
            BindError::Journal { name, source } => write!(f, "{name} cannot start: {source}"),
            BindError::Exposed { name, source } => write!(f, "{name} cannot start: {source}"),
            BindError::Listen { name, door, address, source } => {
                write!(f, "{name} cannot listen for {door} on {address}: {source}")?;
                if source.kind() == io::ErrorKind::AddrInUse {
                    write!(f, "; is {name} already running?")?;
                }
                Ok(())
            }
        }
    }
}

impl std::error::Error for BindError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            BindError::NoSuchServer { .. } => None,
            BindError::Journal { source, .. } => Some(source),
            BindError::Exposed { source, .. } => Some(source),
            BindError::Tls { source, .. } => Some(source),
            BindError::Listen { source, .. } => Some(source),
        }
    }
}
