//! A timer for deadlines that move often and pass seldom.

use crate::runtime::Clock;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

/// Wakes its task when a deadline passes.
///
/// A deadline that moves on with every byte would cost a timer each; this one lets an armed timer
/// run, looks when it fires whether the deadline has moved meanwhile, and arms the next one then.
pub(crate) struct Deadline<C: Clock> {
    armed: Option<(Duration, Pin<Box<C::Sleep>>)>,
}

impl<C: Clock> Deadline<C> {
    pub(crate) fn new() -> Self {
        Self { armed: None }
    }

    /// Ready when `due`, a value of the runtime's uptime, has passed.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>, clock: &C, due: Duration) -> Poll<()> {
        if let Some((at, sleep)) = self.armed.as_mut().filter(|(at, _)| *at <= due) {
            if sleep.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            let passed = *at == due;
            self.armed = None;
            if passed {
                return Poll::Ready(());
            }
        }
        let now = clock.uptime();
        if due <= now {
            return Poll::Ready(());
        }
        let mut sleep = Box::pin(clock.sleep(due - now));
        let polled = sleep.as_mut().poll(cx);
        self.armed = polled.is_pending().then_some((due, sleep));
        polled
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::{AsyncStd, Clock};
    use futures_lite::future::{block_on, poll_fn};

    /// A deadline that passed once must be of use again: a heartbeat comes after a heartbeat.
    #[test]
    fn it_passes_again_and_again_and_moves_on_while_it_is_armed() {
        let clock = AsyncStd::new();
        let mut deadline = Deadline::new();
        let start = clock.uptime();
        for step in 1..=3 {
            let due = start + Duration::from_millis(5 * step);
            let later = due + Duration::from_millis(2);
            block_on(poll_fn(|cx| {
                let _ = deadline.poll(cx, &clock, due);
                deadline.poll(cx, &clock, later)
            }));
            assert!(clock.uptime() >= later);
        }
    }
}
