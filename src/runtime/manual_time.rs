//! Time that a test moves by hand.

use super::{AsyncStd, Runtime};
use crate::protocol::Timestamp;
use std::future::{Future, poll_fn};
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};
use std::time::Duration;

/// A world without a network, where time stands still until it is told to go on, and chance always
/// gives the same.
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
    /// Lets so much time pass.
    pub(crate) fn advance(&self, span: Duration) {
        let mut state = self.state.lock().expect("no test panics here");
        state.now += span;
        state.sleepers.drain(..).for_each(Waker::wake);
    }
}

impl Runtime for ManualTime {
    type Stream = <AsyncStd as Runtime>::Stream;
    type Listener = <AsyncStd as Runtime>::Listener;
    type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

    async fn listen(&self, _address: &str) -> io::Result<Self::Listener> {
        Err(io::ErrorKind::Unsupported.into())
    }

    async fn connect(&self, _address: &str) -> io::Result<Self::Stream> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn spawn(&self, _task: impl Future<Output = ()> + Send + 'static) {
        unreachable!("nothing that is tested with this has tasks");
    }

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
