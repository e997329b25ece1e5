//! Why a valid line is refused.

use std::fmt;

/// Why a position is refused. The node has not changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refusal {
    /// Its time is further ahead of the time at which a server received it than
    /// [`Rules::max_ahead`](super::Rules::max_ahead).
    TooFarAhead,
    /// Its receive time is further ahead of this server's clock than
    /// [`Rules::clock_tolerance`](super::Rules::clock_tolerance). The same line may pass later.
    TooEarly,
    /// The client is new, and [`Rules::clients_max`](super::Rules::clients_max) clients are known.
    TooManyClients,
    /// The client is new, and the known clients need
    /// [`Rules::clients_bytes_max`](super::Rules::clients_bytes_max) bytes.
    TooManyBytes,
    /// The memory of the log is full.
    NoRoom,
    /// The canonical line is longer than
    /// [`PEER_LINE_BYTES_MAX`](crate::protocol::PEER_LINE_BYTES_MAX), so neither the journal nor a
    /// feed could carry it.
    TooLong,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Refusal::TooFarAhead => "the position's time is too far in the future",
            Refusal::TooEarly => "the position's receive time is ahead of this server's clock",
            Refusal::TooManyClients => "the server has reached its limit of clients",
            Refusal::TooManyBytes => "the server has reached its limit of bytes for clients",
            Refusal::NoRoom => "the server has no room for further positions",
            Refusal::TooLong => "the AT line of the position is too long",
        })
    }
}

impl std::error::Error for Refusal {}
