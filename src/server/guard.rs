//! The tokens that a server knows, as they are now.

use super::rare_event::RareEvent;
use crate::access::AccessList;
use event_listener::{Event, EventListener};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, RwLock};

/// The list of tokens, which can be exchanged while the server runs.
#[derive(Debug)]
pub(super) struct Guard {
    list: RwLock<Arc<AccessList>>,
    /// How often it was exchanged.
    version: AtomicU64,
    /// Raised when it was.
    exchanged: Event,
    /// Somebody showed no good token.
    pub(super) refused: RareEvent,
    /// Somebody wanted to do what their token does not permit.
    pub(super) not_permitted: RareEvent,
}

impl Guard {
    pub(super) fn new(list: AccessList) -> Self {
        Self {
            list: RwLock::new(Arc::new(list)),
            version: AtomicU64::new(0),
            exchanged: Event::new(),
            refused: RareEvent::default(),
            not_permitted: RareEvent::default(),
        }
    }

    /// The list of this moment.
    pub(super) fn list(&self) -> Arc<AccessList> {
        Arc::clone(&self.list.read().expect("nothing panics while it holds the list"))
    }

    /// How often the list was exchanged. Whoever reads the number before the list never misses one.
    pub(super) fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    /// Completes when the list is exchanged. Listen first and look at the version then.
    pub(super) fn exchanged(&self) -> EventListener {
        self.exchanged.listen()
    }

    /// Puts another list in the place of this one. What tokens were used for counts on.
    pub(super) fn exchange(&self, list: AccessList) {
        let mut current = self.list.write().expect("nothing panics while it holds the list");
        *current = Arc::new(list.after(&current));
        drop(current);
        // Released after the list is there: whoever acquires the new number finds it.
        self.version.fetch_add(1, Ordering::Release);
        self.exchanged.notify(usize::MAX);
    }
}
