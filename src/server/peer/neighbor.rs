//! What the tasks that talk with one neighbor tell each other.

use super::link_record::LinkRecord;
use super::namesakes::Namesakes;
use crate::config::{LinkKind, Transport};
use crate::node::NeighborId;
use crate::protocol::ServerName;
use crate::server::rare_event::RareEvent;
use event_listener::{Event, EventListener};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard};

/// The events that a neighbor can cause.
#[derive(Debug, Default)]
pub(super) struct NeighborEvents {
    /// It follows.
    pub(super) follows: RareEvent,
    /// It no longer follows.
    pub(super) left: RareEvent,
    /// Two servers have its name.
    pub(super) namesake: RareEvent,
    /// A server says its name that has no certificate for it.
    pub(super) impostor: RareEvent,
    /// A line of it has a receive time ahead of this server's clock.
    pub(super) too_early: RareEvent,
    /// A line of it has a time too far ahead of its receive time.
    pub(super) too_far_ahead: RareEvent,
}

/// A neighbor of this server.
#[derive(Debug)]
pub(in crate::server) struct Neighbor {
    pub(super) id: NeighborId,
    pub(super) name: ServerName,
    pub(super) kind: LinkKind,
    /// How this server dials it.
    pub(super) transport: Transport,
    /// Where this server dials it.
    address: Mutex<String>,
    /// The link that this server dials.
    pub(super) outbound: LinkRecord,
    /// The link that the neighbor dials.
    pub(super) inbound: LinkRecord,
    /// Raised when the neighbor shows that it lives.
    alive: Event,
    /// The number of its newest feed; older ones end.
    newest_feed: AtomicU64,
    /// Raised when a newer feed begins.
    feed_began: Event,
    /// Who has its name.
    namesakes: Mutex<Namesakes>,
    /// Events that anybody who knows its name can cause.
    pub(super) events: NeighborEvents,
    /// How many logs it has had, as far as this server has seen.
    logs: AtomicU64,
}

impl Neighbor {
    pub(super) fn new(
        id: NeighborId,
        name: ServerName,
        kind: LinkKind,
        transport: Transport,
        address: String,
    ) -> Self {
        Self {
            id,
            name,
            kind,
            transport,
            address: Mutex::new(address),
            outbound: LinkRecord::default(),
            inbound: LinkRecord::default(),
            alive: Event::new(),
            newest_feed: AtomicU64::new(0),
            feed_began: Event::new(),
            namesakes: Mutex::default(),
            events: NeighborEvents::default(),
            logs: AtomicU64::new(0),
        }
    }

    pub(super) fn address(&self) -> String {
        lock(&self.address).clone()
    }

    /// From now on it is dialled there.
    pub(super) fn move_to(&self, address: String) {
        *lock(&self.address) = address;
        self.note_sign_of_life();
    }

    /// The neighbor has connected, so dialling it now is likely to succeed.
    pub(super) fn note_sign_of_life(&self) {
        self.alive.notify(usize::MAX);
    }

    /// Completes at the next sign of life.
    pub(super) fn sign_of_life(&self) -> EventListener {
        self.alive.listen()
    }

    /// The neighbor has a log that was not seen before: it has started anew.
    pub(super) fn note_new_log(&self) {
        // Release, so that a feed that sees the count also sees what was taken in before.
        self.logs.fetch_add(1, Ordering::AcqRel);
    }

    /// How many logs the neighbor has had.
    pub(super) fn logs(&self) -> u64 {
        self.logs.load(Ordering::Acquire)
    }

    /// Who has its name, as far as this server has seen.
    pub(super) fn namesakes(&self) -> MutexGuard<'_, Namesakes> {
        lock(&self.namesakes)
    }

    /// A new feed for this neighbor takes the place of the one before.
    pub(super) fn begin_feed(&self) -> u64 {
        let feed = self.newest_feed.fetch_add(1, Ordering::AcqRel) + 1;
        // The number comes first: the feed that is woken looks at it.
        self.feed_began.notify(usize::MAX);
        feed
    }

    /// Completes when `feed` is no longer the newest one.
    pub(super) async fn replaced(&self, feed: u64) {
        loop {
            // Listen before looking: a feed that begins in between is then not missed.
            let began = self.feed_began.listen();
            if !self.is_newest_feed(feed) {
                return;
            }
            began.await;
        }
    }

    /// Whether `feed` is still the newest one.
    fn is_newest_feed(&self, feed: u64) -> bool {
        self.newest_feed.load(Ordering::Acquire) == feed
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("nothing panics while it holds what is known of a neighbor")
}
