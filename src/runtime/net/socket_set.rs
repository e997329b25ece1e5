//! Sockets that the system watches all the time.
//!
//! async-std's reactor arms a socket again for each wait, and must read once in vain to learn that
//! it has to wait. A server does not need these two system calls per command. So a socket is
//! registered here once, edge-triggered, and the system reports each change.
//! `docs/PERFORMANCE.md` shows the difference in figures.

use super::readiness::Readiness;
use mio::event::Source;
use mio::{Events, Interest, Poll, Registry, Token, Waker};
use slab::Slab;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::time::Duration;

/// How many changes are taken from the system at a time.
const EVENTS_MAX: usize = 1024;

/// The token of the set's own waker. No socket has it: the keys of a slab count up from 0.
const WAKER: Token = Token(usize::MAX);

/// The sockets of a runtime, by the token that each is registered with.
///
/// It lives as long as the runtime or one of its sockets does.
#[derive(Debug)]
pub(in crate::runtime) struct SocketSet {
    registry: Registry,
    /// Tells the [`Watcher`] that the set is gone.
    waker: Arc<Waker>,
    sockets: Mutex<Slab<Arc<Readiness>>>,
}

/// Takes changes of sockets from the system and wakes the tasks that wait for them. Somebody must
/// [drive](Self::turn) it.
#[derive(Debug)]
pub(in crate::runtime) struct Watcher {
    poll: Poll,
    events: Events,
    // Weak, so that the set can go although it is watched.
    set: Weak<SocketSet>,
    // Kept until the watcher has seen its event: the system forgets the event of a closed waker.
    _waker: Arc<Waker>,
}

/// What a [`Watcher`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::runtime) enum Turn {
    /// Sockets had changed, and there may be more: look again once the woken tasks have run.
    Woke,
    /// Nothing had changed: wait until the watcher's [registry](Watcher::registry) is readable.
    Idle,
    /// The set is gone: the watcher is not needed any more.
    Ended,
}

impl SocketSet {
    /// An empty set and what watches it.
    ///
    /// # Errors
    /// When the system has no file descriptors left.
    pub(in crate::runtime) fn new() -> io::Result<(Arc<Self>, Watcher)> {
        let poll = Poll::new()?;
        let registry = poll.registry().try_clone()?;
        let waker = Arc::new(Waker::new(&registry, WAKER)?);
        let sockets = Mutex::default();
        let set = Arc::new(Self { registry, waker: Arc::clone(&waker), sockets });
        let events = Events::with_capacity(EVENTS_MAX);
        let watcher = Watcher { poll, events, set: Arc::downgrade(&set), _waker: waker };
        Ok((set, watcher))
    }

    /// Watches a socket from now on. Returns the key to [remove](Self::remove) it with.
    ///
    /// # Errors
    /// When the system cannot watch more sockets.
    pub(super) fn add(
        &self,
        socket: &mut impl Source,
        interest: Interest,
    ) -> io::Result<(usize, Arc<Readiness>)> {
        let readiness = Arc::new(Readiness::default());
        // The socket is in the slab before the system knows it, so no change of it is missed.
        let key = self.sockets().insert(Arc::clone(&readiness));
        match self.registry.register(socket, Token(key), interest) {
            Ok(()) => Ok((key, readiness)),
            Err(error) => {
                self.sockets().remove(key);
                Err(error)
            }
        }
    }

    /// Stops watching a socket.
    pub(super) fn remove(&self, key: usize, socket: &mut impl Source) {
        // If this fails, the system did not watch the socket, which is what is wanted.
        let _ = self.registry.deregister(socket);
        self.sockets().remove(key);
    }

    fn wake(&self, events: &Events) {
        let sockets = self.sockets();
        for event in events {
            // The socket may be gone, and its key may already belong to another one. A task that is
            // woken without reason tries, fails and waits again.
            if let Some(readiness) = sockets.get(event.token().0) {
                readiness.note(event);
            }
        }
    }

    fn sockets(&self) -> MutexGuard<'_, Slab<Arc<Readiness>>> {
        self.sockets.lock().expect("nothing panics while it holds the sockets")
    }
}

impl Drop for SocketSet {
    fn drop(&mut self) {
        // If this fails, the watcher's task stays asleep for ever and costs a few bytes.
        let _ = self.waker.wake();
    }
}

impl Watcher {
    /// A handle of the system's watch. It is readable when a socket has changed.
    ///
    /// # Errors
    /// When the system has no file descriptors left.
    pub(in crate::runtime) fn registry(&self) -> io::Result<Registry> {
        self.poll.registry().try_clone()
    }

    /// Wakes the tasks whose sockets have changed. It never blocks.
    pub(in crate::runtime) fn turn(&mut self) -> Turn {
        let polled = self.poll.poll(&mut self.events, Some(Duration::ZERO));
        let Some(set) = self.set.upgrade() else { return Turn::Ended };
        // A failed look misses nothing: the registry stays readable, so the next one comes at once.
        if polled.is_err() || self.events.is_empty() {
            return Turn::Idle;
        }
        set.wake(&self.events);
        Turn::Woke
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A task that watched a set for ever would keep its descriptors after the runtime is gone.
    #[test]
    fn the_watcher_ends_when_the_set_is_gone() -> io::Result<()> {
        let (set, mut watcher) = SocketSet::new()?;
        assert_eq!(watcher.turn(), Turn::Idle);
        drop(set);
        watcher.poll.poll(&mut watcher.events, Some(Duration::from_secs(20)))?;
        let tokens: Vec<_> = watcher.events.iter().map(|event| event.token()).collect();
        assert_eq!((tokens, watcher.turn()), (vec![WAKER], Turn::Ended));
        Ok(())
    }
}
