//! The state of one direction of a link.

use super::link_end::LinkEnd;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

/// One direction of a link: whether it is up, and why it was last down.
#[derive(Debug, Default)]
pub(super) struct LinkRecord {
    state: Mutex<LinkState>,
    /// The number of the newest change that went over it. It is written for each batch, so it stays
    /// out of the mutex.
    told: AtomicU64,
}

/// The state of one direction of a link.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::server) struct LinkState {
    /// The uptime since which it has been up; None while it is down.
    pub(in crate::server) up_since: Option<Duration>,
    /// Why it last ended or could not be made.
    pub(in crate::server) last_reason: Option<String>,
}

impl LinkRecord {
    /// The conversation works.
    pub(super) fn note_up(&self, now: Duration) {
        self.state().up_since = Some(now);
    }

    /// The link ended or could not be made. Returns whether the reason differs from the last one.
    pub(super) fn note_down(&self, end: &LinkEnd) -> bool {
        let mut state = self.state();
        state.up_since = None;
        let reason = Some(end.to_string());
        let is_new = state.last_reason != reason;
        state.last_reason = reason;
        is_new
    }

    /// Changes up to this number went over it.
    pub(super) fn note_told(&self, number: u64) {
        // Relaxed: nothing else is read because of this number.
        self.told.store(number, Ordering::Relaxed);
    }

    pub(super) fn told(&self) -> u64 {
        self.told.load(Ordering::Relaxed)
    }

    pub(super) fn snapshot(&self) -> LinkState {
        self.state().clone()
    }

    fn state(&self) -> MutexGuard<'_, LinkState> {
        self.state.lock().expect("nothing panics while it holds a link's state")
    }
}
