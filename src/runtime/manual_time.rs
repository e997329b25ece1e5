//! Time that a test moves by hand.

use super::clock::Clock;
use crate::protocol::Timestamp;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};
use std::time::Duration;

/// A clock that stands still until a test moves it. Every random number is 0.
#[derive(Clone, Debug, Default)]
pub(crate) struct ManualTime {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    now: Duration,
    sleepers: Vec<Waker>,
}

impl ManualTime {
    /// Moves the clock on by `span`.
    pub(crate) fn advance(&self, span: Duration) {
        let mut state = self.state.lock().expect("no test panics here");
        state.now += span;
        state.sleepers.drain(..).for_each(Waker::wake);
    }
}

impl Clock for ManualTime {
    type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

    fn sleep(&self, span: Duration) -> Self::Sleep {
        let (state, end) = (Arc::clone(&self.state), self.uptime() + span);
        Box::pin(poll_fn(move |cx| {
            let mut state = state.lock().expect("no test panics here");
            if state.now >= end {
                return Poll::Ready(());
            }
            state.sleepers.push(cx.waker().clone());
            Poll::Pending
        }))
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_nanos(0).saturating_add(self.uptime())
    }

    fn uptime(&self) -> Duration {
        self.state.lock().expect("no test panics here").now
    }

    fn random(&self) -> u64 {
        0
    }
}
