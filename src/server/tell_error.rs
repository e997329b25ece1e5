//! Why a program could not tell a position.

use crate::journal::Failed;
use crate::node::Refusal;
use std::fmt;

/// A position could not be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TellError {
    /// The server does not take it. Nothing has changed.
    Refused(Refusal),
    /// The server stops, and takes nothing new. Nothing has changed.
    Stopping,
    /// The journal has failed. The position may be known, and is not promised to be safe.
    Journal(Failed),
}

impl fmt::Display for TellError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TellError::Refused(refusal) => write!(f, "{refusal}"),
            TellError::Stopping => f.write_str("the server is stopping"),
            TellError::Journal(failed) => write!(f, "{failed}"),
        }
    }
}

impl std::error::Error for TellError {}

impl From<Failed> for TellError {
    fn from(failed: Failed) -> Self {
        TellError::Journal(failed)
    }
}
