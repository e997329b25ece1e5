//! A circuit breaker: a service that is down, or asks for a pause, is left alone.

use super::error::FetchError;
use super::response::FetchResponse;
use crate::protocol::Timestamp;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

/// After this many failures in a row a service counts as down.
pub const FAILURES_MAX: u32 = 5;

/// How often a service that is down is asked whether it is back: every 5 s.
pub const PROBE_SPAN: Duration = Duration::from_secs(5);

/// The pause that a service gets if it says 429 ("too many requests") and not for how long: 5 s.
pub const PAUSE_USUAL: Duration = Duration::from_secs(5);

/// The longest pause that a service gets, whatever it asks for: an hour.
pub const PAUSE_MAX: Duration = Duration::from_secs(3600);

/// The status "too many requests".
const TOO_MANY_REQUESTS: u16 = 429;

/// How often a pause is told as an event, at most.
const TELL_SPAN: Duration = Duration::from_secs(60);

/// Whether a service is asked. While it is down, requests fail at once with [`FetchError::Down`],
/// and one goes through now and then to see whether it still is. While it has asked for a pause,
/// none goes through. For one service only.
#[derive(Debug, Default)]
pub(super) struct Circuit {
    health: Mutex<Health>,
}

impl Circuit {
    /// Why no request to `host` may go out now, if that is so. Nothing changes.
    pub(super) fn refusal(&self, host: &str, now: Duration) -> Option<FetchError> {
        self.health().refusal(host, now)
    }

    /// Whether a request to `host` may go out now. If it is a probe, the next ones wait.
    ///
    /// # Errors
    /// When the service is down and it is not yet time to look again, or it has asked for a pause.
    pub(super) fn admit(&self, host: &str, now: Duration) -> Result<(), FetchError> {
        self.health().admit(host, now)
    }

    /// Notes what came of a request that was admitted, at `now` of the clock's uptime and at `time`
    /// of the wall clock.
    pub(super) fn take_note(
        &self,
        host: &str,
        outcome: &Result<FetchResponse, FetchError>,
        now: Duration,
        time: Timestamp,
    ) {
        let mut health = self.health();
        health.take_note(host, outcome, now);
        if let Some(pause) = pause(outcome, time) {
            health.pause(host, pause, now);
        }
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
    /// When a pause that the service has asked for is over.
    pause_end: Duration,
    /// When a pause may be told as an event again.
    next_event: Duration,
}

impl Health {
    fn refusal(&self, host: &str, now: Duration) -> Option<FetchError> {
        let host = || host.to_owned();
        if now < self.pause_end {
            return Some(FetchError::Throttled { host: host(), left: self.pause_end - now });
        }
        if self.is_down() && now < self.next_probe {
            return Some(FetchError::Down { host: host(), why: self.last_failure.clone() });
        }
        None
    }

    /// Whether a request may go out. A probe sets the time of the next one itself: if it never ends,
    /// another one follows all the same.
    fn admit(&mut self, host: &str, now: Duration) -> Result<(), FetchError> {
        if let Some(refusal) = self.refusal(host, now) {
            return Err(refusal);
        }
        if self.is_down() {
            self.next_probe = now + PROBE_SPAN;
        }
        Ok(())
    }

    fn is_down(&self) -> bool {
        self.failures >= FAILURES_MAX
    }

    fn pause(&mut self, host: &str, pause: Duration, now: Duration) {
        self.pause_end = self.pause_end.max(now + pause);
        if now >= self.next_event {
            self.next_event = now + TELL_SPAN;
            log::warn!(host = host, seconds = pause.as_secs(); "places service asked for a pause");
        }
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
            | FetchError::Down { .. }
            | FetchError::Throttled { .. }
            | FetchError::OverBudget { .. }
            | FetchError::Busy { .. },
        ) => None,
    }
}

/// The pause that a response asks for, bounded: 429, or a failure of the service's that says when to
/// come back.
fn pause(outcome: &Result<FetchResponse, FetchError>, time: Timestamp) -> Option<Duration> {
    let response = outcome.as_ref().ok()?;
    let wanted = response.retry_after().map(|retry_after| retry_after.span(time));
    match response.status() {
        TOO_MANY_REQUESTS => Some(wanted.unwrap_or(PAUSE_USUAL).min(PAUSE_MAX)),
        500.. => wanted.map(|pause| pause.min(PAUSE_MAX)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::RetryAfter;

    const DOWN: &str = "a.test is down and left alone for now: it answered 503";

    /// Asks a service that would answer with `status` at this second.
    fn ask(circuit: &Circuit, second: u64, status: u16) -> String {
        ask_for(circuit, second, FetchResponse::new(status, ""))
    }

    fn ask_for(circuit: &Circuit, second: u64, response: FetchResponse) -> String {
        let now = Duration::from_secs(second);
        if let Err(error) = circuit.admit("a.test", now) {
            return error.to_string();
        }
        let status = response.status();
        let time = Timestamp::from_nanos(0).saturating_add(now);
        circuit.take_note("a.test", &Ok(response), now, time);
        status.to_string()
    }

    fn later(status: u16, retry_after: &str) -> FetchResponse {
        let retry_after = RetryAfter::parse(retry_after).expect("the test's header is good");
        FetchResponse::new(status, "").with_retry_after(retry_after)
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
        for status in round.into_iter().chain(round).chain([404; 9]) {
            assert_eq!(ask(&circuit, 0, status), status.to_string());
        }
    }

    /// A hundred questions to a service that had asked for a minute's pause were a hundred requests.
    #[test]
    fn a_pause_that_a_service_asks_for_is_kept() {
        let paused = |seconds| format!("a.test takes no more requests for {seconds} s");
        for (response, seconds) in [
            (later(429, "60"), 60),
            (later(429, "Thu, 01 Jan 1970 00:01:00 GMT"), 60),
            (later(503, "60"), 60),
            (later(429, "99999999999999999999999"), PAUSE_MAX.as_secs()),
            (FetchResponse::new(429, ""), PAUSE_USUAL.as_secs()),
        ] {
            let circuit = Circuit::default();
            ask_for(&circuit, 0, response.clone());
            assert_eq!(ask(&circuit, 0, 200), paused(seconds), "{response:?}");
            assert_eq!(ask(&circuit, seconds - 1, 200), paused(1), "{response:?}");
            assert_eq!(ask(&circuit, seconds, 200), "200", "{response:?}");
        }
        let circuit = Circuit::default();
        ask_for(&circuit, 0, later(200, "60"));
        assert_eq!(ask(&circuit, 0, 200), "200", "a good response asks for nothing");
    }
}
