//! How often something may happen.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How much may come at once after a pause: what this span allows.
const BURST: Duration = Duration::from_secs(1);

const NANOS_PER_SECOND: u64 = 1_000_000_000;

/// A token bucket in one number: the time at which everything that has happened is paid off. It is the
/// generic cell rate algorithm (ITU-T I.371, annex A), whose other names are the leaky bucket as a meter
/// and the virtual scheduling algorithm.
///
/// Times are values of a clock's uptime. Whatever happens is counted, also beyond the limit: the caller
/// then waits longer.
///
/// ```
/// use herd::access::Bucket;
/// use std::num::NonZeroU32;
/// use std::time::Duration;
///
/// let (bucket, two_a_second) = (Bucket::default(), NonZeroU32::MIN.saturating_add(1));
/// let now = Duration::from_secs(5);
/// assert_eq!(bucket.left(two_a_second, now), 2);
/// bucket.take(3, two_a_second, now);
/// assert_eq!(bucket.left(two_a_second, now), 0);
/// assert_eq!(bucket.ready_at(two_a_second), Duration::from_secs(6));
/// ```
#[derive(Debug, Default)]
pub struct Bucket {
    paid_off_nanos: AtomicU64,
}

impl Bucket {
    /// Counts something that has happened `count` times at `now`, and may happen `per_second` times a
    /// second.
    pub fn take(&self, count: u32, per_second: NonZeroU32, now: Duration) {
        let cost = u64::from(count) * NANOS_PER_SECOND / u64::from(per_second.get());
        let now = nanos(now);
        // Relaxed: the number stands for itself. The closure always gives one, so this never fails.
        let _ =
            self.paid_off_nanos.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |paid_off| {
                Some(paid_off.max(now).saturating_add(cost))
            });
    }

    /// How many times it may happen at once at `now`.
    pub fn left(&self, per_second: NonZeroU32, now: Duration) -> u32 {
        let now = nanos(now);
        let paid_off = self.paid_off_nanos.load(Ordering::Relaxed).max(now);
        let room = (now + nanos(BURST)).saturating_sub(paid_off);
        let left = room * u64::from(per_second.get()) / NANOS_PER_SECOND;
        u32::try_from(left).unwrap_or(u32::MAX)
    }

    /// When it may happen again, if nothing else happens before.
    pub fn ready_at(&self, per_second: NonZeroU32) -> Duration {
        let one = NANOS_PER_SECOND.div_ceil(u64::from(per_second.get()));
        let paid_off = self.paid_off_nanos.load(Ordering::Relaxed);
        Duration::from_nanos((paid_off + one).saturating_sub(nanos(BURST)))
    }

    /// Whether everything that has happened is paid off at `now`, as if nothing ever had.
    pub fn is_full(&self, now: Duration) -> bool {
        self.paid_off_nanos.load(Ordering::Relaxed) <= nanos(now)
    }
}

/// An uptime as a number, which is enough for 584 years.
fn nanos(span: Duration) -> u64 {
    u64::try_from(span.as_nanos()).unwrap_or(u64::MAX / 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rate(per_second: u32) -> NonZeroU32 {
        NonZeroU32::new(per_second).expect("the test's rates are not zero")
    }

    /// After a pause a client may catch up a little, but not with all that it has not said.
    #[test]
    fn a_second_may_come_at_once_and_then_as_much_as_is_paid_off() {
        let (bucket, ten) = (Bucket::default(), rate(10));
        let at = Duration::from_millis;
        assert_eq!(bucket.left(ten, at(9_000)), 10);
        bucket.take(10, ten, at(9_000));
        assert_eq!([9_000, 9_099, 9_100, 9_550].map(|now| bucket.left(ten, at(now))), [0, 0, 1, 5]);
        assert_eq!(bucket.ready_at(ten), at(9_100));
        assert!(!bucket.is_full(at(9_999)));
        assert!(bucket.is_full(at(10_000)));
        assert_eq!(bucket.left(ten, at(100_000)), 10);
    }

    /// A rate that was exceeded by much must be made up for by a long wait.
    #[test]
    fn what_was_too_much_is_waited_for() {
        let (bucket, one) = (Bucket::default(), rate(1));
        bucket.take(128, one, Duration::from_secs(100));
        assert_eq!(bucket.ready_at(one), Duration::from_secs(228));
        assert_eq!(bucket.left(one, Duration::from_secs(227)), 0);
        assert_eq!(bucket.left(one, Duration::from_secs(228)), 1);
    }

    proptest! {
        /// Whoever waits until it is ready finds something left, and never more than the rate allows.
        #[test]
        fn over_time_no_more_happens_than_is_allowed(
            per_second in 1u32..5_000,
            wants in prop::collection::vec(1u32..300, 1..60),
        ) {
            let (bucket, per_second) = (Bucket::default(), rate(per_second));
            let (mut now, mut taken) = (Duration::ZERO, 0u64);
            for want in wants {
                now = now.max(bucket.ready_at(per_second));
                let left = bucket.left(per_second, now);
                prop_assert!(left >= 1);
                let granted = want.min(left);
                bucket.take(granted, per_second, now);
                taken += u64::from(granted);
            }
            let allowed = (now + BURST).as_secs_f64() * f64::from(per_second.get());
            prop_assert!(taken as f64 <= allowed + 1.0, "{taken} of {allowed}");
        }
    }
}
