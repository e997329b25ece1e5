//! What one socket is ready for.

use super::direction::{Direction, ENDED, READY};
use mio::event::Event;

/// Both directions of a socket. A port uses `reading` only.
#[derive(Debug, Default)]
pub(super) struct Readiness {
    pub(super) reading: Direction,
    pub(super) writing: Direction,
}

impl Readiness {
    /// Takes note of what the system says about the socket.
    pub(super) fn note(&self, event: &Event) {
        let failed = if event.is_error() { READY | ENDED } else { 0 };
        let ended = |is_closed| if is_closed { READY | ENDED } else { 0 };
        let ready = |is_ready| if is_ready { READY } else { 0 };
        self.reading.note(ready(event.is_readable()) | ended(event.is_read_closed()) | failed);
        self.writing.note(ready(event.is_writable()) | ended(event.is_write_closed()) | failed);
    }
}
