//! What a server takes.

use super::refusal::Refusal;
use crate::protocol::{At, Timestamp};
use std::time::Duration;

/// What a server does with `AT` on a client connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtCommands {
    /// It is an invalid command.
    Invalid,
    /// It is taken in without a reply: servers of older herds send it to the client port and read
    /// nothing.
    TakenIn,
}

/// What a server takes from clients and neighbors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// What becomes of `AT` on a client connection.
    pub at_commands: AtCommands,
    /// How far the time of a position may be ahead of the time at which a server received it.
    pub max_ahead: Duration,
    /// How far the receive time in a line of another server may be ahead of this server's clock.
    pub clock_tolerance: Duration,
    /// How many clients may be known.
    pub clients_max: usize,
    /// How many bytes of memory the log may use before new clients are refused; see
    /// [`held_bytes`](super::ChangeLog::held_bytes).
    pub clients_bytes_max: u64,
}

impl Default for Rules {
    /// `AT` is invalid, times may be ten minutes ahead and clocks a minute, and ten million clients
    /// with 4 GiB in all may be known.
    fn default() -> Self {
        Self {
            at_commands: AtCommands::Invalid,
            max_ahead: Duration::from_secs(600),
            clock_tolerance: Duration::from_secs(60),
            clients_max: 10_000_000,
            clients_bytes_max: 4 << 30,
        }
    }
}

impl Rules {
    /// Judges the times in a line when this server's clock shows `now`. What passes is at most
    /// `clock_tolerance` and `max_ahead` together ahead of `now`.
    ///
    /// The line alone decides about [`Refusal::TooFarAhead`], so every server with the same
    /// `max_ahead` refuses it, always. [`Refusal::TooEarly`] depends on the clock: the same line
    /// passes later.
    pub(super) fn judge_times(&self, at: &At<'_>, now: Timestamp) -> Result<(), Refusal> {
        // The numbers have 64 bits, or 94 for spans, so sums of them fit into 128.
        let max_ahead_ns = self.max_ahead.as_nanos() as i128;
        let tolerance_ns = self.clock_tolerance.as_nanos() as i128;
        if -at.skew().as_nanos() > max_ahead_ns {
            Err(Refusal::TooFarAhead)
        } else if at.received_ns() > i128::from(now.as_nanos()) + tolerance_ns {
            Err(Refusal::TooEarly)
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Skew;
    use proptest::prelude::*;

    const NS: i128 = 1_000_000_000;

    fn judge(skew_ns: i128, time_ns: u64, now_ns: u64) -> Result<(), Refusal> {
        judge_by(&Rules::default(), skew_ns, time_ns, now_ns)
    }

    fn judge_by(rules: &Rules, skew_ns: i128, time_ns: u64, now_ns: u64) -> Result<(), Refusal> {
        let skew = Skew::from_nanos(skew_ns).expect("the skew is in range");
        let line = format!("AT Ball {skew} kiwi +1+1 {}", Timestamp::from_nanos(time_ns));
        let at = At::parse(line.as_bytes()).expect("the line is good");
        rules.judge_times(&at, Timestamp::from_nanos(now_ns))
    }

    /// A limit that is off by a nanosecond would make two servers of one herd disagree.
    #[test]
    fn both_limits_are_exact() {
        let now = 1_000_000_000_000;
        // The receive time is the time plus the skew: 1,060 s after 1970 and no more.
        assert_eq!(judge(60 * NS, now, now), Ok(()));
        assert_eq!(judge(60 * NS + 1, now, now), Err(Refusal::TooEarly));
        assert_eq!(judge(60 * NS + 1, now, now + 1), Ok(()));
        // The time is the receive time plus 600 s and no more.
        assert_eq!(judge(-600 * NS, now, now), Ok(()));
        assert_eq!(judge(-600 * NS - 1, now, now), Err(Refusal::TooFarAhead));
        assert_eq!(judge(-600 * NS, now + 660_000_000_000, now), Ok(()));
        assert_eq!(judge(-600 * NS, now + 660_000_000_001, now), Err(Refusal::TooEarly));
        // Old positions, and receive times of long ago, are evidence of nothing bad.
        assert_eq!(judge(0, 0, now), Ok(()));
        assert_eq!(judge(i128::from(now), 0, now), Ok(()));
    }

    /// Sums that wrap around would let the worst liar through.
    #[test]
    fn the_largest_numbers_do_not_overflow() {
        let max = i128::from(u64::MAX);
        assert_eq!(judge(max, u64::MAX, u64::MAX), Err(Refusal::TooEarly));
        assert_eq!(judge(max, u64::MAX, 0), Err(Refusal::TooEarly));
        assert_eq!(judge(-max, u64::MAX, u64::MAX), Err(Refusal::TooFarAhead));
        assert_eq!(judge(-max, 0, 0), Err(Refusal::TooFarAhead));
        assert_eq!(judge(0, u64::MAX, u64::MAX), Ok(()));
        let all =
            Rules { max_ahead: Duration::MAX, clock_tolerance: Duration::MAX, ..Rules::default() };
        for skew_ns in [max, 0, -max] {
            assert_eq!(judge_by(&all, skew_ns, u64::MAX, 0), Ok(()));
            assert_eq!(judge_by(&all, skew_ns, 0, u64::MAX), Ok(()));
        }
    }

    proptest! {
        /// What a client may tell a server passes at each server whose clock is not further behind
        /// than the tolerance; and nobody is pinned for longer than both limits together.
        #[test]
        fn honest_lines_pass_and_what_passes_is_not_far_ahead(
            received_ns in 0..u64::MAX / 2,
            ahead_ns in -700 * NS..700 * NS,
            behind_ns in -70 * NS..70 * NS,
        ) {
            let clamp = |nanoseconds: i128| nanoseconds.clamp(0, i128::from(u64::MAX)) as u64;
            let time_ns = clamp(i128::from(received_ns) + ahead_ns);
            let now_ns = clamp(i128::from(received_ns) - behind_ns);
            let skew_ns = i128::from(received_ns) - i128::from(time_ns);
            let is_within = skew_ns >= -600 * NS
                && i128::from(received_ns) - i128::from(now_ns) <= 60 * NS;
            let judged = judge(skew_ns, time_ns, now_ns);
            prop_assert_eq!(judged.is_ok(), is_within);
            if judged.is_ok() {
                prop_assert!(i128::from(time_ns) - i128::from(now_ns) <= 660 * NS);
            }
        }

        /// A line that is only too early passes once the clock has got there, so servers that have
        /// refused it for now can still agree.
        #[test]
        fn a_line_that_is_too_early_passes_later(skew_ns in 0..1_000 * NS, time_ns: u64) {
            let time_ns = time_ns / 2;
            if judge(skew_ns, time_ns, time_ns) == Err(Refusal::TooEarly) {
                let later_ns = (i128::from(time_ns) + skew_ns - 60 * NS) as u64;
                prop_assert_eq!(judge(skew_ns, time_ns, later_ns - 1), Err(Refusal::TooEarly));
                prop_assert_eq!(judge(skew_ns, time_ns, later_ns), Ok(()));
            }
        }
    }
}
