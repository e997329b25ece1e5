//! The radius and the number of results of a WHATSAT.

use super::decimal::{Decimal, Digits};
use super::field::{Field, InvalidField};

/// The widest radius, in kilometres.
pub const RADIUS_KM_MAX: u64 = 50;

/// The most results a WHATSAT can ask for.
pub const RESULTS_MAX: u8 = 20;

/// A distance from 0 to 50 kilometres.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Radius {
    metres: f64,
}

impl Radius {
    /// A radius in metres; None outside 0 to 50,000.
    pub fn from_metres(metres: f64) -> Option<Self> {
        (0.0..=RADIUS_KM_MAX as f64 * 1000.0).contains(&metres).then_some(Self { metres })
    }

    /// The radius in metres, 0 to 50,000.
    pub fn metres(self) -> f64 {
        self.metres
    }

    /// Reads kilometres, `D+[.D+]`, from 0 to 50.
    ///
    /// # Errors
    /// If `text` has another form or is out of range. The digits are compared, without rounding:
    /// 50.00…01 is too large.
    pub fn parse(text: &[u8]) -> Result<Self, InvalidField> {
        Self::read(text).ok_or_else(|| InvalidField::new(Field::Radius, text))
    }

    fn read(text: &[u8]) -> Option<Self> {
        let (kilometres, rest) = Decimal::read(text)?;
        if !rest.is_empty() || !kilometres.is_up_to(RADIUS_KM_MAX) {
            return None;
        }
        let value: f64 = std::str::from_utf8(text).ok()?.parse().ok()?;
        Some(Self { metres: value * 1000.0 })
    }
}

/// The maximum number of results of a WHATSAT: an integer from 0 to 20.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MaxResults(u8);

impl MaxResults {
    /// A number of results; None above 20.
    pub fn new(count: u8) -> Option<Self> {
        (count <= RESULTS_MAX).then_some(Self(count))
    }

    /// The number.
    pub fn get(self) -> usize {
        usize::from(self.0)
    }

    /// Reads an integer from 0 to 20.
    ///
    /// # Errors
    /// If `text` has another form or is out of range.
    pub fn parse(text: &[u8]) -> Result<Self, InvalidField> {
        Self::read(text).ok_or_else(|| InvalidField::new(Field::Max, text))
    }

    fn read(text: &[u8]) -> Option<Self> {
        let (digits, rest) = Digits::read(text);
        if digits.count() == 0 || !rest.is_empty() {
            return None;
        }
        Self::new(u8::try_from(digits.value()?).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn radius_is_kilometres_from_0_to_50() {
        let metres = |text: &str| Radius::parse(text.as_bytes()).ok().map(Radius::metres);
        assert_eq!(metres("0"), Some(0.0));
        assert_eq!(metres("10"), Some(10_000.0));
        assert_eq!(metres("0.5"), Some(500.0));
        assert_eq!(metres("050.000"), Some(50_000.0));
        for text in
            ["", "-1", "+1", ".5", "5.", "1e1", "50.0000000000000000001", "51", "nan", "inf", "1,5"]
        {
            assert_eq!(metres(text), None, "{text:?}");
        }
    }

    #[test]
    fn max_is_an_integer_from_0_to_20() {
        let count = |text: &str| MaxResults::parse(text.as_bytes()).ok().map(MaxResults::get);
        assert_eq!(count("0"), Some(0));
        assert_eq!(count("020"), Some(20));
        for text in ["", "21", "-1", "+1", "1.0", "1e1", "99999999999999999999", "x"] {
            assert_eq!(count(text), None, "{text:?}");
        }
    }
}
