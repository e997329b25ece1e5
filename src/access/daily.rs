//! How often something may happen in a day.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// 24 hours.
const DAY: Duration = Duration::from_secs(86_400);

/// Counts what happens in each 24 hours after the start of a clock.
#[derive(Debug, Default)]
pub struct Daily {
    /// The number of the day in the upper half, and how often it has happened in the lower.
    day_and_count: AtomicU64,
}

impl Daily {
    /// Counts one more at `now`, the clock's uptime, unless it has happened `per_day` times today;
    /// whether it was counted.
    pub fn take(&self, per_day: NonZeroU32, now: Duration) -> bool {
        let today = (now.as_secs() / DAY.as_secs()) << 32;
        let one_more = |state: u64| {
            let count = if state & !u64::from(u32::MAX) == today { state as u32 } else { 0 };
            (count < per_day.get()).then(|| today | u64::from(count + 1))
        };
        // Relaxed: the number stands for itself.
        let taken = self.day_and_count.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more);
        taken.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_has_a_limit_and_the_next_one_begins_anew() {
        let (daily, two) = (Daily::default(), NonZeroU32::MIN.saturating_add(1));
        let taken = |seconds| daily.take(two, Duration::from_secs(seconds));
        assert_eq!(
            [5, 6, 7, 86_399, 86_400, 86_401, 86_402].map(taken),
            [true, true, false, false, true, true, false]
        );
    }
}
