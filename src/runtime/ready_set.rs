//! Which sockets can be read and written, watched by a set that stays armed.
//!
//! async-std's reactor arms each socket anew for each wait, and reads into the void to learn that it
//! must wait at all: two calls of the system a command that a server needs not make. So sockets wait
//! here, edge-triggered: registered once, and told of each change. async-std watches one descriptor,
//! that of the set, and that only while nobody has anything to do. `docs/PERFORMANCE.md` has the
//! difference in figures.

use async_io::Async;
use atomic_waker::AtomicWaker;
use futures_lite::future;
use mio::event::{Event, Source};
use mio::{Events, Interest, Poll, Registry, Token};
use slab::Slab;
use std::future::Future;
use std::io;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::task::{self, Context};
use std::time::Duration;

/// So many changes are taken from the system at a time.
const EVENTS_MAX: usize = 1024;

/// The sockets of this process, by the token that each is registered with.
#[derive(Debug)]
pub(super) struct ReadySet {
    registry: Registry,
    sockets: Mutex<Slab<Arc<Readiness>>>,
}

/// What one socket is ready for.
#[derive(Debug, Default)]
pub(super) struct Readiness {
    pub(super) reading: Direction,
    pub(super) writing: Direction,
}

/// One direction of a socket, and the one task that waits for it.
#[derive(Debug, Default)]
pub(super) struct Direction {
    /// [`READY`], [`ENDED`], and above them a count of the changes, so that what is found out about
    /// a socket does not undo what has been told about it meanwhile.
    state: AtomicU32,
    waker: AtomicWaker,
}

const READY: u32 = 1;
/// The other side has closed this direction, or the connection has failed: ready for ever.
const ENDED: u32 = 2;
const CHANGE: u32 = 4;

impl ReadySet {
    /// The one set of this process. `spawn` starts the task that wakes those who wait in it.
    ///
    /// # Errors
    /// When the system has no descriptor for it; the next call tries again.
    pub(super) fn of_this_process(
        spawn: impl FnOnce(std::pin::Pin<Box<dyn Future<Output = ()> + Send>>),
    ) -> io::Result<&'static Self> {
        static SET: OnceLock<ReadySet> = OnceLock::new();
        if let Some(set) = SET.get() {
            return Ok(set);
        }
        let poll = Poll::new()?;
        let watch = Async::new_nonblocking(poll.registry().try_clone()?)?;
        let registry = poll.registry().try_clone()?;
        let mut is_new = false;
        let set = SET.get_or_init(|| {
            is_new = true;
            Self { registry, sockets: Mutex::default() }
        });
        if is_new {
            spawn(Box::pin(set.wake_all(poll, watch)));
        }
        Ok(set)
    }

    /// Watches a socket from now on.
    ///
    /// # Errors
    /// When the system watches no more.
    pub(super) fn add(&self, socket: &mut impl Source) -> io::Result<(usize, Arc<Readiness>)> {
        let readiness = Arc::new(Readiness::default());
        readiness.writing.note(READY);
        let key = self.sockets().insert(Arc::clone(&readiness));
        let both = Interest::READABLE | Interest::WRITABLE;
        match self.registry.register(socket, Token(key), both) {
            Ok(()) => Ok((key, readiness)),
            Err(error) => {
                self.sockets().remove(key);
                Err(error)
            }
        }
    }

    /// Watches a socket no longer.
    pub(super) fn remove(&self, key: usize, socket: &mut impl Source) {
        // What is not watched need not be forgotten.
        let _ = self.registry.deregister(socket);
        self.sockets().remove(key);
    }

    /// Wakes those whose sockets have changed, for ever. It looks again after all of them have had
    /// their turn, and sleeps when nothing has changed by then.
    async fn wake_all(&self, mut poll: Poll, watch: Async<Registry>) {
        let mut events = Events::with_capacity(EVENTS_MAX);
        loop {
            let polled = poll.poll(&mut events, Some(Duration::ZERO));
            if polled.is_err() || events.is_empty() {
                // Where this fails, the next look comes at once, and nothing is missed.
                let _ = watch.readable().await;
                continue;
            }
            self.wake(&events);
            future::yield_now().await;
        }
    }

    fn wake(&self, events: &Events) {
        let sockets = self.sockets();
        for event in events {
            // It may have gone meanwhile, or its key be another's already, who will look in vain.
            if let Some(readiness) = sockets.get(event.token().0) {
                readiness.note(event);
            }
        }
    }

    fn sockets(&self) -> MutexGuard<'_, Slab<Arc<Readiness>>> {
        self.sockets.lock().expect("nothing panics while it holds the sockets")
    }
}

