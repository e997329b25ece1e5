//! The difference between two clocks.

use super::decimal::{Decimal, write_seconds};
use super::field::{Field, InvalidField};
use std::fmt;

/// A server's receive time minus the client's time: an exact count of nanoseconds between -(2^64-1)
/// and 2^64-1, printed in seconds with a sign and nine decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Skew(i128);

impl Skew {
    /// A skew in nanoseconds; None beyond ±(2^64-1).
    pub fn from_nanos(nanoseconds: i128) -> Option<Self> {
        (nanoseconds.unsigned_abs() <= u128::from(u64::MAX)).then_some(Self(nanoseconds))
    }

    /// The skew in nanoseconds.
    pub fn as_nanos(self) -> i128 {
        self.0
    }

    /// Reads seconds, `[+-]D{1,11}[.D{1,9}]`. Other herds print fewer than nine decimals, so fewer
    /// are accepted; this herd always prints nine.
    ///
    /// # Errors
    /// If `text` has another form or is beyond ±18446744073.709551615.
    pub fn parse(text: &[u8]) -> Result<Self, InvalidField> {
        Self::read(text).ok_or_else(|| InvalidField::new(Field::Skew, text))
    }

    fn read(text: &[u8]) -> Option<Self> {
        let (&sign, unsigned) = text.split_first()?;
        let magnitude = i128::from(Decimal::nanoseconds(unsigned)?);
        match sign {
            b'+' => Some(Self(magnitude)),
            b'-' => Some(Self(-magnitude)),
            _ => None,
        }
    }

    /// Appends the sign, the seconds and nine decimals.
    pub fn write(self, out: &mut Vec<u8>) {
        out.push(if self.0 < 0 { b'-' } else { b'+' });
        let magnitude = u64::try_from(self.0.unsigned_abs()).expect("a skew is within ±(2^64-1)");
        write_seconds(magnitude, out);
    }
}

impl fmt::Display for Skew {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = Vec::with_capacity(22);
        self.write(&mut text);
        f.write_str(std::str::from_utf8(&text).expect("sign and digits are ASCII"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Timestamp;
    use proptest::prelude::*;

    #[test]
    fn it_is_printed_with_sign_and_nine_decimals() {
        let text = |nanoseconds| Skew::from_nanos(nanoseconds).map(|skew| skew.to_string());
        assert_eq!(text(263_873_386).as_deref(), Some("+0.263873386"));
        assert_eq!(text(-27_450_763_000).as_deref(), Some("-27.450763000"));
        assert_eq!(text(0).as_deref(), Some("+0.000000000"));
        assert_eq!(text(i128::from(u64::MAX)).as_deref(), Some("+18446744073.709551615"));
        assert_eq!(text(i128::from(u64::MAX) + 1), None);
    }

    #[test]
    fn fewer_decimals_are_read_and_no_nonsense() {
        assert_eq!(Skew::parse(b"-27.450763").map(Skew::as_nanos), Ok(-27_450_763_000));
        assert_eq!(Skew::parse(b"-0.0").map(Skew::as_nanos), Ok(0));
        for text in ["", "+", "0.5", "+1e3", "+.5", "+5.", "++5", "+18446744073.709551616"] {
            assert!(Skew::parse(text.as_bytes()).is_err(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn the_difference_of_two_times_is_exact(a: u64, b: u64) {
            let skew = Timestamp::from_nanos(a).since(Timestamp::from_nanos(b));
            prop_assert_eq!(skew.as_nanos(), i128::from(a) - i128::from(b));
            let text = skew.to_string();
            prop_assert_eq!(Skew::parse(text.as_bytes()), Ok(skew));
        }
    }
}
