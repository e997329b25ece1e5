//! The fields of a message, and the error that names the wrong one.

use std::fmt;

/// A field of a message.
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
    /// The number of fields: one is missing, or there are too many.
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

/// The longest text that an [`InvalidField`] keeps, in bytes.
pub const EXCERPT_BYTES_MAX: usize = 64;

/// A line or field is invalid: which field, and its text.
///
/// The error keeps its own copy of the text, up to [`EXCERPT_BYTES_MAX`] bytes, so it can
/// outlive the line. Making one allocates nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidField {
    field: Field,
    /// The length of the text before it was cut.
    text_bytes: usize,
    excerpt: [u8; EXCERPT_BYTES_MAX],
}

impl InvalidField {
    #[cold]
    pub(super) fn new(field: Field, text: &[u8]) -> Self {
        let mut excerpt = [0; EXCERPT_BYTES_MAX];
        let kept = text.len().min(EXCERPT_BYTES_MAX);
        excerpt[..kept].copy_from_slice(&text[..kept]);
        Self { field, text_bytes: text.len(), excerpt }
    }

    /// The field that is wrong.
    pub fn field(self) -> Field {
        self.field
    }

    /// The text of the field, up to [`EXCERPT_BYTES_MAX`] bytes; if the number of fields is wrong,
    /// the start of the line.
    pub fn text(&self) -> &[u8] {
        &self.excerpt[..self.text_bytes.min(EXCERPT_BYTES_MAX)]
    }
}

impl fmt::Display for InvalidField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid {}: {:?}", self.field.name(), String::from_utf8_lossy(self.text()))?;
        if self.text_bytes > EXCERPT_BYTES_MAX {
            write!(f, " and {} more bytes", self.text_bytes - EXCERPT_BYTES_MAX)?;
        }
        Ok(())
    }
}

impl std::error::Error for InvalidField {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_names_field_and_text() {
        let error = InvalidField::new(Field::Time, b"noon");
        assert_eq!(error.to_string(), "invalid time: \"noon\"");
        assert_eq!((error.field(), error.text()), (Field::Time, &b"noon"[..]));
    }

    /// A line of four kilobytes must not fill a log.
    #[test]
    fn a_long_text_is_cut() {
        let error = InvalidField::new(Field::Count, &[b'x'; EXCERPT_BYTES_MAX + 3]);
        let shown = "x".repeat(EXCERPT_BYTES_MAX);
        let expected = format!("invalid number of fields: \"{shown}\" and 3 more bytes");
        assert_eq!(error.to_string(), expected);
    }

    /// A program reads a line into its own buffer and returns the error with `?`.
    #[test]
    fn an_error_outlives_the_text_that_it_is_about() {
        fn read() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
            let line = b"IAMAT kiwi north 1".to_vec();
            crate::protocol::Request::parse(&line)?;
            Ok(())
        }
        let message = read().map_err(|error| error.to_string());
        assert_eq!(message, Err("invalid position: \"north\"".to_owned()));
    }
}
