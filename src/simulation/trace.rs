//! What happened in a run, line by line.

use crate::runtime::sim::Event;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// So many of the newest lines are kept.
const LINES_MAX: usize = 20_000;

/// A trace that somebody will read, or none. Clones write into the same one.
#[derive(Clone, Debug, Default)]
pub(super) struct Trace {
    lines: Option<Arc<Mutex<Vec<String>>>>,
}

impl Trace {
    /// A trace that is kept.
    pub(super) fn kept() -> Self {
        Self { lines: Some(Arc::default()) }
    }

    /// Notes something; `text` is called only when the trace is kept.
    pub(super) fn note(&self, time: Duration, text: impl FnOnce() -> String) {
        let Some(lines) = &self.lines else { return };
        let mut lines = lines.lock().expect("nothing panics while it holds the trace");
        if lines.len() >= LINES_MAX {
            lines.drain(..LINES_MAX / 2);
        }
        lines.push(format!("{:>10.6} {}", time.as_secs_f64(), text()));
    }

    /// Notes what happened in the network. Heartbeats are left out, or there would be little else.
    pub(super) fn note_event(&self, time: Duration, event: Event<'_>) {
        match event {
            Event::Sent { bytes, .. } if is_heartbeat(bytes) => {}
            Event::Sent { connection, from, to, bytes } => self.note(time, || {
                format!("#{connection} {from} > {to}: {:?}", String::from_utf8_lossy(bytes))
            }),
            Event::Connected { connection, from, to } => {
                self.note(time, || format!("#{connection} {from} dials {to}"));
            }
            Event::Refused { from, address } => {
                self.note(time, || format!("{from} is refused at {address}"));
            }
        }
    }

    /// All lines so far.
    pub(super) fn lines(&self) -> Vec<String> {
        let lines = self.lines.iter();
        lines
            .flat_map(|lines| {
                lines.lock().expect("nothing panics while it holds the trace").clone()
            })
            .collect()
    }
}

/// Whether a feed says only how far it is.
fn is_heartbeat(bytes: &[u8]) -> bool {
    bytes.starts_with(b"SEQ ") && bytes.iter().filter(|&&byte| byte == b'\n').count() == 1
}
