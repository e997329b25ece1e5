//! The limits on what asking a remote service may cost.

use super::budget::{Budget, Purse};
use super::circuit::Circuit;
use super::error::FetchError;
use super::fair_queue::FairQueue;
use super::fetcher::Fetcher;
use super::request::FetchRequest;
use super::response::FetchResponse;
use crate::runtime::{Clock, timeout};
use async_trait::async_trait;
use futures_lite::future;
use std::time::Duration;

/// How long a request may take, from the wait for its turn to the end of the second attempt: 5 s.
pub const FETCH_TIMEOUT: Duration = Duration::from_secs(5);

/// How many requests are under way at a time; others wait for their turn.
pub const REQUESTS_AT_ONCE_MAX: usize = 32;

/// How many requests are under way at a time after one that was not answered well, and before the
/// first answer, for [`HEAD_START`]. So a service that wants a pause can say so before many requests
/// have gone out.
pub const UNPROVEN_AT_ONCE_MAX: usize = 4;

/// How long a service that has not answered well yet may take to refuse, before it gets as many
/// requests as any other: 100 ms.
pub const HEAD_START: Duration = Duration::from_millis(100);

/// The shortest wait before a second attempt.
pub const RETRY_SPAN_MIN: Duration = Duration::from_millis(50);

/// The longest wait before a second attempt.
pub const RETRY_SPAN_MAX: Duration = Duration::from_millis(150);

/// A [`Fetcher`] for one service with a limit on each thing that asking may cost: the time of a
/// request in all, the number of requests under way, in the queue, a second and a day, the number of
/// attempts, and how long a service that is down or wants a pause is asked in vain.
///
/// Requests that wait for their turn do so fairly: their [askers](FetchRequest::asked_by) take turns.
/// A request that failed in a way that may pass is made again, once, after a short wait that varies,
/// so that clients of a service that restarts do not come back in step.
#[derive(Debug)]
pub struct Careful<C, F> {
    clock: C,
    fetcher: F,
    timeout: Duration,
    queue: FairQueue,
    purse: Purse,
    circuit: Circuit,
}

impl<C: Clock, F: Fetcher> Careful<C, F> {
    /// The same fetcher with limits. `timeout` is the time for a request in all; the usual one is
    /// [`FETCH_TIMEOUT`]. The budget is the default one.
    pub fn new(clock: C, fetcher: F, timeout: Duration) -> Self {
        let (queue, purse) = (FairQueue::new(UNPROVEN_AT_ONCE_MAX), Purse::new(Budget::default()));
        Self { clock, fetcher, timeout, queue, purse, circuit: Circuit::default() }
    }

    /// The same with another budget.
    pub fn with_budget(self, budget: Budget) -> Self {
        Self { purse: Purse::new(budget), ..self }
    }

    /// Waits for a turn and makes the request. What came of it is noted before the turn ends, so that
    /// the next one in the queue knows.
    async fn fetch_in_turn(&self, request: FetchRequest) -> Result<FetchResponse, FetchError> {
        let host = request.host();
        let busy = || FetchError::Busy { host: host.clone() };
        let _turn = self.queue.turn(request.asker()).await.ok_or_else(busy)?;
        self.circuit.admit(&host, self.clock.uptime())?;
        let mut outcome = self.attempt(request.clone()).await;
        if may_pass(&outcome) {
            self.clock.sleep(self.pause()).await;
            outcome = self.attempt(request).await;
        }
        self.take_note(&host, &outcome);
        outcome
    }

    async fn attempt(&self, request: FetchRequest) -> Result<FetchResponse, FetchError> {
        let over_budget = |limit| FetchError::OverBudget { host: request.host(), limit };
        self.purse.pay(self.clock.uptime()).map_err(over_budget)?;
        let widen = async {
            self.clock.sleep(HEAD_START).await;
            self.queue.set_at_once_max(REQUESTS_AT_ONCE_MAX);
            future::pending().await
        };
        future::or(self.fetcher.fetch(request), widen).await
    }

    fn take_note(&self, host: &str, outcome: &Result<FetchResponse, FetchError>) {
        self.circuit.take_note(host, outcome, self.clock.uptime(), self.clock.now());
        let is_good = |response: &FetchResponse| response.status() < 400;
        self.queue.set_at_once_max(match outcome.as_ref().is_ok_and(is_good) {
            true => REQUESTS_AT_ONCE_MAX,
            false => UNPROVEN_AT_ONCE_MAX,
        });
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
        if let Some(refusal) = self.circuit.refusal(&host, self.clock.uptime()) {
            return Err(refusal);
        }
        match timeout(&self.clock, self.timeout, self.fetch_in_turn(request)).await {
            Some(outcome) => outcome,
            None => {
                let timed_out =
                    Err(FetchError::TimedOut { host: host.clone(), after: self.timeout });
                self.take_note(&host, &timed_out);
                timed_out
            }
        }
    }
}

