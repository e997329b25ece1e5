//! A limit on the time that a fetch takes in all.

use super::{FetchError, FetchRequest, FetchResponse, Fetcher};
use crate::runtime::{Clock, timeout};
use async_trait::async_trait;
use std::time::Duration;

/// A [`Fetcher`] that gives up after so long, whatever the one within it waits for: its turn, the
/// network, a second attempt.
#[derive(Debug)]
pub struct TimeLimited<C, F> {
    clock: C,
    fetcher: F,
    span: Duration,
}

impl<C: Clock, F: Fetcher> TimeLimited<C, F> {
    /// The same fetcher with a limit on its time.
    pub fn new(clock: C, fetcher: F, span: Duration) -> Self {
        Self { clock, fetcher, span }
    }
}

#[async_trait]
impl<C: Clock, F: Fetcher> Fetcher for TimeLimited<C, F> {
    async fn fetch(&self, request: FetchRequest) -> Result<FetchResponse, FetchError> {
        let host = request.host();
        let outcome = timeout(&self.clock, self.span, self.fetcher.fetch(request)).await;
        outcome.unwrap_or(Err(FetchError::TimedOut { host, after: self.span }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::{CannedFetcher, Retrying};
    use crate::runtime::ManualTime;
    use futures_lite::future::{block_on, poll_once};
    use std::pin::pin;

    /// Without it a second attempt would have a time of its own, and a client would wait for both.
    #[test]
    fn the_time_includes_the_wait_for_a_second_attempt() {
        let time = ManualTime::default();
        let span = Duration::from_millis(20);
        let retrying = Retrying::new(time.clone(), CannedFetcher::new());
        let limited = TimeLimited::new(time.clone(), retrying, span);
        let request = FetchRequest::get("http://a.test/".parse().expect("the URL is good"));
        let mut fetch = pin!(limited.fetch(request));
        assert_eq!(block_on(poll_once(&mut fetch)), None);
        time.advance(span);
        let timed_out = FetchError::TimedOut { host: "a.test".to_owned(), after: span };
        assert_eq!(block_on(poll_once(&mut fetch)), Some(Err(timed_out)));
    }
}
