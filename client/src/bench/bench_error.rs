//! Why a measurement failed.

use crate::client_error::ClientError;
use std::error::Error;
use std::fmt;
use std::io;

/// A measurement failed. The servers may have taken in commands that were sent before.
#[derive(Debug)]
pub enum BenchError {
    /// A server could not be reached.
    Unreachable(ClientError),
    /// The system gives this process no more descriptors.
    NoDescriptors {
        /// How many connections were open by then.
        open: usize,
    },
    /// No connection is left. The text says which one broke first, and why.
    AllBroken(String),
    /// The system does not report events of sockets.
    System(io::Error),
}

impl fmt::Display for BenchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BenchError::Unreachable(error) => error.fmt(f),
            BenchError::NoDescriptors { open } => write!(
                f,
                "the limit on open files allows no more than {open} connections: raise it with \
                 ulimit -n, or take fewer"
            ),
            BenchError::AllBroken(first) => {
                write!(f, "all connections broke; the first one: {first}")
            }
            BenchError::System(error) => write!(f, "cannot wait for replies: {error}"),
        }
    }
}

impl Error for BenchError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            BenchError::Unreachable(error) => Some(error),
            BenchError::System(error) => Some(error),
            BenchError::NoDescriptors { .. } | BenchError::AllBroken(_) => None,
        }
    }
}
