//! The parts of a message, and the error that names a wrong one.

use std::fmt;

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
    fn the_error_names_field_and_text() {
        let error = InvalidField::new(Field::Time, b"noon");
        assert_eq!(error.to_string(), "invalid time: \"noon\"");
    }
}
