//! A circuit breaker: who is down is left alone.

use super::{FetchError, FetchRequest, FetchResponse, Fetcher};
use crate::runtime::Clock;
use async_trait::async_trait;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

/// After so many failures in a row a service counts as down.
pub const FAILURES_MAX: u32 = 5;

/// How often a service that is down is asked whether it is back: every 5 s.
pub const PROBE_SPAN: Duration = Duration::from_secs(5);

/// A [`Fetcher`] that answers at once with [`FetchError::Down`] while its service is down, and lets
/// one request through now and then to see whether it still is. For one service only.
#[derive(Debug)]
pub struct Breaker<C, F> {
    clock: C,
    fetcher: F,
    health: Mutex<Health>,
}

impl<C: Clock, F: Fetcher> Breaker<C, F> {
    /// The same fetcher, which thinks well of its service at first.
    pub fn new(clock: C, fetcher: F) -> Self {
        Self { clock, fetcher, health: Mutex::default() }
    }

    fn health(&self) -> MutexGuard<'_, Health> {
        self.health.lock().expect("nothing panics while it holds the lock")
    }
}

#[async_trait]
impl<C: Clock, F: Fetcher> Fetcher for Breaker<C, F> {
    async fn fetch(&self, request: FetchRequest) -> Result<FetchResponse, FetchError> {
        let host = request.host();
        self.health().admit(&host, self.clock.uptime())?;
        let outcome = self.fetcher.fetch(request).await;
        self.health().take_note(&host, &outcome, self.clock.uptime());
        outcome
    }
}

/// What is known of a service.
#[derive(Debug, Default)]
struct Health {
    /// How many requests failed since the last one that did not.
    failures: u32,
    /// What the last one failed of.
    last_failure: String,
    /// When a service that is down is asked again.
    next_probe: Duration,
}

impl Health {
    /// Whether a request may go out. The one that probes puts the next probe off by itself: should
    /// it never end, another follows all the same.
    fn admit(&mut self, host: &str, now: Duration) -> Result<(), FetchError> {
        if self.failures < FAILURES_MAX {
            return Ok(());
        }
        if now < self.next_probe {
            return Err(FetchError::Down { host: host.to_owned(), why: self.last_failure.clone() });
        }
        self.next_probe = now + PROBE_SPAN;
        Ok(())
    }

    fn take_note(
        &mut self,
        host: &str,
        outcome: &Result<FetchResponse, FetchError>,
        now: Duration,
    ) {
        let Some(failure) = failure(outcome) else {
            self.failures = 0;
            return;
        };
        self.failures = self.failures.saturating_add(1);
        self.last_failure = failure;
        if self.failures == FAILURES_MAX {
            self.next_probe = now + PROBE_SPAN;
            log::warn!(host = host, why = self.last_failure.as_str(); "places service is down");
        }
    }
}

/// Why an outcome speaks against the service's health; None where the service did its part, were it
/// with a refusal.
fn failure(outcome: &Result<FetchResponse, FetchError>) -> Option<String> {
    match outcome {
        Ok(response) if response.status() >= 500 => {
            Some(format!("it answered {}", response.status()))
        }
        Err(
            error @ (FetchError::NotConnected { .. }
            | FetchError::NotSecure { .. }
            | FetchError::TimedOut { .. }
            | FetchError::Broken { .. }),
        ) => Some(error.to_string()),
        Ok(_)
        | Err(
            FetchError::InvalidRequest(_)
            | FetchError::BodyTooLarge { .. }
            | FetchError::Encoded { .. }
            | FetchError::Down { .. },
        ) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::CannedFetcher;
    use crate::runtime::ManualTime;
    use futures_lite::future::block_on;
    use std::sync::Arc;

    struct Bench {
        time: ManualTime,
        canned: Arc<CannedFetcher>,
        breaker: Breaker<ManualTime, Arc<CannedFetcher>>,
    }

    impl Bench {
        fn new(answers: impl IntoIterator<Item = Result<FetchResponse, FetchError>>) -> Self {
            let empty = CannedFetcher::new();
            let answers = answers.into_iter();
            let canned =
                answers.fold(empty, |fetcher, answer| fetcher.with_answer("http://", answer));
            let (time, canned) = (ManualTime::default(), Arc::new(canned));
            let breaker = Breaker::new(time.clone(), canned.clone());
            Self { time, canned, breaker }
        }

        fn ask(&self) -> String {
            let url = "http://a.test/".parse().expect("the URL is good");
            match block_on(self.breaker.fetch(FetchRequest::get(url))) {
                Ok(response) => response.status().to_string(),
                Err(error) => error.to_string(),
            }
        }

        fn asked(&self) -> usize {
            self.canned.requests().len()
        }
    }

    const DOWN: &str = "a.test is down and left alone for now: it answered 503";

    fn status(status: u16) -> Result<FetchResponse, FetchError> {
        Ok(FetchResponse::new(status, ""))
    }

    /// Without it every client would wait for a service that is known to be down, and the service
    /// could not recover under their requests; and without its probe it would be down for ever.
    #[test]
    fn who_is_down_is_left_alone_and_probed() {
        let bench = Bench::new((0..6).map(|_| status(503)).chain([status(200)]));
        for _ in 0..5 {
            assert_eq!(bench.ask(), "503");
        }
        assert_eq!((bench.ask().as_str(), bench.asked()), (DOWN, 5));
        bench.time.advance(PROBE_SPAN);
        assert_eq!((bench.ask().as_str(), bench.asked()), ("503", 6));
        assert_eq!((bench.ask().as_str(), bench.asked()), (DOWN, 6));
        bench.time.advance(PROBE_SPAN);
        assert_eq!((bench.ask().as_str(), bench.asked()), ("200", 7));
        assert_eq!((bench.ask().as_str(), bench.asked()), ("200", 8));
    }

    /// Without it a service with a bad minute now and then, or a client's own mistakes, would shut
    /// everybody out.
    #[test]
    fn failures_count_in_a_row_and_refusals_are_none() {
        let round = || (0..4).map(|_| status(500)).chain([status(403)]);
        let bench = Bench::new(round().chain(round()).chain((0..9).map(|_| status(429))));
        for number in 1..=19 {
            bench.ask();
            assert_eq!(bench.asked(), number);
        }
    }
}