impl Readiness {
    fn note(&self, event: &Event) {
        let failed = if event.is_error() { READY | ENDED } else { 0 };
        let ended = |is_closed| if is_closed { READY | ENDED } else { 0 };
        let ready = |is_ready| if is_ready { READY } else { 0 };
        self.reading.note(ready(event.is_readable()) | ended(event.is_read_closed()) | failed);
        self.writing.note(ready(event.is_writable()) | ended(event.is_write_closed()) | failed);
    }
}

impl Direction {
    /// Tries `transfer`, which moves up to `bytes_max` bytes, whenever that may succeed.
    pub(super) fn poll(
        &self,
        cx: &mut Context<'_>,
        bytes_max: usize,
        mut transfer: impl FnMut() -> io::Result<usize>,
    ) -> task::Poll<io::Result<usize>> {
        loop {
            let state = task::ready!(self.poll_ready(cx));
            match transfer() {
                Ok(count) => {
                    // Less than asked for is all there is, but for the end of input behind it.
                    if 0 < count && count < bytes_max && state & ENDED == 0 {
                        self.note_not_ready(state);
                    }
                    return task::Poll::Ready(Ok(count));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.note_not_ready(state);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return task::Poll::Ready(Err(error)),
            }
        }
    }

    fn poll_ready(&self, cx: &mut Context<'_>) -> task::Poll<u32> {
        let ready = || Some(self.state.load(Ordering::Acquire)).filter(|state| state & READY != 0);
        if let Some(state) = ready() {
            return task::Poll::Ready(state);
        }
        self.waker.register(cx.waker());
        ready().map_or(task::Poll::Pending, task::Poll::Ready)
    }

    fn note(&self, flags: u32) {
        if flags == 0 {
            return;
        }
        let changed = |state: u32| Some((state | flags).wrapping_add(CHANGE));
        // The closure never refuses.
        let _ = self.state.fetch_update(Ordering::AcqRel, Ordering::Acquire, changed);
        self.waker.wake();
    }

    /// The direction was found not to be ready, unless it has changed since `state`.
    fn note_not_ready(&self, state: u32) {
        let not_ready = state & !READY;
        let _ = self.state.compare_exchange(state, not_ready, Ordering::AcqRel, Ordering::Acquire);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::task::{Poll, Wake, Waker};

    /// Counts how often it wakes.
    #[derive(Default)]
    struct Wakes(AtomicU32);

    impl Wake for Wakes {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn read(direction: &Direction, cx: &mut Context<'_>, there: usize) -> Option<usize> {
        match direction.poll(cx, 10, || match there {
            0 => Err(io::ErrorKind::WouldBlock.into()),
            there => Ok(there.min(10)),
        }) {
            Poll::Ready(read) => read.ok(),
            Poll::Pending => None,
        }
    }

    #[test]
    fn who_finds_nothing_is_woken_by_the_next_change() {
        let wakes = Arc::new(Wakes::default());
        let waker = Waker::from(Arc::clone(&wakes));
        let mut cx = Context::from_waker(&waker);
        let direction = Direction::default();
        assert_eq!(read(&direction, &mut cx, 5), None);
        direction.note(READY);
        assert_eq!(wakes.0.load(Ordering::Relaxed), 1);
        assert_eq!(read(&direction, &mut cx, 10), Some(10));
        // As much as was asked for, so there may be more; less, so there is not.
        assert_eq!(read(&direction, &mut cx, 3), Some(3));
        assert_eq!(read(&direction, &mut cx, 3), None);
    }

    /// Bytes that come between a short read and the note of it would be waited for in vain.
    #[test]
    fn a_change_during_a_transfer_is_not_undone() {
        let mut cx = Context::from_waker(Waker::noop());
        let direction = Direction::default();
        direction.note(READY);
        let outcome = direction.poll(&mut cx, 10, || {
            direction.note(READY);
            Ok(3)
        });
        assert!(matches!(outcome, Poll::Ready(Ok(3))));
        assert_eq!(read(&direction, &mut cx, 4), Some(4));
    }

    /// The end of input is announced once, together with the last bytes or after them.
    #[test]
    fn the_end_is_never_forgotten() {
        let mut cx = Context::from_waker(Waker::noop());
        let direction = Direction::default();
        direction.note(READY | ENDED);
        assert_eq!(read(&direction, &mut cx, 3), Some(3));
        assert_eq!(read(&direction, &mut cx, 4), Some(4));
    }
}
