//! Random choices that follow from a seed.

use std::ops::RangeInclusive;
use std::time::Duration;

/// A random number generator. The same seed always gives the same numbers.
///
/// The generator (SplitMix64, by Steele, Lea and Flood, OOPSLA 2014) is written out here, so that a
/// seed means the same choices in all versions of this library and of others.
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
    /// The generator of this seed.
    pub fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// A number from the whole range of `u64`; all are equally likely.
    pub fn number(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.state)
    }

    /// A number from 0 to `end` - 1.
    ///
    /// # Panics
    /// When `end` is 0.
    pub fn below(&mut self, end: u64) -> u64 {
        assert!(end > 0, "there is no number below 0");
        // The high half of the product is as evenly spread as a remainder, and is cheaper. With the
        // small ranges used here its bias is below 2^-32.
        ((u128::from(self.number()) * u128::from(end)) >> 64) as u64
    }

    /// An index into something of this length.
    ///
    /// # Panics
    /// When the length is 0.
    pub fn index(&mut self, length: usize) -> usize {
        self.below(length as u64) as usize
    }

    /// A number within `range`.
    pub fn between(&mut self, range: RangeInclusive<u64>) -> u64 {
        let (low, high) = range.into_inner();
        low + self.below(high - low + 1)
    }

    /// A duration within `range`.
    pub fn span(&mut self, range: &RangeInclusive<Duration>) -> Duration {
        let extra = range.end().saturating_sub(*range.start()).as_nanos() as u64;
        *range.start() + Duration::from_nanos(self.below(extra.saturating_add(1)))
    }

    /// True once in `times` calls on average; never if `times` is 0.
    pub fn one_in(&mut self, times: u64) -> bool {
        times > 0 && self.below(times) == 0
    }

    /// One of `choices`.
    ///
    /// # Panics
    /// When there are none.
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

    /// Otherwise a seed that a failed run printed could not repeat that run in a later version. The
    /// numbers are those of the reference implementation.
    #[test]
    fn the_numbers_of_a_seed_are_fixed() {
        let mut chance = Chance::new(1_234_567);
        let numbers = [chance.number(), chance.number(), chance.number()];
        let expected =
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423];
        assert_eq!(numbers, expected);
    }

    /// A choice outside its range would make worlds that cannot exist.
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
