//! White space, and the fields that it separates.

/// White space as the protocol defines it: space, tab, LF, VT, FF and CR.
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

/// The fields of a line, without the white space around and between them.
pub(super) fn fields(line: &[u8]) -> Fields<'_> {
    Fields { rest: line }
}

/// Iterates over the fields of a line. No field is empty.
pub(super) struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Fields<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        while is_space(*self.rest.first()?) {
            self.rest = &self.rest[1..];
        }
        let (field, rest) = self.rest.split_at(field_length(self.rest));
        self.rest = rest;
        Some(field)
    }
}

/// The number of bytes at the start of `text` that are not white space.
///
/// A busy server spends much of its time here, so this looks at eight bytes at a time. The
/// arithmetic is "Determine if a word has a byte less than n" from Sean Eron Anderson's "Bit
/// Twiddling Hacks". Only the lowest bit that it sets is reliable; the ones above it may be wrong.
pub(super) fn field_length(text: &[u8]) -> usize {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    let mut length = 0;
    while let Some(eight) = text[length..].first_chunk() {
        let eight = u64::from_le_bytes(*eight);
        let up_to_space = eight.wrapping_sub(ONES * u64::from(b' ' + 1)) & !eight & (ONES << 7);
        length += (up_to_space.trailing_zeros() / 8) as usize;
        if up_to_space != 0 {
            if is_space(text[length]) {
                return length;
            }
            length += 1;
        }
    }
    let rest = &text[length..];
    let end = rest.iter().position(|&byte| byte <= b' ' && is_space(byte));
    length + end.unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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

    proptest! {
        #[test]
        fn a_field_is_as_long_as_byte_by_byte(text in "[a-c\0-\x21\u{e9}]{0,40}") {
            let text = text.as_bytes();
            let end = text.iter().position(|&byte| is_space(byte)).unwrap_or(text.len());
            prop_assert_eq!(field_length(text), end);
        }
    }
}
