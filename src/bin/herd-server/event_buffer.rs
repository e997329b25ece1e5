//! The buffer between events and standard error.

use std::io::Write;
use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::Duration;

/// The size of the buffer, in bytes. As much again may be on its way to standard error. Events that
/// do not fit are dropped and counted.
pub(super) const BUFFER_BYTES_MAX: usize = 1024 * 1024;

/// Events that wait to be written. Whoever adds one never waits, even if nobody reads standard
/// error.
#[derive(Debug, Default)]
pub(super) struct EventBuffer {
    state: Mutex<State>,
    /// Raised when there is something to write, and when everything is written.
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    waiting: Vec<u8>,
    dropped: u64,
    /// Whether the last event was dropped, and with it the lines that belong to it.
    is_dropping: bool,
    closed: bool,
    written: bool,
}

impl EventBuffer {
    /// Adds one line, with its line break. A line that begins with a space belongs to the event of
    /// the line before it.
    pub(super) fn add(&self, line: &[u8]) {
        let mut state = self.state();
        let begins_event = !line.starts_with(b" ");
        if !begins_event && state.is_dropping {
            return;
        }
        state.is_dropping = state.waiting.len() + line.len() > BUFFER_BYTES_MAX;
        match state.is_dropping {
            true => state.dropped += 1,
            false => state.waiting.extend_from_slice(line),
        }
        drop(state);
        self.changed.notify_all();
    }

    /// Writes what comes to `output` until the buffer is closed and empty. `tell_dropped` makes the
    /// line that says how many events were dropped.
    pub(super) fn write_to(&self, mut output: impl Write, tell_dropped: impl Fn(u64) -> String) {
        let mut lines = Vec::new();
        while let Some(dropped) = self.take(&mut lines) {
            if dropped > 0 {
                lines.extend_from_slice(tell_dropped(dropped).as_bytes());
            }
            // If nobody can read them, the events are lost and the server runs on.
            let _ = output.write_all(&lines);
        }
        self.state().written = true;
        self.changed.notify_all();
    }

    /// Says that no more events will come, and waits at most `patience` until all are written.
    pub(super) fn close(&self, patience: Duration) {
        let mut state = self.state();
        state.closed = true;
        self.changed.notify_all();
        // When the time is up, the events that nobody has read are given up.
        drop(self.changed.wait_timeout_while(state, patience, |state| !state.written));
    }

    /// Waits for lines, swaps them into `lines`, and returns how many events were dropped since the
    /// last time; None when no more will come.
    fn take(&self, lines: &mut Vec<u8>) -> Option<u64> {
        lines.clear();
        let idle =
            |state: &mut State| state.waiting.is_empty() && state.dropped == 0 && !state.closed;
        let waited = self.changed.wait_while(self.state(), idle);
        let mut state = waited.expect("nothing panics while it holds the buffer");
        std::mem::swap(&mut state.waiting, lines);
        let dropped = std::mem::take(&mut state.dropped);
        (dropped > 0 || !lines.is_empty()).then_some(dropped)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nothing panics while it holds the buffer")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(buffer: &EventBuffer) -> String {
        buffer.state().closed = true;
        let mut output = Vec::new();
        buffer.write_to(&mut output, |dropped| format!("{dropped} dropped\n"));
        String::from_utf8(output).expect("the test's events are text")
    }

    /// An event without its details, or details without their event, would mislead.
    #[test]
    fn events_that_do_not_fit_are_dropped_whole_and_counted() {
        let buffer = EventBuffer::default();
        let large = vec![b'x'; BUFFER_BYTES_MAX - 10];
        buffer.add(&large);
        buffer.add(b"a\n");
        buffer.add(b"a longer event\n");
        buffer.add(b"  key\n");
        buffer.add(b"c\n");
        buffer.add(b"another long event\n");
        let expected = format!("{}a\nc\n2 dropped\n", "x".repeat(large.len()));
        assert!(written(&buffer) == expected);
    }

    #[test]
    fn closing_waits_for_the_last_events_only_so_long() {
        let buffer = EventBuffer::default();
        buffer.add(b"never written\n");
        buffer.close(Duration::from_millis(1));
        assert_eq!(written(&buffer), "never written\n");
        buffer.close(Duration::MAX);
    }
}