/// Whether another attempt may come out better. A service that says when to come back is believed.
fn may_pass(outcome: &Result<FetchResponse, FetchError>) -> bool {
    match outcome {
        Ok(response) => response.status() >= 500 && response.retry_after().is_none(),
        Err(FetchError::NotConnected { .. } | FetchError::Broken { .. }) => true,
        Err(
            FetchError::InvalidRequest(_)
            | FetchError::NotSecure { .. }
            | FetchError::TimedOut { .. }
            | FetchError::BodyTooLarge { .. }
            | FetchError::Encoded { .. }
            | FetchError::Down { .. }
            | FetchError::Throttled { .. }
            | FetchError::OverBudget { .. }
            | FetchError::Busy { .. },
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

    fn hang() -> FetchRequest {
        FetchRequest::get("http://a.test/hang".parse().expect("the URL is good"))
    }

    #[test]
    fn requests_beyond_the_limit_wait_for_their_turn() {
        let careful = Careful::new(ManualTime::default(), Hung, FETCH_TIMEOUT);
        block_on(async {
            let mut hung: Vec<_> =
                (0..UNPROVEN_AT_ONCE_MAX).map(|_| careful.fetch(hang())).collect();
            for fetch in &mut hung {
                assert_eq!(poll_once(fetch).await, None);
            }
            let mut last = careful.fetch(request());
            assert_eq!(poll_once(&mut last).await, None);
            hung.pop();
            assert_eq!(poll_once(&mut last).await, Some(Ok(FetchResponse::new(200, ""))));
            hung.extend((hung.len()..REQUESTS_AT_ONCE_MAX).map(|_| careful.fetch(hang())));
            for fetch in &mut hung {
                assert_eq!(poll_once(fetch).await, None);
            }
            let mut last = careful.fetch(request());
            assert_eq!(poll_once(&mut last).await, None, "a service that answers gets more");
        });
    }

    /// Without it questions that a client asks together would wait for each other.
    #[test]
    fn a_service_that_is_slow_and_does_not_refuse_gets_more() {
        let time = ManualTime::default();
        let careful = Careful::new(time.clone(), Hung, FETCH_TIMEOUT);
        block_on(async {
            let mut hung: Vec<_> =
                (0..UNPROVEN_AT_ONCE_MAX).map(|_| careful.fetch(hang())).collect();
            for fetch in &mut hung {
                assert_eq!(poll_once(fetch).await, None);
            }
            let mut next = careful.fetch(request());
            assert_eq!(poll_once(&mut next).await, None);
            time.advance(HEAD_START);
            assert_eq!(poll_once(&mut hung[0]).await, None);
            assert_eq!(poll_once(&mut next).await, Some(Ok(FetchResponse::new(200, ""))));
        });
    }

    /// Requests that were in the queue when the service asked for a pause went out all the same.
    #[test]
    fn who_waits_in_the_queue_learns_of_a_pause() {
        let time = ManualTime::default();
        let careful =
            Careful::new(time, answering(&[Ok(FetchResponse::new(429, ""))]), FETCH_TIMEOUT);
        block_on(async {
            careful.fetch(request()).await.expect("429 is an answer");
            let throttled = FetchError::Throttled {
                host: "a.test".to_owned(),
                left: crate::fetch::PAUSE_USUAL,
            };
            assert_eq!(careful.fetch_in_turn(request()).await, Err(throttled));
        });
    }

    #[test]
    fn a_request_beyond_the_budget_is_not_made() {
        let canned = answering(&[Ok(FetchResponse::new(200, ""))]);
        let budget = "2:9".parse().expect("it is a budget");
        let careful = Careful::new(ManualTime::default(), canned.clone(), FETCH_TIMEOUT);
        let careful = careful.with_budget(budget);
        let texts: Vec<_> = (0..3)
            .map(|_| block_on(careful.fetch(request())).map_err(|error| error.to_string()))
            .collect();
        let over = "the budget for a.test is used up: 2 requests a second".to_owned();
        let good = || Ok(FetchResponse::new(200, ""));
        assert_eq!(texts, [good(), good(), Err(over)]);
        assert_eq!(canned.requests().len(), 2);
    }
}
