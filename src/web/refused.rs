//! Counting what is not taken.

use super::reason::Reason;
use super::source::Source;
use crate::server::RareEvent;
use std::time::Duration;

/// How often positions of each source were refused for each reason, told at most once a minute each.
#[derive(Debug, Default)]
pub(super) struct Refused([[RareEvent; Reason::COUNT]; Source::COUNT]);

impl Refused {
    /// Counts one more, at the uptime `now`. Returns how many there were since they were last told, if
    /// they are to be told now.
    pub(super) fn note(&self, source: Source, reason: Reason, now: Duration) -> Option<u64> {
        self.0[source as usize][reason as usize].note(now)
    }
}
