//! Bytes as hexadecimal digits.

use std::fmt::Write;

/// Appends two lower-case digits for each byte.
pub(super) fn write_hex(bytes: &[u8], out: &mut impl Write) {
    for byte in bytes {
        write!(out, "{byte:02x}").expect("a text takes every digit");
    }
}

/// The bytes that the digits of `text`, in either case, stand for; None unless there are exactly `N`.
pub(super) fn read_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    if text.len() != 2 * N {
        return None;
    }
    for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let value = |digit: u8| char::from(digit).to_digit(16);
        *byte = (value(digits[0])? * 16 + value(digits[1])?) as u8;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_read_in_either_case_and_nothing_else_is() {
        assert_eq!(read_hex("00fFa5"), Some([0, 255, 0xa5]));
        for text in ["", "00fFa", "00fFa50", "00fFag", "+0fFa5", "0é a5"] {
            assert_eq!(read_hex::<3>(text), None, "{text:?}");
        }
    }
}
