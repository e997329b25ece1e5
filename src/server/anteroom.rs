//! Where connections wait until they have shown whose they are.

use event_listener::Event;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

/// The connections that have not shown yet whose they are, oldest first. When there are too many,
/// the oldest loses its place, so strangers cannot keep others out.
#[derive(Debug)]
pub(super) struct Anteroom {
    places_max: usize,
    waiting: Arc<Mutex<VecDeque<Arc<Ticket>>>>,
}

/// A connection's place in the anteroom, until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    waiting: Arc<Mutex<VecDeque<Arc<Ticket>>>>,
    ticket: Arc<Ticket>,
}

#[derive(Debug, Default)]
struct Ticket {
    is_lost: AtomicBool,
    lost: Event,
}

impl Anteroom {
    /// An anteroom with so many places.
    pub(super) fn new(places_max: usize) -> Self {
        Self { places_max, waiting: Arc::default() }
    }

    /// Takes a place, and takes away the oldest one if there are too many.
    pub(super) fn enter(&self) -> Place {
        let ticket = Arc::new(Ticket::default());
        let mut waiting = lock(&self.waiting);
        if waiting.len() >= self.places_max
            && let Some(oldest) = waiting.pop_front()
        {
            // The flag comes first: whoever is woken looks at it.
            oldest.is_lost.store(true, Ordering::Release);
            oldest.lost.notify(usize::MAX);
        }
        waiting.push_back(Arc::clone(&ticket));
        Place { waiting: Arc::clone(&self.waiting), ticket }
    }
}

impl Place {
    /// Completes when the place was given to a newer connection.
    pub(super) async fn lost(&self) {
        loop {
            // Listen before looking: a loss in between is then not missed.
            let lost = self.ticket.lost.listen();
            if self.ticket.is_lost.load(Ordering::Acquire) {
                return;
            }
            lost.await;
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        lock(&self.waiting).retain(|other| !Arc::ptr_eq(other, &self.ticket));
    }
}

fn lock(waiting: &Mutex<VecDeque<Arc<Ticket>>>) -> MutexGuard<'_, VecDeque<Arc<Ticket>>> {
    waiting.lock().expect("nothing panics while it holds the anteroom")
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_lite::future;

    fn is_lost(place: &Place) -> bool {
        future::block_on(future::poll_once(place.lost())).is_some()
    }

    /// Without it strangers who say nothing would keep a restarted neighbor out.
    #[test]
    fn the_oldest_loses_its_place_and_whoever_leaves_makes_room() {
        let anteroom = Anteroom::new(3);
        let mut places: Vec<_> = (0..3).map(|_| anteroom.enter()).collect();
        drop(places.remove(1));
        places.push(anteroom.enter());
        assert!(!places.iter().any(is_lost));
        places.push(anteroom.enter());
        let lost: Vec<_> = places.iter().map(is_lost).collect();
        assert!(lost[0] && !lost[1..].contains(&true), "{lost:?}");
    }
}
