//! A number in the digits that it came in.

use serde::de::{Deserialize, Deserializer, Error};
use serde_json::value::RawValue;

/// A JSON number as its text: 4.0 stays 4.0, and 20 digits stay 20 digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Number<'a>(&'a str);

impl<'a> Number<'a> {
    /// The value of a number that a service leaves out because it is zero.
    pub(super) const ZERO: Self = Self("0");

    /// The text.
    pub(super) fn as_str(self) -> &'a str {
        self.0
    }

    /// The nearest number that 64 bits hold.
    pub(super) fn value(self) -> f64 {
        self.0.parse().expect("a JSON number is a Rust number, too")
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Number<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <&RawValue>::deserialize(deserializer)?.get();
        match text.as_bytes()[0] {
            b'-' | b'0'..=b'9' => Ok(Self(text)),
            _ => Err(D::Error::custom("no number")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Without it a place would move by as much as its digits are cut.
    #[test]
    fn a_number_keeps_its_digits() {
        for text in ["0", "4.0", "-1e-7", "12345678901234567890", "34.06893000000000001", "1E400"] {
            let number: Number<'_> = serde_json::from_str(text).expect("it is a number");
            assert_eq!(number.as_str(), text);
            number.value();
        }
        for text in ["null", "\"1\"", "[1]", "{}", "true"] {
            serde_json::from_str::<Number<'_>>(text).expect_err(text);
        }
    }
}
