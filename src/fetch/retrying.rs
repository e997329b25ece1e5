//! A second attempt.

use super::{FetchError, FetchRequest, FetchResponse, Fetcher};
use crate::runtime::Clock;
use async_trait::async_trait;
use std::time::Duration;

/// The shortest wait before the second attempt.
pub const RETRY_SPAN_MIN: Duration = Duration::from_millis(50);

/// The longest wait before the second attempt: chance chooses, lest all that failed together come
/// back together.
pub const RETRY_SPAN_MAX: Duration = Duration::from_millis(150);

/// A [`Fetcher`] that asks once more where a connection failed or the server did (5xx).
///
/// A request may so arrive twice: it is for questions, which change nothing.
#[derive(Debug)]
pub struct Retrying<C, F> {
    clock: C,
    fetcher: F,
}

impl<C: Clock, F: Fetcher> Retrying<C, F> {
    /// The same fetcher with a second attempt.
    pub fn new(clock: C, fetcher: F) -> Self {
        Self { clock, fetcher }
    }

    fn pause(&self) -> Duration {
        let range = (RETRY_SPAN_MAX - RETRY_SPAN_MIN).as_micros() as u64;
        RETRY_SPAN_MIN + Duration::from_micros(self.clock.random() % (range + 1))
    }
}

#[async_trait]
impl<C: Clock, F: Fetcher> Fetcher for Retrying<C, F> {
    async fn fetch(&self, request: FetchRequest) -> Result<FetchResponse, FetchError> {
        let outcome = self.fetcher.fetch(request.clone()).await;
        if !may_pass(&outcome) {
            return outcome;
        }
        self.clock.sleep(self.pause()).await;
        self.fetcher.fetch(request).await
    }
}

/// Whether a second attempt may fare better.
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
    use futures_lite::future::{block_on, poll_once};
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

    /// Without it a restart of the service would be an error to every client that asks just then;
    /// and a client would wait for no more than twice.
    #[test]
    fn a_failure_is_asked_again_once_after_a_short_wait() {
        let time = ManualTime::default();
        for first in [Err(broken()), Ok(FetchResponse::new(503, ""))] {
            let canned = answering(&[first, Ok(FetchResponse::new(200, "two"))]);
            let retrying = Retrying::new(time.clone(), canned.clone());
            let mut fetch = pin!(retrying.fetch(request()));
            assert_eq!(block_on(poll_once(&mut fetch)), None, "it waits");
            time.advance(RETRY_SPAN_MIN - Duration::from_micros(1));
            assert_eq!(block_on(poll_once(&mut fetch)), None, "it still waits");
            time.advance(RETRY_SPAN_MAX - RETRY_SPAN_MIN + Duration::from_micros(1));
            let second = Some(Ok(FetchResponse::new(200, "two")));
            assert_eq!(block_on(poll_once(&mut fetch)), second);
            assert_eq!(canned.requests(), [request(), request()]);
        }
    }

    /// Without it a spent quota or a wrong certificate would cost twice.
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
            let retrying = Retrying::new(ManualTime::default(), canned.clone());
            assert_eq!(block_on(retrying.fetch(request())), answer);
            assert_eq!(canned.requests().len(), 1, "{answer:?}");
        }
    }
}
