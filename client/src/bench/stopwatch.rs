//! Two clocks for the price of one.

use crate::now::now;
use herd::protocol::Timestamp;
use std::time::Instant;

/// A monotonic clock that knows what time it was when it was started.
#[derive(Debug)]
pub(super) struct Stopwatch {
    started: Instant,
    started_at: Timestamp,
}

impl Stopwatch {
    /// Starts it.
    pub(super) fn start() -> Self {
        Self { started: Instant::now(), started_at: now() }
    }

    /// This moment.
    pub(super) fn now(&self) -> Instant {
        Instant::now()
    }

    /// What time it was at a moment since the start.
    pub(super) fn time_of(&self, moment: Instant) -> Timestamp {
        self.started_at.saturating_add(moment - self.started)
    }
}
