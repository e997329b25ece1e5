//! Something that is exchanged while others use it.

use event_listener::{Event, EventListener};
use std::sync::{Arc, RwLock};

/// Holds the newest of something, such as a configuration. Whoever needs it takes the newest and
/// keeps that for as long as one use lasts.
#[derive(Debug)]
pub struct Newest<T> {
    current: RwLock<Arc<T>>,
    replaced: Event,
}

impl<T> Newest<T> {
    /// Holds `first` until it is replaced.
    pub fn new(first: T) -> Self {
        Self { current: RwLock::new(Arc::new(first)), replaced: Event::new() }
    }

    /// The newest one.
    pub fn current(&self) -> Arc<T> {
        Arc::clone(&self.current.read().expect("nothing panics while it holds the newest"))
    }

    /// Makes `next` the newest one, and wakes whoever waits for that.
    pub fn replace(&self, next: T) {
        *self.current.write().expect("nothing panics while it holds the newest") = Arc::new(next);
        // It is in its place before anybody is woken to look at it.
        self.replaced.notify(usize::MAX);
    }

    /// Completes at the next replacement. Listen before you look at the current one: a replacement
    /// in between is then not missed.
    pub fn replaced(&self) -> EventListener {
        self.replaced.listen()
    }
}
