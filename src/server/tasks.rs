//! How many tasks are still at work.

use event_listener::Event;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Counts tasks, so that a server that stops can wait for them.
#[derive(Clone, Debug, Default)]
pub(super) struct Tasks {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    running: AtomicUsize,
    ended: Event,
}

/// Kept by a task for as long as it is at work.
#[derive(Debug)]
pub(super) struct AtWork(Arc<Inner>);

impl Tasks {
    /// Counts one more task, until what is returned is dropped.
    pub(super) fn begin(&self) -> AtWork {
        self.inner.running.fetch_add(1, Ordering::AcqRel);
        AtWork(Arc::clone(&self.inner))
    }

    /// How many tasks are at work.
    pub(super) fn count(&self) -> usize {
        self.inner.running.load(Ordering::Acquire)
    }

    /// Waits until no task is at work.
    pub(super) async fn all_ended(&self) {
        loop {
            let ended = self.inner.ended.listen();
            if self.count() == 0 {
                return;
            }
            ended.await;
        }
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        if self.0.running.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.0.ended.notify(usize::MAX);
        }
    }
}
