//! One reading of the clock, as an instant and as a time of day.

use crate::now::now;
use herd::protocol::Timestamp;
use std::time::Instant;

/// A monotonic clock that remembers the time of day at which it was started.
#[derive(Debug)]
pub(super) struct Stopwatch {
    started: Instant,
    started_at: Timestamp,
}

impl Stopwatch {
    /// Starts a stopwatch.
    pub(super) fn start() -> Self {
        Self { started: Instant::now(), started_at: now() }
    }

    /// This moment.
    pub(super) fn now(&self) -> Instant {
        Instant::now()
    }

    /// The time of day at a moment since the start.
    pub(super) fn time_of(&self, moment: Instant) -> Timestamp {
        self.started_at.saturating_add(moment - self.started)
    }
}
