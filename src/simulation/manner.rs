//! How a simulated client talks.

use crate::runtime::sim::Chance;
use std::time::Duration;

/// The manner of one conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// A few commands, with pauses between them.
    Pausing,
    /// A few commands at once.
    Pipelining,
    /// Commands without a pause for this long.
    Endless(Duration),
    /// Commands without a pause until the server ends the conversation.
    UntilStopped,
}

impl Manner {
    /// Draws the manner of a conversation.
    pub(super) fn draw(chance: &mut Chance) -> Self {
        match chance.below(12) {
            0 => Manner::Endless(chance.span(&(Duration::ZERO..=Duration::from_secs(2)))),
            1..=4 => Manner::Pipelining,
            _ => Manner::Pausing,
        }
    }

    /// For a conversation without pauses, how long it lasts, and how many commands wait for replies
    /// at the same time; None for others.
    pub(super) fn without_pause(self) -> Option<(Duration, usize)> {
        match self {
            Manner::Endless(span) => Some((span, 50)),
            // More than a server and small network buffers hold: there is always something to read.
            Manner::UntilStopped => Some((Duration::MAX, 500)),
            Manner::Pausing | Manner::Pipelining => None,
        }
    }

    /// How long a client waits after each reply.
    pub(super) fn pace(self, chance: &mut Chance) -> Duration {
        match self {
            Manner::Endless(_) => Duration::from_millis(chance.between(5..=20)),
            Manner::UntilStopped => Duration::from_millis(chance.between(2..=4)),
            Manner::Pausing | Manner::Pipelining => Duration::ZERO,
        }
    }
}
