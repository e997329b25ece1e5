//! Why a connection can no longer be used.

use super::scan::NoReply;
use crate::client_error::reason;
use std::fmt;
use std::io;
use std::time::Duration;

/// What happened to a connection.
#[derive(Debug)]
pub(super) enum Breach {
    /// It broke.
    Lost(io::Error),
    /// The server closed it.
    Closed,
    /// The server sent something that is not a reply, or sent it when no command was under way. The
    /// text is its beginning.
    NoReply(String),
    /// No reply came for this long.
    Silent(Duration),
}

impl From<NoReply> for Breach {
    fn from(NoReply(excerpt): NoReply) -> Self {
        Breach::NoReply(excerpt)
    }
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Breach::Lost(error) => write!(f, "the connection broke: {}", reason(error)),
            Breach::Closed => write!(f, "the server closed the connection"),
            Breach::NoReply(excerpt) => write!(f, "this is no reply: {excerpt:?}"),
            Breach::Silent(span) => write!(f, "no reply within {span:?}"),
        }
    }
}
