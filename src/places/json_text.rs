//! How the JSON of a source may be encoded: as every other text that Herd reads.

use super::places_error::PlacesError;
use crate::config::text::{TextError, read_text};
use serde::Deserialize;
use std::fmt;

/// The text of a source's JSON, without a byte order mark.
///
/// # Errors
/// When it is no text as [`read_text`] takes it.
pub(super) fn json_text(json: &[u8]) -> Result<&str, Misencoded> {
    read_text(json).map_err(Misencoded)
}

/// Reads a value from a response's body.
///
/// # Errors
/// When the body is in another encoding, or is no JSON of the `expected` kind.
pub(super) fn read_json<'a, T: Deserialize<'a>>(
    expected: &str,
    body: &'a [u8],
) -> Result<T, PlacesError> {
    let text = json_text(body).map_err(|error| PlacesError::not_understood(expected, error))?;
    serde_json::from_str(text).map_err(|error| {
        // The text of serde_json's error may hold some of the reply; where it is wrong may be told.
        let (line, column) = (error.line(), error.column());
        let place = format_args!("wrong at line {line} column {column}");
        PlacesError::not_understood(expected, place)
    })
}

/// JSON that is no text as Herd reads it. The words say so of what a service sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Misencoded(TextError);

impl fmt::Display for Misencoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = self.0.line();
        match self.0 {
            TextError::Utf16 => f.write_str("UTF-16, not UTF-8"),
            TextError::Nul { .. } => write!(f, "UTF-16 or no text: a NUL byte on line {line}"),
            TextError::NotUtf8 { .. } => write!(f, "not UTF-8 on line {line}"),
            TextError::CarriageReturn { .. } => write!(f, "a CR without an LF on line {line}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Without it a reply with a byte order mark would be refused as no JSON, and one in UTF-16
    /// without a word of its encoding.
    #[test]
    fn a_byte_order_mark_is_left_out_and_other_encodings_are_named() {
        assert_eq!(json_text(b"\xef\xbb\xbf[\r\n]"), Ok("[\r\n]"));
        let read = |body: &'static [u8]| {
            read_json::<Vec<u8>>("list", body).map_err(|error| error.to_string())
        };
        assert_eq!(read(b"\xef\xbb\xbf[1,2]\n"), Ok(vec![1, 2]));
        for (body, why) in [
            (&b"\xff\xfe[\0]\0"[..], "UTF-16, not UTF-8"),
            (b"\xfe\xff\0[\0]", "UTF-16, not UTF-8"),
            (b"[\0]\0", "UTF-16 or no text: a NUL byte on line 1"),
            (b"[\n\"caf\xe9\"]", "not UTF-8 on line 2"),
            (b"[1,\r2]", "a CR without an LF on line 1"),
            (b"[1,", "wrong at line 1 column 3"),
        ] {
            assert_eq!(read(body), Err(format!("the places service answered with no list: {why}")));
        }
    }
}
