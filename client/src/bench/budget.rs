//! How many commands may still be sent.

use std::time::Instant;

/// How much of a stage is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Budget {
    /// This many commands.
    Count(u64),
    /// Whatever can be sent before then.
    Until(Instant),
}

impl Budget {
    /// Takes `wanted` commands out of the budget, or as many as are left, and returns their number.
    pub(super) fn grant(&mut self, wanted: usize, now: Instant) -> usize {
        match self {
            Budget::Count(left) => {
                let granted = usize::try_from(*left).unwrap_or(usize::MAX).min(wanted);
                *left -= granted as u64;
                granted
            }
            Budget::Until(end) if now < *end => wanted,
            Budget::Until(_) => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    /// `--count 10` must send ten commands, whatever the number of connections and the depth are.
    #[test]
    fn a_count_is_kept_exactly() {
        let (mut budget, now) = (Budget::Count(10), Instant::now());
        assert_eq!([7, 7, 7].map(|wanted| budget.grant(wanted, now)), [7, 3, 0]);
    }

    /// Otherwise a load that is limited by time would never end.
    #[test]
    fn time_ends() {
        let now = Instant::now();
        let mut budget = Budget::Until(now + Duration::from_secs(1));
        assert_eq!(budget.grant(7, now), 7);
        assert_eq!(budget.grant(7, now + Duration::from_secs(1)), 0);
    }
}
