//! Chance that a seed decides.

use std::ops::RangeInclusive;
use std::time::Duration;

/// A sequence of random choices that one seed decides.
///
/// The generator is written out here (SplitMix64, by Steele, Lea and Flood, OOPSLA 2014) and not a
/// crate's, so that a seed means the same choices whatever the versions of others.
///
/// ```
/// use herd::runtime::sim::Chance;
///
/// let (mut one, mut same) = (Chance::new(7), Chance::new(7));
/// assert_eq!(one.number(), same.number());
/// assert!(one.below(6) < 6);
/// ```
#[derive(Clone, Debug)]
pub struct Chance {
    state: u64,
}

impl Chance {
    /// The choices of this seed.
    pub fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// Any number, each equally likely.
    pub fn number(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.state)
    }

    /// A number below `end`, which is at least 1.
    pub fn below(&mut self, end: u64) -> u64 {
        assert!(end > 0, "there is no number below 0");
        // The high half of a product is as good as a remainder, and its bias is below 2^-32 here.
        ((u128::from(self.number()) * u128::from(end)) >> 64) as u64
    }

    /// An index into something of this length, which is at least 1.
    pub fn index(&mut self, length: usize) -> usize {
        self.below(length as u64) as usize
    }

    /// A number of the range.
    pub fn between(&mut self, range: RangeInclusive<u64>) -> u64 {
        let (low, high) = range.into_inner();
        low + self.below(high - low + 1)
    }

    /// A span of the range.
    pub fn span(&mut self, range: &RangeInclusive<Duration>) -> Duration {
        let extra = range.end().saturating_sub(*range.start()).as_nanos() as u64;
        *range.start() + Duration::from_nanos(self.below(extra.saturating_add(1)))
    }

    /// True once in `times` on average; never when `times` is 0.
    pub fn one_in(&mut self, times: u64) -> bool {
        times > 0 && self.below(times) == 0
    }

    /// One of `choices`, of which there is at least one.
    pub fn pick<'c, T>(&mut self, choices: &'c [T]) -> &'c T {
        &choices[self.index(choices.len())]
    }
}

/// Spreads every bit of a number over all bits.
pub(super) fn mix(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A seed that a failure printed must mean the same run for ever. The numbers are those of the
    /// reference implementation.
    #[test]
    fn the_numbers_of_a_seed_are_fixed() {
        let mut chance = Chance::new(1_234_567);
        let numbers = [chance.number(), chance.number(), chance.number()];
        let expected =
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423];
        assert_eq!(numbers, expected);
    }

    /// A choice outside of its range would make impossible worlds.
    #[test]
    fn choices_stay_in_their_ranges_and_reach_all_of_them() {
        let mut chance = Chance::new(1);
        let mut seen = [false; 5];
        for _ in 0..200 {
            seen[chance.between(3..=7) as usize - 3] = true;
            let second = Duration::from_secs(1);
            assert_eq!(chance.span(&(second..=second)), second);
        }
        assert_eq!(seen, [true; 5]);
        assert!(!chance.one_in(0) && chance.one_in(1));
    }
}
