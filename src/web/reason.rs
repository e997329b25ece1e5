//! Why a position that came over HTTP is not taken.

use crate::node::Refusal;
use std::fmt;

/// Why a position is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// It is written in a way that nobody here understands.
    Format,
    /// Its ID is missing, too long, or has white space or control characters.
    Id,
    /// It says that there is no position: no coordinates, or `valid=0`.
    NoPosition,
    /// It is 0, 0, which devices send when they have no position.
    Zero,
    /// Latitude or longitude is not a number in range.
    Range,
    /// Its time is too far in the future.
    Future,
    /// The server has no room for further clients.
    Full,
    /// Whoever sent it may not tell this client's position.
    Forbidden,
}

impl Reason {
    /// How many there are.
    pub(super) const COUNT: usize = 8;

    /// Whether the position was understood: then its device need not send it again.
    pub(super) fn is_understood(self) -> bool {
        match self {
            Reason::Format | Reason::Id => false,
            Reason::NoPosition
            | Reason::Zero
            | Reason::Range
            | Reason::Future
            | Reason::Full
            | Reason::Forbidden => true,
        }
    }
}

impl From<Refusal> for Reason {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::TooFarAhead | Refusal::TooEarly => Reason::Future,
            Refusal::TooManyClients | Refusal::TooManyBytes | Refusal::NoRoom => Reason::Full,
            Refusal::TooLong => Reason::Id,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Reason::Format => "it is not understood",
            Reason::Id => "its ID is missing, longer than 255 bytes, or has white space",
            Reason::NoPosition => "it says that there is no position",
            Reason::Zero => "it is 0, 0, which means that the device had no position",
            Reason::Range => "its latitude or longitude is not a number in range",
            Reason::Future => "its time is too far in the future",
            Reason::Full => "the server has no room for further clients",
            Reason::Forbidden => "its sender may not tell this client's position",
        })
    }
}
