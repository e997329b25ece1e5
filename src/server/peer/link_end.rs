//! Why a link ended.

use crate::journal::Failed;
use crate::protocol::ServerName;
use crate::tls::TlsFailure;
use crate::traffic::redacted;
use std::fmt::{self, Display};
use std::io;

/// Why a link ended.
#[derive(Debug)]
pub(super) enum LinkEnd {
    /// The other side closed it.
    Closed,
    /// The connection failed, or could not be made.
    Failed(io::Error),
    /// Nothing came from the other side, or went to it, for too long.
    Silent,
    /// The other side said something that has no place in the conversation.
    Nonsense(Vec<u8>),
    /// Somebody else answered at the neighbor's address.
    Stranger(ServerName),
    /// This server answered at the neighbor's address.
    Oneself,
    /// Lines that were refused for now are good by now: the neighbor is asked again.
    AsksAgain,
    /// The neighbor did not want this server as a follower.
    Refused,
    /// Newer connections needed the place of one that had not said who it is.
    Crowded,
    /// The neighbor has opened a newer link.
    Replaced,
    /// The other side's certificate is no longer good.
    Distrusted(TlsFailure),
    /// This server stops.
    Stopped,
    /// This server's journal has failed.
    Journal(Failed),
}

impl Display for LinkEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LinkEnd::Closed => f.write_str("closed by the neighbor"),
            LinkEnd::Failed(error) => write!(f, "{error}"),
            LinkEnd::Silent => f.write_str("silent for too long"),
            LinkEnd::Nonsense(line) => {
                write!(f, "unexpected: {:?}", String::from_utf8_lossy(&redacted(line)))
            }
            LinkEnd::Stranger(name) => write!(f, "{name} answers at its address"),
            LinkEnd::Oneself => f.write_str("this server itself answers at its address"),
            LinkEnd::AsksAgain => f.write_str("asks again for lines that came too early"),
            LinkEnd::Refused => f.write_str(
                "it refuses this server: either it does not have it among its neighbors, or \
                 another server of the same name follows it",
            ),
            LinkEnd::Crowded => f.write_str("made room for newer connections"),
            LinkEnd::Replaced => f.write_str("replaced by a newer link"),
            LinkEnd::Distrusted(failure) => write!(f, "{failure}"),
            LinkEnd::Stopped => f.write_str("this server stops"),
            LinkEnd::Journal(failed) => write!(f, "{failed}"),
        }
    }
}

impl From<io::Error> for LinkEnd {
    fn from(error: io::Error) -> Self {
        LinkEnd::Failed(error)
    }
}

impl From<Failed> for LinkEnd {
    fn from(failed: Failed) -> Self {
        LinkEnd::Journal(failed)
    }
}
