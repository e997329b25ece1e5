//! White space, the fields between it, and the error that names a wrong one.

use std::fmt;

/// White space as the protocol has it: space, tab, LF, VT, FF and CR.
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

/// The fields of a line, without the white space around and between them.
pub(super) fn fields(line: &[u8]) -> Fields<'_> {
    Fields { rest: line }
}

/// Iterator over the fields of a line; none of them is empty.
pub(super) struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Fields<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let start = self.rest.iter().position(|&byte| !is_space(byte))?;
        let text = &self.rest[start..];
        let length = text.iter().position(|&byte| is_space(byte)).unwrap_or(text.len());
        let (field, rest) = text.split_at(length);
        self.rest = rest;
        Some(field)
    }
}

/// Digits at the start of `text`, and what follows them.
pub(super) fn digits(text: &[u8]) -> (&[u8], &[u8]) {
    let length = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    text.split_at(length)
}

/// Reads `D+[.D+]` at the start of `text`: whole part, fraction (empty without a point), rest.
/// None when a digit is missing before the point or after it.
pub(super) fn decimal(text: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let (whole, rest) = digits(text);
    if whole.is_empty() {
        return None;
    }
    let Some(after_point) = rest.strip_prefix(b".") else {
        return Some((whole, b"", rest));
    };
    let (fraction, rest) = digits(after_point);
    (!fraction.is_empty()).then_some((whole, fraction, rest))
}

/// So many digits always fit into 64 bits.
const DIGITS_FIT: usize = 19;

/// The number that `digits` spell, or None when it does not fit.
pub(super) fn number(digits: &[u8]) -> Option<u64> {
    if digits.len() <= DIGITS_FIT {
        return Some(digits.iter().fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0')));
    }
    digits
        .iter()
        .try_fold(0u64, |sum, digit| sum.checked_mul(10)?.checked_add(u64::from(digit - b'0')))
}

/// A decimal fraction of at most nine digits, in billionths: `5` is 500,000,000.
pub(super) fn billionths(fraction: &[u8]) -> Option<u64> {
    let scale = 10u64.pow(9u32.checked_sub(fraction.len() as u32)?);
    Some(number(fraction)? * scale)
}

/// Appends `nanoseconds` as seconds with nine decimals.
pub(super) fn write_seconds(nanoseconds: u64, out: &mut Vec<u8>) {
    let mut text = [b'0'; 21];
    let (mut seconds, mut fraction) = (nanoseconds / 1_000_000_000, nanoseconds % 1_000_000_000);
    for place in text[12..].iter_mut().rev() {
        *place = b'0' + (fraction % 10) as u8;
        fraction /= 10;
    }
    text[11] = b'.';
    let mut start = 11;
    loop {
        start -= 1;
        text[start] = b'0' + (seconds % 10) as u8;
        seconds /= 10;
        if seconds == 0 {
            break;
        }
    }
    out.extend_from_slice(&text[start..]);
}

/// The parts of a message that can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// The first word of a line.
    Command,
    /// The ID of a client.
    Client,
    /// ISO 6709 decimal degrees.
    Position,
    /// POSIX time in seconds.
    Time,
    /// Kilometres from 0 to 50.
    Radius,
    /// An integer from 0 to 20.
    Max,
    /// The name of the server that received a position first.
    Server,
    /// A server's receive time minus a client's time, in seconds.
    Skew,
    /// Something behind the last field, or a field that is not there.
    Count,
}

impl Field {
    fn name(self) -> &'static str {
        match self {
            Field::Command => "command",
            Field::Client => "client",
            Field::Position => "position",
            Field::Time => "time",
            Field::Radius => "radius",
            Field::Max => "max",
            Field::Server => "server",
            Field::Skew => "skew",
            Field::Count => "number of fields",
        }
    }
}

/// A line is no message: which field is wrong, and the text that stands there.
///
/// Making one costs nothing: it borrows the offending text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidField<'a> {
    field: Field,
    text: &'a [u8],
}

impl<'a> InvalidField<'a> {
    pub(super) fn new(field: Field, text: &'a [u8]) -> Self {
        Self { field, text }
    }

    /// The field that is wrong.
    pub fn field(self) -> Field {
        self.field
    }

    /// What stands there; the whole line when the number of fields is wrong.
    pub fn text(self) -> &'a [u8] {
        self.text
    }
}

impl fmt::Display for InvalidField<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid {}: {:?}", self.field.name(), String::from_utf8_lossy(self.text))
    }
}

impl std::error::Error for InvalidField<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_is_the_six_ascii_kinds() {
        let spaces: Vec<u8> = (0..=255).filter(|&byte| is_space(byte)).collect();
        assert_eq!(spaces, b"\t\n\x0b\x0c\r ");
    }

    #[test]
    fn fields_stand_between_runs_of_white_space() {
        let found: Vec<_> = fields(b" \x0bIAMAT\t\x0ckiwi  +34-118\r").collect();
        assert_eq!(found, [&b"IAMAT"[..], b"kiwi", b"+34-118"]);
        assert_eq!(fields(b" \t ").next(), None);
    }

    #[test]
    fn seconds_have_nine_decimals_whatever_their_size() {
        let text = |nanoseconds| {
            let mut out = Vec::new();
            write_seconds(nanoseconds, &mut out);
            String::from_utf8(out).expect("digits are ASCII")
        };
        assert_eq!(text(0), "0.000000000");
        assert_eq!(text(263_873_386), "0.263873386");
        assert_eq!(text(1_479_413_884_392_014_450), "1479413884.392014450");
        assert_eq!(text(u64::MAX), "18446744073.709551615");
    }

    #[test]
    fn the_error_names_field_and_text() {
        let error = InvalidField::new(Field::Time, b"noon");
        assert_eq!(error.to_string(), "invalid time: \"noon\"");
    }
}
