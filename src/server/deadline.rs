//! A timer for deadlines that move often and pass seldom.

use crate::runtime::Runtime;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

/// Wakes its task when a deadline passes.
///
/// A deadline that moves on with every byte would cost a timer each; this one lets an armed timer
/// run, looks when it fires whether the deadline has moved meanwhile, and arms the next one then.
pub(super) struct Deadline<R: Runtime> {
    armed: Option<(Duration, Pin<Box<R::Sleep>>)>,
}

impl<R: Runtime> Deadline<R> {
    pub(super) fn new() -> Self {
        Self { armed: None }
    }

    /// Ready when `due`, a value of the runtime's uptime, has passed.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>, runtime: &R, due: Duration) -> Poll<()> {
        loop {
            if let Some((at, sleep)) = self.armed.as_mut().filter(|(at, _)| *at <= due) {
                if sleep.as_mut().poll(cx).is_pending() {
                    return Poll::Pending;
                }
                if *at == due {
                    return Poll::Ready(());
                }
            }
            let now = runtime.uptime();
            if due <= now {
                return Poll::Ready(());
            }
            self.armed = Some((due, Box::pin(runtime.sleep(due - now))));
        }
    }
}
