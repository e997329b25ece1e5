//! Whether a socket can be read, or written, now.

use atomic_waker::AtomicWaker;
use std::io;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, ready};

/// One direction of a socket, and the one task that waits for it.
#[derive(Debug, Default)]
pub(super) struct Direction {
    /// [`READY`], [`ENDED`], and above these bits a count of the changes. The count is there for
    /// [`note_not_ready`](Self::note_not_ready).
    state: AtomicU32,
    waker: AtomicWaker,
}

/// The next attempt may succeed.
pub(super) const READY: u32 = 1;
/// The other side has closed this direction, or the connection has failed. It stays ready for ever.
pub(super) const ENDED: u32 = 2;
/// One more change.
const CHANGE: u32 = 4;

impl Direction {
    /// Makes `attempt` each time that it may succeed, until it does not fail with `WouldBlock`.
    pub(super) fn poll<T>(
        &self,
        cx: &mut Context<'_>,
        mut attempt: impl FnMut() -> io::Result<T>,
    ) -> Poll<io::Result<T>> {
        self.poll_until_ready(cx, |_| attempt())
    }

    /// Makes `transfer`, which moves up to `bytes_max` bytes, each time that it may succeed.
    pub(super) fn poll_transfer(
        &self,
        cx: &mut Context<'_>,
        bytes_max: usize,
        mut transfer: impl FnMut() -> io::Result<usize>,
    ) -> Poll<io::Result<usize>> {
        self.poll_until_ready(cx, |state| {
            let count = transfer()?;
            // Fewer bytes than asked for means that no more are there, so the attempt that would
            // fail with `WouldBlock` is saved. Once the direction has ended, the end of input is
            // still to be read, and no further change will be reported.
            if 0 < count && count < bytes_max && state & ENDED == 0 {
                self.note_not_ready(state);
            }
            Ok(count)
        })
    }

    /// The direction has changed to be ready.
    pub(super) fn note_ready(&self) {
        self.note(READY);
    }

    /// The system has reported these flags; 0 is no change.
    pub(super) fn note(&self, flags: u32) {
        if flags == 0 {
            return;
        }
        let changed = |state: u32| Some((state | flags).wrapping_add(CHANGE));
        // The closure never refuses. The state changes before the task is woken, so that the task
        // sees the change; `Release` pairs with the `Acquire` loads of the task.
        let _ = self.state.fetch_update(Ordering::AcqRel, Ordering::Acquire, changed);
        self.waker.wake();
    }

    fn poll_until_ready<T>(
        &self,
        cx: &mut Context<'_>,
        mut attempt: impl FnMut(u32) -> io::Result<T>,
    ) -> Poll<io::Result<T>> {
        loop {
            // Loaded before the attempt, so that `note_not_ready` can tell whether the system has
            // reported a change during the attempt.
            let state = ready!(self.poll_ready(cx));
            match attempt(state) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.note_not_ready(state);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                outcome => return Poll::Ready(outcome),
            }
        }
    }

    fn poll_ready(&self, cx: &mut Context<'_>) -> Poll<u32> {
        let ready = || Some(self.state.load(Ordering::Acquire)).filter(|state| state & READY != 0);
        if let Some(state) = ready() {
            return Poll::Ready(state);
        }
        // Registered first and loaded again after that: a change between the first load and the
        // registration finds no waker to wake, and the second load sees it.
        self.waker.register(cx.waker());
        ready().map_or(Poll::Pending, Poll::Ready)
    }

    /// An attempt that began at `state` has found that the direction is not ready. If the state has
    /// changed since, what the system reported is newer, so this changes nothing.
    fn note_not_ready(&self, state: u32) {
        let not_ready = state & !READY;
        let _ = self.state.compare_exchange(state, not_ready, Ordering::AcqRel, Ordering::Acquire);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::task::{Wake, Waker};

    /// Counts how often it wakes.
    #[derive(Default)]
    struct Wakes(AtomicU32);

    impl Wake for Wakes {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn read(direction: &Direction, cx: &mut Context<'_>, there: usize) -> Option<usize> {
        match direction.poll_transfer(cx, 10, || match there {
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
        let outcome = direction.poll_transfer(&mut cx, 10, || {
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
