//! Why a good command is not taken.

use std::fmt;

/// A position that was told is not taken. Nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Its time lies further in the future than [`Rules::max_ahead`](super::Rules::max_ahead).
    TooFarAhead,
    /// The client is new, and [`Rules::clients_max`](super::Rules::clients_max) are known.
    TooManyClients,
    /// The log's memory is full.
    NoRoom,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Refusal::TooFarAhead => "the position's time is too far in the future",
            Refusal::TooManyClients => "the server knows as many clients as it may",
            Refusal::NoRoom => "the server has no room for further positions",
        })
    }
}

impl std::error::Error for Refusal {}
