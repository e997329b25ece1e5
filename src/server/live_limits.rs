//! Limits that can change while the server runs.

use crate::config::Limits;
use std::ops::Deref;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, RwLock};

/// The limits of a server as they are now.
#[derive(Debug)]
pub(super) struct LiveLimits {
    current: RwLock<Arc<Limits>>,
    /// How often they have changed.
    version: AtomicU64,
}

/// The limits as somebody who looks at them often last saw them.
#[derive(Debug)]
pub(super) struct SeenLimits {
    limits: Arc<Limits>,
    version: u64,
}

impl LiveLimits {
    pub(super) fn new(limits: Limits) -> Self {
        Self { current: RwLock::new(Arc::new(limits)), version: AtomicU64::new(0) }
    }

    /// The limits of this moment.
    pub(super) fn current(&self) -> Arc<Limits> {
        Arc::clone(&self.current.read().expect("nothing panics while it holds the limits"))
    }

    /// Puts others in their place.
    pub(super) fn replace(&self, limits: Limits) {
        *self.current.write().expect("nothing panics while it holds the limits") = Arc::new(limits);
        // Released after the limits are there: whoever acquires the new number finds them.
        self.version.fetch_add(1, Ordering::Release);
    }

    /// The limits of this moment, to be looked at often.
    pub(super) fn seen(&self) -> SeenLimits {
        // The number comes first: limits that change in between are looked at once more.
        let version = self.version.load(Ordering::Acquire);
        SeenLimits { limits: self.current(), version }
    }
}

impl SeenLimits {
    /// Looks whether they have changed, which costs next to nothing if they have not.
    pub(super) fn refresh(&mut self, live: &LiveLimits) {
        if live.version.load(Ordering::Acquire) != self.version {
            *self = live.seen();
        }
    }
}

impl Deref for SeenLimits {
    type Target = Limits;

    fn deref(&self) -> &Limits {
        &self.limits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_looks_again_sees_the_new_limits() {
        let live = LiveLimits::new(Limits::default());
        let mut seen = live.seen();
        live.replace(Limits { unsent_bytes: 7, ..Limits::default() });
        assert_eq!((seen.unsent_bytes, live.current().unsent_bytes), (1024 * 1024, 7));
        seen.refresh(&live);
        assert_eq!(seen.unsent_bytes, 7);
    }
}
