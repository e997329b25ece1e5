//! Decimal numbers without signs.

/// A run of digits, and the number that was computed while they were read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Digits<'a> {
    text: &'a [u8],
    /// The number; correct only for up to [`DIGITS_FIT`] digits.
    value: u64,
}

/// This many digits always fit into 64 bits.
const DIGITS_FIT: usize = 19;

impl<'a> Digits<'a> {
    /// The digits at the start of `text`, of which there may be none, and the text after them.
    pub(super) fn read(text: &'a [u8]) -> (Self, &'a [u8]) {
        let (mut value, mut length) = (0_u64, 0);
        while let Some(eight) = text[length..].first_chunk().and_then(eight_digits) {
            value = value.wrapping_mul(100_000_000).wrapping_add(eight);
            length += 8;
        }
        for byte in &text[length..] {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                break;
            }
            value = value.wrapping_mul(10).wrapping_add(u64::from(digit));
            length += 1;
        }
        let (digits, rest) = text.split_at(length);
        (Self { text: digits, value }, rest)
    }

    /// The number of digits.
    pub(super) fn count(self) -> usize {
        self.text.len()
    }

    /// The number; 0 if there are no digits, None if it does not fit into 64 bits.
    pub(super) fn value(self) -> Option<u64> {
        if self.count() <= DIGITS_FIT {
            return Some(self.value);
        }
        let digits = self.text.iter().map(|digit| u64::from(digit - b'0'));
        digits.into_iter().try_fold(0_u64, |sum, digit| sum.checked_mul(10)?.checked_add(digit))
    }

    /// Whether they are all 0.
    pub(super) fn are_zeros(self) -> bool {
        self.text.iter().all(|&digit| digit == b'0')
    }
}

/// The number that eight digits form; None if any of them is not a digit.
///
/// It combines neighboring digits to pairs, pairs to groups of four and those to eight, all in one
/// register, as in Johnny Lee's "Fast numeric string to int". Times are mostly digits, so this is
/// where most of the time for a line is spent.
fn eight_digits(text: &[u8; 8]) -> Option<u64> {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    let digits = u64::from_le_bytes(*text) ^ (ONES * u64::from(b'0'));
    let above_nine = ((digits & (ONES * 0x7f)) + ONES * (0x7f - 9)) | digits;
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs * 100 + (pairs >> 16)) & 0x0000_ffff_0000_ffff;
    let eight = (fours * 10_000 + (fours >> 32)) & 0xffff_ffff;
    (above_nine & (ONES << 7) == 0).then_some(eight)
}

/// `D+[.D+]`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Decimal<'a> {
    pub(super) whole: Digits<'a>,
    /// Empty if there is no point.
    pub(super) fraction: Digits<'a>,
}

impl<'a> Decimal<'a> {
    /// The number at the start of `text`, and the text after it. None if a digit is missing before
    /// or after the point.
    pub(super) fn read(text: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (whole, rest) = Digits::read(text);
        if whole.count() == 0 {
            return None;
        }
        let Some(after_point) = rest.strip_prefix(b".") else {
            let (fraction, _) = Digits::read(b"");
            return Some((Self { whole, fraction }, rest));
        };
        let (fraction, rest) = Digits::read(after_point);
        (fraction.count() > 0).then_some((Self { whole, fraction }, rest))
    }

    /// Reads all of `text` as seconds, `D{1,11}[.D{1,9}]`, and returns nanoseconds. None for any
    /// other form, and above 2^64-1 ns.
    pub(super) fn nanoseconds(text: &'a [u8]) -> Option<u64> {
        let (Self { whole, fraction }, rest) = Self::read(text)?;
        if whole.count() > 11 || fraction.count() > 9 || !rest.is_empty() {
            return None;
        }
        let nanoseconds = fraction.value * 10_u64.pow(9 - fraction.count() as u32);
        whole.value.checked_mul(1_000_000_000)?.checked_add(nanoseconds)
    }

    /// Whether the number is at most `limit`. The digits are compared, without rounding.
    pub(super) fn is_up_to(self, limit: u64) -> bool {
        self.whole
            .value()
            .is_some_and(|whole| whole < limit || whole == limit && self.fraction.are_zeros())
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn value(text: &str) -> Option<u64> {
        Digits::read(text.as_bytes()).0.value()
    }

    #[test]
    fn numbers_end_where_64_bits_do() {
        assert_eq!(value("18446744073709551615"), Some(u64::MAX));
        assert_eq!(value("18446744073709551616"), None);
        assert_eq!(value("00000000000000000000000000000012"), Some(12));
        assert_eq!(value(""), Some(0));
    }

    /// Without the check for overflow, 2^64 + 49 would pass as 49.
    #[test]
    fn what_does_not_fit_is_above_every_limit() {
        let is_up_to_50 =
            |text: &str| Decimal::read(text.as_bytes()).map(|(decimal, _)| decimal.is_up_to(50));
        assert_eq!(is_up_to_50("18446744073709551665"), Some(false));
        assert_eq!(is_up_to_50("50.18446744073709551616"), Some(false));
        assert_eq!(is_up_to_50("50.00000000000000000000000"), Some(true));
        assert_eq!(is_up_to_50("49.9"), Some(true));
        assert_eq!((is_up_to_50(".5"), is_up_to_50("5.")), (None, None));
    }

    #[test]
    fn what_follows_is_left() {
        let (Decimal { whole, fraction }, rest) =
            Decimal::read(b"034.50-118").expect("there is a number");
        assert_eq!((whole.count(), whole.value(), rest), (3, Some(34), &b"-118"[..]));
        assert_eq!(
            (fraction.count(), fraction.value(), fraction.are_zeros()),
            (2, Some(50), false)
        );
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
    fn eight_bytes_that_are_not_all_digits_are_none() {
        for place in 0..8 {
            for byte in 0..=255_u8 {
                let mut text = *b"19283746";
                text[place] = byte;
                let number = std::str::from_utf8(&text).ok().filter(|_| byte.is_ascii_digit());
                assert_eq!(eight_digits(&text), number.and_then(|text| text.parse().ok()));
            }
        }
    }

    proptest! {
        #[test]
        fn numbers_are_what_they_spell(number: u64, zeros in 0usize..12) {
            prop_assert_eq!(value(&format!("{:0<1$}{number}", "", zeros)), Some(number));
        }
    }
}
