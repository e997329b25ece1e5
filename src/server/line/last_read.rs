//! What is still read from a client once the server was asked to stop.

use std::time::Duration;

/// The most bytes that are read from a client after the server was asked to stop: what the client has
/// sent before is mostly less, and one that never pauses must not keep the server.
const LAST_BYTES_MAX: usize = 256 * 1024;

/// How long a client is read from after the server was asked to stop.
const LAST_READ_SPAN: Duration = Duration::from_secs(1);

/// How much more is read from a client of a server that stops.
#[derive(Debug)]
pub(super) struct LastRead {
    bytes_left: usize,
    /// Until when, by the clock's uptime; None before the first look.
    ends: Option<Duration>,
}

impl Default for LastRead {
    fn default() -> Self {
        Self { bytes_left: LAST_BYTES_MAX, ends: None }
    }
}

impl LastRead {
    /// Bytes were read after the server was asked to stop.
    pub(super) fn note(&mut self, bytes: usize) {
        self.bytes_left = self.bytes_left.saturating_sub(bytes);
    }

    /// Whether what the client had sent before was read by now. Where the connection holds little at a
    /// time, the bytes alone would take a client that never pauses too long.
    pub(super) fn is_enough(&mut self, now: Duration) -> bool {
        let ends = *self.ends.get_or_insert(now + LAST_READ_SPAN);
        self.bytes_left == 0 || now > ends
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_and_time_both_end_it() {
        let at = Duration::from_millis;
        let mut last = LastRead::default();
        assert!(!last.is_enough(at(5_000)));
        last.note(LAST_BYTES_MAX - 1);
        assert!(!last.is_enough(at(6_000)));
        assert!(last.is_enough(at(6_001)));
        last.note(1);
        assert!(last.is_enough(at(5_000)));
    }
}
