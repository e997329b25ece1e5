//! The wish that a server stop.

use event_listener::{Event, EventListener};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll, Waker};

// A server that was not asked to stop is in stage 0.

/// Nobody is accepted any more, and clients get their last replies.
const REQUESTED: u8 = 1;
/// No client is left; neighbors get the last changes.
const DRAINED: u8 = 2;
/// Time is up for whoever is left.
const FORCED: u8 = 3;
/// How many stages a stop has.
const STAGES: usize = 3;

/// Asks a server to stop, from anywhere: clones speak to the same server.
///
/// A server that is asked to stop accepts nobody any more, answers what it has received, and ends.
#[derive(Clone, Debug, Default)]
pub struct Stop {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    state: AtomicU8,
    /// Raised when a stage begins, one for each stage. With one for all, a task that listens for a late
    /// stage would be woken at an early one, and might not be woken again.
    raised: [Event; STAGES],
}

impl Stop {
    /// Asks the server to stop. Asking again changes nothing.
    pub fn request(&self) {
        self.raise(REQUESTED);
    }

    /// Whether the server was asked to stop.
    pub fn is_requested(&self) -> bool {
        self.state() >= REQUESTED
    }

    /// Whether no client is served any more.
    pub(super) fn is_drained(&self) -> bool {
        self.state() >= DRAINED
    }

    /// No client is left.
    pub(super) fn note_drained(&self) {
        self.raise(DRAINED);
    }

    /// Ends what has not ended by itself.
    pub(super) fn force(&self) {
        self.raise(FORCED);
    }

    /// Waits until the server is asked to stop.
    pub async fn requested(&self) {
        let mut watch = self.watch();
        std::future::poll_fn(|cx| watch.poll_requested(cx)).await;
    }

    pub(super) fn watch(&self) -> StopWatch {
        StopWatch { stop: self.clone(), listening: Default::default() }
    }

    fn state(&self) -> u8 {
        self.inner.state.load(Ordering::Acquire)
    }

    fn raise(&self, state: u8) {
        self.inner.state.fetch_max(state, Ordering::AcqRel);
        // Whoever waits for an earlier stage waits no longer, either.
        for raised in &self.inner.raised[..usize::from(state)] {
            raised.notify(usize::MAX);
        }
    }
}

/// One task's view of a [`Stop`]: cheap to poll each time the task runs, because it registers only
/// once for each waker.
#[derive(Debug)]
pub(super) struct StopWatch {
    stop: Stop,
    /// For each stage, what wakes the task when it begins.
    listening: [Option<(EventListener, Waker)>; STAGES],
}

impl StopWatch {
    /// Ready when the server is asked to stop.
    pub(super) fn poll_requested(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.poll_at_least(REQUESTED, cx)
    }

    /// Ready when no client is left.
    pub(super) fn poll_drained(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.poll_at_least(DRAINED, cx)
    }

    /// Ready when the server ends what has not ended by itself.
    pub(super) fn poll_forced(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.poll_at_least(FORCED, cx)
    }

    fn poll_at_least(&mut self, wanted: u8, cx: &mut Context<'_>) -> Poll<()> {
        let stage = usize::from(wanted) - 1;
        loop {
            if self.stop.state() >= wanted {
                return Poll::Ready(());
            }
            match &mut self.listening[stage] {
                Some((_, waker)) if waker.will_wake(cx.waker()) => return Poll::Pending,
                Some((listener, waker)) => {
                    waker.clone_from(cx.waker());
                    if Pin::new(listener).poll(cx).is_pending() {
                        return Poll::Pending;
                    }
                    self.listening[stage] = None;
                }
                // The state is read again after listening, lest a change in between be missed.
                listening @ None => {
                    let mut listener = self.stop.inner.raised[stage].listen();
                    let _ = Pin::new(&mut listener).poll(cx);
                    *listening = Some((listener, cx.waker().clone()));
                    if self.stop.state() < wanted {
                        return Poll::Pending;
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicUsize;
    use std::task::Wake;

    #[derive(Default)]
    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// A link that was woken when the stop was requested must still be woken when it is forced.
    /// Seed 11310 had one that was not, and that went on telling after its server had ended.
    #[test]
    fn every_watch_is_woken_at_the_stage_that_it_waits_for() {
        let stop = Stop::default();
        let counts = [Arc::new(Count::default()), Arc::new(Count::default())];
        let wakers = counts.clone().map(Waker::from);
        let mut watches = [stop.watch(), stop.watch()];
        let mut poll_all = || {
            for (watch, waker) in watches.iter_mut().zip(&wakers) {
                assert!(watch.poll_forced(&mut Context::from_waker(waker)).is_pending());
            }
        };
        poll_all();
        for raise in [Stop::request, Stop::note_drained] {
            raise(&stop);
            poll_all();
            poll_all();
        }
        assert_eq!(counts.each_ref().map(|count| count.0.load(Ordering::Relaxed)), [0, 0]);
        stop.force();
        assert_eq!(counts.each_ref().map(|count| count.0.load(Ordering::Relaxed)), [1, 1]);
    }
}
