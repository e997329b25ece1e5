//! A log of what happened in a run, for people.

use crate::runtime::sim::NetworkEvent;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How many of the newest lines are kept.
const LINES_MAX: usize = 20_000;

/// A trace, kept or not. Clones share it.
#[derive(Clone, Debug, Default)]
pub(super) struct Trace {
    lines: Option<Arc<Mutex<Vec<String>>>>,
}

impl Trace {
    /// A trace that is kept.
    pub(super) fn kept() -> Self {
        Self { lines: Some(Arc::default()) }
    }

    /// Adds a line. `text` is called only if the trace is kept.
    pub(super) fn note(&self, time: Duration, text: impl FnOnce() -> String) {
        let Some(lines) = &self.lines else { return };
        let mut lines = lines.lock().expect("nothing panics while it holds the trace");
        if lines.len() >= LINES_MAX {
            lines.drain(..LINES_MAX / 2);
        }
        lines.push(format!("{:>10.6} {}", time.as_secs_f64(), text()));
    }

    /// Adds a network event. Heartbeats are left out: they would be most of the trace.
    pub(super) fn note_event(&self, time: Duration, event: NetworkEvent<'_>) {
        match event {
            NetworkEvent::Sent { bytes, .. } if is_heartbeat(bytes) => {}
            NetworkEvent::Sent { connection, from, to, bytes } => self.note(time, || {
                format!("#{connection} {from} > {to}: {:?}", String::from_utf8_lossy(bytes))
            }),
            NetworkEvent::Connected { connection, from, to } => {
                self.note(time, || format!("#{connection} {from} dials {to}"));
            }
            NetworkEvent::Refused { from, address } => {
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

/// Whether these bytes are nothing but a heartbeat of a feed.
fn is_heartbeat(bytes: &[u8]) -> bool {
    bytes.starts_with(b"SEQ ") && bytes.iter().filter(|&&byte| byte == b'\n').count() == 1
}
