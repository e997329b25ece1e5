//! Numbers within limits.

use std::error::Error;
use std::fmt;
use std::str::FromStr;

/// A whole number from `MIN` to `MAX`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WholeNumber<const MIN: u32, const MAX: u32>(u32);

impl<const MIN: u32, const MAX: u32> WholeNumber<MIN, MAX> {
    /// The number, or None when it is out of range.
    pub fn new(number: u32) -> Option<Self> {
        (MIN..=MAX).contains(&number).then_some(Self(number))
    }

    /// The number itself.
    pub fn get(self) -> u32 {
        self.0
    }

    /// The number as a length.
    pub(super) fn size(self) -> usize {
        usize::try_from(self.0).expect("a length has 32 bits at least")
    }
}

impl<const MIN: u32, const MAX: u32> FromStr for WholeNumber<MIN, MAX> {
    type Err = OutOfRange;

    fn from_str(text: &str) -> Result<Self, OutOfRange> {
        let number = text.parse().ok().and_then(Self::new);
        number.ok_or_else(|| OutOfRange { text: text.to_owned(), min: MIN, max: MAX })
    }
}

/// A text that is not a whole number within the range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutOfRange {
    text: String,
    min: u32,
    max: u32,
}

impl fmt::Display for OutOfRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "must be a whole number from {} to {} (got {:?})", self.min, self.max, self.text)
    }
}

impl Error for OutOfRange {}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both ends belong to the range, and the error about any other number names the range.
    #[test]
    fn a_number_is_in_range() {
        let read = |text: &str| {
            text.parse::<WholeNumber<1, 20>>().map(WholeNumber::get).map_err(|e| e.to_string())
        };
        assert_eq!(read("1"), Ok(1));
        assert_eq!(read("20"), Ok(20));
        for text in ["", "0", "21", "-1", "1.5", "99999999999"] {
            assert_eq!(
                read(text),
                Err(format!("must be a whole number from 1 to 20 (got {text:?})"))
            );
        }
    }
}
