//! A circuit breaker: a service that is down is left alone.

use super::error::FetchError;
use super::response::FetchResponse;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

/// After this many failures in a row a service counts as down.
pub const FAILURES_MAX: u32 = 5;

/// How often a service that is down is asked whether it is back: every 5 s.
pub const PROBE_SPAN: Duration = Duration::from_secs(5);

/// Whether a service is asked. While it is down, requests fail at once with [`FetchError::Down`],
/// and one goes through now and then to see whether it still is. For one service only.
#[derive(Debug, Default)]
pub(super) struct Circuit {
    health: Mutex<Health>,
}

impl Circuit {
    /// Whether a request to `host` may go out now.
    ///
    /// # Errors
    /// When the service is down and it is not yet time to look again.
    pub(super) fn admit(&self, host: &str, now: Duration) -> Result<(), FetchError> {
        self.health().admit(host, now)
    }

    /// Notes what came of a request that was admitted.
    pub(super) fn take_note(
        &self,
        host: &str,
        outcome: &Result<FetchResponse, FetchError>,
        now: Duration,
    ) {
        self.health().take_note(host, outcome, now);
    }

    fn health(&self) -> MutexGuard<'_, Health> {
        self.health.lock().expect("nothing panics while it holds the lock")
    }
}

/// The health of a service.
#[derive(Debug, Default)]
struct Health {
    /// How many requests failed since the last one that did not.
    failures: u32,
    /// Why the last one failed.
    last_failure: String,
    /// When a service that is down is asked again.
    next_probe: Duration,
}

impl Health {
    /// Whether a request may go out. A probe sets the time of the next one itself: if it never ends,
    /// another one follows all the same.
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

/// Why an outcome counts as a failure of the service; None if the service did its part, even if it
/// refused.
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

    const DOWN: &str = "a.test is down and left alone for now: it answered 503";

    /// Asks a service that would answer with `status` at this second.
    fn ask(circuit: &Circuit, second: u64, status: u16) -> String {
        let now = Duration::from_secs(second);
        if let Err(error) = circuit.admit("a.test", now) {
            return error.to_string();
        }
        circuit.take_note("a.test", &Ok(FetchResponse::new(status, "")), now);
        status.to_string()
    }

    /// Without it every client would wait for a service that is known to be down, and the service
    /// could not recover under their requests; without its probe it would be down for ever.
    #[test]
    fn a_service_that_is_down_is_left_alone_and_probed() {
        let circuit = Circuit::default();
        for _ in 0..FAILURES_MAX {
            assert_eq!(ask(&circuit, 0, 503), "503");
        }
        assert_eq!(ask(&circuit, 4, 200), DOWN);
        assert_eq!(ask(&circuit, 5, 503), "503");
        assert_eq!(ask(&circuit, 9, 200), DOWN);
        assert_eq!(ask(&circuit, 10, 200), "200");
        assert_eq!(ask(&circuit, 10, 200), "200");
    }

    /// Without it a service with a bad minute now and then, or a client's own mistakes, would shut
    /// everybody out.
    #[test]
    fn failures_count_in_a_row_and_refusals_are_none() {
        let circuit = Circuit::default();
        let round = [500, 500, 500, 500, 403];
        for status in round.into_iter().chain(round).chain([429; 9]) {
            assert_eq!(ask(&circuit, 0, status), status.to_string());
        }
    }
}
