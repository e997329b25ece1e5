//! The limits on what asking a remote service may cost.

use super::circuit::Circuit;
use super::error::FetchError;
use super::fetcher::Fetcher;
use super::request::FetchRequest;
use super::response::FetchResponse;
use crate::runtime::{Clock, timeout};
use async_lock::Semaphore;
use async_trait::async_trait;
use std::time::Duration;

/// How long a request may take, from the wait for its turn to the end of the second attempt: 5 s.
pub const FETCH_TIMEOUT: Duration = Duration::from_secs(5);

/// How many requests are under way at a time; others wait for their turn.
pub const REQUESTS_AT_ONCE_MAX: usize = 32;

/// The shortest wait before a second attempt.
pub const RETRY_SPAN_MIN: Duration = Duration::from_millis(50);

/// The longest wait before a second attempt.
pub const RETRY_SPAN_MAX: Duration = Duration::from_millis(150);

/// A [`Fetcher`] for one service with a limit on each thing that asking may cost: the time of a
/// request in all, the number of requests under way, the number of attempts, and how long a service
/// that is down is asked in vain.
///
/// A request that failed in a way that may pass is made again, once, after a short wait that varies,
/// so that clients of a service that restarts do not come back in step.
#[derive(Debug)]
pub struct Careful<C, F> {
    clock: C,
    fetcher: F,
    timeout: Duration,
    permits: Semaphore,
    circuit: Circuit,
}

impl<C: Clock, F: Fetcher> Careful<C, F> {
    /// The same fetcher with limits. `timeout` is the time for a request in all; the usual one is
    /// [`FETCH_TIMEOUT`].
    pub fn new(clock: C, fetcher: F, timeout: Duration) -> Self {
        let permits = Semaphore::new(REQUESTS_AT_ONCE_MAX);
        Self { clock, fetcher, timeout, permits, circuit: Circuit::default() }
    }

    async fn fetch_in_turn(&self, request: FetchRequest) -> Result<FetchResponse, FetchError> {
        let _permit = self.permits.acquire().await;
        let outcome = self.fetcher.fetch(request.clone()).await;
        if !may_pass(&outcome) {
            return outcome;
        }
        self.clock.sleep(self.pause()).await;
        self.fetcher.fetch(request).await
    }

    fn pause(&self) -> Duration {
        let range = (RETRY_SPAN_MAX - RETRY_SPAN_MIN).as_micros() as u64;
        RETRY_SPAN_MIN + Duration::from_micros(self.clock.random() % (range + 1))
    }
}

#[async_trait]
impl<C: Clock, F: Fetcher> Fetcher for Careful<C, F> {
    async fn fetch(&self, request: FetchRequest) -> Result<FetchResponse, FetchError> {
        let host = request.host();
        self.circuit.admit(&host, self.clock.uptime())?;
        let outcome = timeout(&self.clock, self.timeout, self.fetch_in_turn(request)).await;
        let timed_out = || FetchError::TimedOut { host: host.clone(), after: self.timeout };
        let outcome = outcome.unwrap_or_else(|| Err(timed_out()));
        self.circuit.take_note(&host, &outcome, self.clock.uptime());
        outcome
    }
}

