//! How long to wait before dialling a neighbor again.

use crate::runtime::Clock;
use std::time::Duration;

const FIRST: Duration = Duration::from_millis(50);
/// The longest wait.
pub(super) const LONGEST: Duration = Duration::from_millis(400);

/// Growing waits with jitter: none, then about 50, 100, 200, 400, 400, ... milliseconds. Each is
/// drawn between half of that and all of it, so that servers that lost each other at the same
/// moment do not dial in step.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    next: Duration,
}

impl Backoff {
    /// The next attempt is made at once.
    pub(super) fn reset(&mut self) {
        self.next = Duration::ZERO;
    }

    /// The wait before the next attempt.
    pub(super) fn wait<C: Clock>(&mut self, clock: &C) -> Duration {
        let longest = self.next;
        self.next = (longest * 2).clamp(FIRST, LONGEST);
        let half = longest / 2;
        half + half.mul_f64(clock.random() as f64 / u64::MAX as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::AsyncStd;

    #[test]
    fn waits_grow_up_to_a_limit() {
        let mut backoff = Backoff::default();
        for longest in [0, 50, 100, 200, 400, 400] {
            let longest = Duration::from_millis(longest);
            let wait = backoff.wait(&AsyncStd::new());
            assert!(longest / 2 <= wait && wait <= longest, "{wait:?} for {longest:?}");
        }
        backoff.reset();
        assert_eq!(backoff.wait(&AsyncStd::new()), Duration::ZERO);
    }
}
