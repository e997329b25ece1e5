//! Text files that people write: one rule for how they may be encoded.
//!
//! A text is UTF-8, with or without a byte order mark, and its lines end in LF or CRLF. Editors and
//! shells also save UTF-16 or lines that end in CR alone; such a file would look like one long line
//! or like nothing at all, so it is refused with a message that names the encoding.

use std::error::Error;
use std::fmt;

/// UTF-8's byte order mark, which some editors write at the start of a file.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Reads the bytes of a text file. Returns its text without a byte order mark; lines still end as
/// they are, in LF or CRLF, both of which [`str::lines`] understands.
///
/// ```
/// use herd::config::text::read_text;
///
/// assert_eq!(read_text(b"\xef\xbb\xbfone\r\ntwo")?, "one\r\ntwo");
/// let error = read_text(b"\xff\xfeo\0n\0e\0").unwrap_err();
/// assert_eq!(error.to_string(), "this file is UTF-16: save it as UTF-8");
/// # Ok::<(), herd::config::text::TextError>(())
/// ```
///
/// # Errors
/// When the bytes are in another encoding, or hold a NUL or a CR without an LF.
pub fn read_text(bytes: &[u8]) -> Result<&str, TextError> {
    if let [0xff, 0xfe, ..] | [0xfe, 0xff, ..] = bytes {
        return Err(TextError::Utf16);
    }
    if let Some(at) = bytes.iter().position(|&byte| byte == 0) {
        return Err(TextError::Nul { line: line_of(bytes, at) });
    }
    let text = str::from_utf8(bytes)
        .map_err(|error| TextError::NotUtf8 { line: line_of(bytes, error.valid_up_to()) })?;
    if let Some(at) = lone_carriage_return(bytes) {
        return Err(TextError::CarriageReturn { line: line_of(bytes, at) });
    }
    Ok(text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text))
}

/// The bytes are not a text that Herd reads. Lines are counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextError {
    /// The file begins with UTF-16's byte order mark.
    Utf16,
    /// There is a NUL byte, as in UTF-16 without a byte order mark and in binary files.
    Nul {
        /// The line that it is on.
        line: usize,
    },
    /// There is a byte sequence that is not UTF-8, as in Latin-1.
    NotUtf8 {
        /// The line that it is on.
        line: usize,
    },
    /// A line ends in CR without LF.
    CarriageReturn {
        /// The line that it ends.
        line: usize,
    },
}

impl TextError {
    /// The line where the trouble is, counted from 1.
    pub fn line(self) -> usize {
        match self {
            TextError::Utf16 => 1,
            TextError::Nul { line }
            | TextError::NotUtf8 { line }
            | TextError::CarriageReturn { line } => line,
        }
    }
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TextError::Utf16 => "this file is UTF-16: save it as UTF-8",
            TextError::Nul { .. } => {
                "there is a NUL byte: this file is UTF-16 or no text; save it as UTF-8"
            }
            TextError::NotUtf8 { .. } => "this line is not UTF-8: save the file as UTF-8",
            TextError::CarriageReturn { .. } => {
                "this line has a CR without an LF: save the file with LF or CRLF line ends"
            }
        })
    }
}

impl Error for TextError {}

fn lone_carriage_return(bytes: &[u8]) -> Option<usize> {
    let is_lone = |&at: &usize| bytes[at] == b'\r' && bytes.get(at + 1) != Some(&b'\n');
    (0..bytes.len()).find(is_lone)
}

fn line_of(bytes: &[u8], at: usize) -> usize {
    1 + bytes[..at].iter().filter(|&&byte| byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A mark that stayed would become part of the first word, which then means something else.
    #[test]
    fn utf_8_is_read_with_or_without_its_mark() {
        for (bytes, text) in [
            ("", ""),
            ("\u{feff}", ""),
            ("\u{feff}a\r\nb\n", "a\r\nb\n"),
            ("a\u{feff}b", "a\u{feff}b"),
            ("\n\n", "\n\n"),
        ] {
            assert_eq!(read_text(bytes.as_bytes()), Ok(text));
        }
    }

    /// A file that is read as something else than its author sees would do nothing, or the wrong
    /// thing.
    #[test]
    fn other_encodings_are_named() {
        for (bytes, error) in [
            (&b"\xff\xfea\0"[..], TextError::Utf16),
            (b"\xfe\xff\0a", TextError::Utf16),
            (b"a\0\n\0", TextError::Nul { line: 1 }),
            (b"a\n\0b", TextError::Nul { line: 2 }),
            (b"a\nb\ncaf\xe9", TextError::NotUtf8 { line: 3 }),
            (b"a\rb\r", TextError::CarriageReturn { line: 1 }),
            (b"a\r\nb\r", TextError::CarriageReturn { line: 2 }),
            (b"\r\r\n", TextError::CarriageReturn { line: 1 }),
        ] {
            assert_eq!(read_text(bytes), Err(error), "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let _ = read_text(&bytes);
        }
    }
}