/// Whether another attempt may come out better.
fn may_pass(outcome: &Result<FetchResponse, FetchError>) -> bool {
    match outcome {
        Ok(response) => response.status() >= 500,
        Err(FetchError::NotConnected { .. } | FetchError::Broken { .. }) => true,
        Err(
            FetchError::InvalidRequest(_)
            | FetchError::NotSecure { .. }
            | FetchError::TimedOut { .. }
            | FetchError::BodyTooLarge { .. }
            | FetchError::Encoded { .. }
            | FetchError::Down { .. },
        ) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::CannedFetcher;
    use crate::runtime::ManualTime;
    use futures_lite::future::{block_on, pending, poll_once};
    use std::pin::pin;
    use std::sync::Arc;

    fn request() -> FetchRequest {
        FetchRequest::get("http://a.test/".parse().expect("the URL is good"))
    }

    fn answering(answers: &[Result<FetchResponse, FetchError>]) -> Arc<CannedFetcher> {
        let empty = CannedFetcher::new();
        let all = answers.iter().cloned();
        Arc::new(all.fold(empty, |fetcher, answer| fetcher.with_answer("http://", answer)))
    }

    fn broken() -> FetchError {
        FetchError::Broken { host: "a.test".to_owned(), why: "reset".to_owned() }
    }

    #[test]
    fn a_failure_is_asked_again_once_after_a_short_wait() {
        let time = ManualTime::default();
        for first in [Err(broken()), Ok(FetchResponse::new(503, ""))] {
            let canned = answering(&[first, Ok(FetchResponse::new(200, "two"))]);
            let careful = Careful::new(time.clone(), canned.clone(), FETCH_TIMEOUT);
            let mut fetch = pin!(careful.fetch(request()));
            assert_eq!(block_on(poll_once(&mut fetch)), None, "it waits");
            time.advance(RETRY_SPAN_MIN - Duration::from_micros(1));
            assert_eq!(block_on(poll_once(&mut fetch)), None, "it still waits");
            time.advance(RETRY_SPAN_MAX - RETRY_SPAN_MIN + Duration::from_micros(1));
            let second = Some(Ok(FetchResponse::new(200, "two")));
            assert_eq!(block_on(poll_once(&mut fetch)), second);
            assert_eq!(canned.requests(), [request(), request()]);
        }
    }

    /// Without it a mistake of the client's, or a refusal, would cost twice.
    #[test]
    fn what_will_not_pass_is_asked_once() {
        let host = || "a.test".to_owned();
        for answer in [
            Ok(FetchResponse::new(200, "")),
            Ok(FetchResponse::new(429, "")),
            Err(FetchError::NotSecure { host: host(), why: "expired".to_owned() }),
            Err(FetchError::TimedOut { host: host(), after: RETRY_SPAN_MAX }),
            Err(FetchError::Encoded { host: host() }),
        ] {
            let canned = answering(std::slice::from_ref(&answer));
            let careful = Careful::new(ManualTime::default(), canned.clone(), FETCH_TIMEOUT);
            assert_eq!(block_on(careful.fetch(request())), answer);
            assert_eq!(canned.requests().len(), 1, "{answer:?}");
        }
    }

    /// Without it a client would wait for two time limits and a pause.
    #[test]
    fn the_time_includes_the_wait_for_a_second_attempt() {
        let time = ManualTime::default();
        let span = Duration::from_millis(20);
        let careful = Careful::new(time.clone(), answering(&[Err(broken())]), span);
        let mut fetch = pin!(careful.fetch(request()));
        assert_eq!(block_on(poll_once(&mut fetch)), None);
        time.advance(span);
        let timed_out = FetchError::TimedOut { host: "a.test".to_owned(), after: span };
        assert_eq!(block_on(poll_once(&mut fetch)), Some(Err(timed_out)));
    }

    /// Hangs, or answers.
    struct Hung;

    #[async_trait]
    impl Fetcher for Hung {
        async fn fetch(&self, request: FetchRequest) -> Result<FetchResponse, FetchError> {
            match request.url().path() {
                "/hang" => pending().await,
                _ => Ok(FetchResponse::new(200, "")),
            }
        }
    }

    #[test]
    fn requests_beyond_the_limit_wait_for_their_turn() {
        let careful = Careful::new(ManualTime::default(), Hung, FETCH_TIMEOUT);
        let hang = FetchRequest::get("http://a.test/hang".parse().expect("the URL is good"));
        block_on(async {
            let mut hung: Vec<_> =
                (0..REQUESTS_AT_ONCE_MAX).map(|_| careful.fetch(hang.clone())).collect();
            for fetch in &mut hung {
                assert_eq!(poll_once(fetch).await, None);
            }
            let mut last = careful.fetch(request());
            assert_eq!(poll_once(&mut last).await, None);
            hung.pop();
            assert_eq!(poll_once(&mut last).await, Some(Ok(FetchResponse::new(200, ""))));
        });
    }
}
