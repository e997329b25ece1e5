//! A time in a line.

use super::field::InvalidField;
use super::timestamp::Timestamp;
use std::borrow::Cow;

/// A time, and how it is written: a line keeps the client's own text.
#[derive(Clone, Copy, Debug)]
pub(super) struct WrittenTime<'a> {
    value: Timestamp,
    /// None for the canonical text, with nine decimals.
    text: Option<&'a [u8]>,
}

impl<'a> WrittenTime<'a> {
    /// A time that nobody has written yet.
    pub(super) fn of(value: Timestamp) -> Self {
        Self { value, text: None }
    }

    /// Reads a time that fills all of `text`.
    pub(super) fn parse(text: &'a [u8]) -> Result<Self, InvalidField> {
        Timestamp::parse(text).map(|value| Self { value, text: Some(text) })
    }

    pub(super) fn value(self) -> Timestamp {
        self.value
    }

    pub(super) fn text(self) -> Cow<'a, [u8]> {
        match self.text {
            Some(text) => Cow::Borrowed(text),
            None => Cow::Owned(self.value.to_string().into_bytes()),
        }
    }
}

/// Two times are equal when their texts are, as lines are compared byte by byte.
impl PartialEq for WrittenTime<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}
