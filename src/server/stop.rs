//! The wish that a server stop.

use event_listener::{Event, EventListener};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll, Waker};

const RUNNING: u8 = 0;
/// Nobody is accepted any more, and clients get their last replies.
const REQUESTED: u8 = 1;
/// No client is left; neighbors get the last changes.
const DRAINED: u8 = 2;
/// Time is up for whoever is left.
const FORCED: u8 = 3;

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
    raised: Event,
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
        StopWatch { stop: self.clone(), seen: RUNNING, listening: None }
    }

    fn state(&self) -> u8 {
        self.inner.state.load(Ordering::Acquire)
    }

    fn raise(&self, state: u8) {
        self.inner.state.fetch_max(state, Ordering::AcqRel);
        self.inner.raised.notify(usize::MAX);
    }
}

/// One task's view of a [`Stop`]: cheap to poll each time the task runs, because it registers only
/// once for each waker.
#[derive(Debug)]
pub(super) struct StopWatch {
    stop: Stop,
    seen: u8,
    listening: Option<(EventListener, Waker)>,
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
        loop {
            let state = self.stop.state();
            if state >= wanted {
                return Poll::Ready(());
            }
            if state != self.seen {
                (self.seen, self.listening) = (state, None);
            }
            match &mut self.listening {
                Some((_, waker)) if waker.will_wake(cx.waker()) => return Poll::Pending,
                Some((listener, waker)) => {
                    waker.clone_from(cx.waker());
                    if Pin::new(listener).poll(cx).is_pending() {
                        return Poll::Pending;
                    }
                    self.listening = None;
                }
                // The state is read again after listening, lest a change in between be missed.
                listening @ None => {
                    let mut listener = self.stop.inner.raised.listen();
                    let _ = Pin::new(&mut listener).poll(cx);
                    *listening = Some((listener, cx.waker().clone()));
                    if self.stop.state() == state {
                        return Poll::Pending;
                    }
                }
            }
        }
    }
}
