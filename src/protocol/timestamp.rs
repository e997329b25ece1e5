//! Points in time.

use super::decimal::{Decimal, write_seconds};
use super::field::{Field, InvalidField};
use super::skew::Skew;
use std::fmt;
use std::time::{Duration, SystemTime};

/// POSIX time in nanoseconds, from 1970 to the year 2554 (2^64-1 ns).
///
/// ```
/// use herd::protocol::Timestamp;
///
/// let time = Timestamp::parse(b"1479413884.392014450")?;
/// assert_eq!(time.as_nanos(), 1_479_413_884_392_014_450);
/// assert_eq!(time.to_string(), "1479413884.392014450");
/// # Ok::<(), herd::protocol::InvalidField>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(u64);

impl Timestamp {
    /// The time `nanoseconds` after the start of 1970.
    pub const fn from_nanos(nanoseconds: u64) -> Self {
        Self(nanoseconds)
    }

    /// Nanoseconds since the start of 1970.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// Reads seconds, `D{1,11}[.D{1,9}]`: no sign, no exponent, at most 18446744073.709551615.
    ///
    /// # Errors
    /// If `text` has another form.
    pub fn parse(text: &[u8]) -> Result<Self, InvalidField> {
        Decimal::nanoseconds(text).map(Self).ok_or_else(|| InvalidField::new(Field::Time, text))
    }

    /// Appends the seconds and nine decimals.
    pub fn write(self, out: &mut Vec<u8>) {
        write_seconds(self.0, out);
    }

    /// This time minus `earlier`, exactly.
    pub fn since(self, earlier: Timestamp) -> Skew {
        Skew::from_nanos(i128::from(self.0) - i128::from(earlier.0))
            .expect("the difference of two unsigned 64-bit numbers is a skew")
    }

    /// The time `span` later, at most the end of the range.
    pub fn saturating_add(self, span: Duration) -> Self {
        let nanoseconds = u64::try_from(span.as_nanos()).unwrap_or(u64::MAX);
        Self(self.0.saturating_add(nanoseconds))
    }

    /// The time `span` earlier, at least the start of 1970.
    pub fn saturating_sub(self, span: Duration) -> Self {
        let nanoseconds = u64::try_from(span.as_nanos()).unwrap_or(u64::MAX);
        Self(self.0.saturating_sub(nanoseconds))
    }
}

impl From<SystemTime> for Timestamp {
    /// The same time, limited to the range of this type: 1970 to 2554.
    fn from(time: SystemTime) -> Self {
        let since_1970 = time.duration_since(SystemTime::UNIX_EPOCH);
        Self(0).saturating_add(since_1970.unwrap_or_default())
    }
}

impl From<Timestamp> for SystemTime {
    fn from(time: Timestamp) -> Self {
        SystemTime::UNIX_EPOCH + Duration::from_nanos(time.0)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = Vec::with_capacity(21);
        self.write(&mut text);
        f.write_str(std::str::from_utf8(&text).expect("digits are ASCII"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn nanos(text: &str) -> Option<u64> {
        Timestamp::parse(text.as_bytes()).ok().map(Timestamp::as_nanos)
    }

    #[test]
    fn good_times() {
        assert_eq!(nanos("0"), Some(0));
        assert_eq!(nanos("1.5"), Some(1_500_000_000));
        assert_eq!(nanos("00000000001"), Some(1_000_000_000));
        assert_eq!(nanos("1479413884.392014450"), Some(1_479_413_884_392_014_450));
        assert_eq!(nanos("18446744073.709551615"), Some(u64::MAX));
    }

    #[test]
    fn bad_times() {
        for text in [
            "",
            ".",
            "1.",
            ".5",
            "+1",
            "-1",
            "1e9",
            "1_0",
            "nan",
            "inf",
            "0x10",
            "1.0000000000",
            "000000000001",
            "18446744073.709551616",
            "99999999999",
            "1 ",
            " 1",
            "1.2.3",
            "١",
        ] {
            assert_eq!(nanos(text), None, "{text:?}");
        }
    }

    /// A program that embeds a server takes times from the system clock.
    #[test]
    fn times_of_the_system_are_times_here() {
        let year_1969 = SystemTime::UNIX_EPOCH - Duration::from_secs(1);
        assert_eq!(Timestamp::from(year_1969), Timestamp::from_nanos(0));
        let time = SystemTime::UNIX_EPOCH + Duration::new(1_479_413_884, 392_014_450);
        assert_eq!(Timestamp::from(time).to_string(), "1479413884.392014450");
        assert_eq!(SystemTime::from(Timestamp::from(time)), time);
    }

    proptest! {
        #[test]
        fn what_is_printed_parses_to_the_same(nanoseconds: u64) {
            let time = Timestamp::from_nanos(nanoseconds);
            let text = time.to_string();
            prop_assert_eq!(Timestamp::parse(text.as_bytes()), Ok(time));
        }
    }
}
