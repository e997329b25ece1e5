//! What connections note in the traffic log.

use crate::protocol::Timestamp;
use crate::traffic::{ConnectionId, Event, TrafficLog};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

/// Numbers a server's connections, and notes what happens on them if there is a traffic log.
pub(super) struct Recorder {
    log: Option<TrafficLog>,
    now: Box<dyn Fn() -> Timestamp + Send + Sync>,
    /// How many connections there have been.
    connections: AtomicU64,
}

impl Recorder {
    pub(super) fn new(
        log: Option<TrafficLog>,
        now: impl Fn() -> Timestamp + Send + Sync + 'static,
    ) -> Self {
        Self { log, now: Box::new(now), connections: AtomicU64::new(0) }
    }

    /// The number of a new connection.
    pub(super) fn next_connection(&self) -> ConnectionId {
        // Relaxed: the numbers only have to differ.
        ConnectionId(self.connections.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// Whether anything is noted at all.
    pub(super) fn is_on(&self) -> bool {
        self.log.is_some()
    }

    pub(super) fn record(&self, id: ConnectionId, event: Event<'_>) {
        if let Some(log) = &self.log {
            log.record((self.now)(), id, event);
        }
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").field("log", &self.log).finish_non_exhaustive()
    }
}
