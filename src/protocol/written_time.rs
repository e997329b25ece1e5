//! A time together with its text.

use super::field::InvalidField;
use super::timestamp::Timestamp;
use std::borrow::Cow;

/// A time and its text. An AT line keeps the text that the client wrote.
#[derive(Clone, Copy, Debug)]
pub(super) struct WrittenTime<'a> {
    value: Timestamp,
    /// None for the canonical text, with nine decimals.
    text: Option<&'a [u8]>,
}

impl<'a> WrittenTime<'a> {
    /// A time with the canonical text.
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

/// Times are equal if their texts are, because lines are compared byte by byte.
impl PartialEq for WrittenTime<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}
