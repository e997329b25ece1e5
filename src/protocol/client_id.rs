//! Client IDs.

use super::field::{Field, InvalidField};
use super::fields::field_length;
use std::fmt;

/// A client's ID: one or more bytes, none of them white space. It need not be UTF-8.
///
/// ```
/// use herd::protocol::ClientId;
///
/// let id = ClientId::parse(b"kiwi.cs.ucla.edu")?;
/// assert_eq!(id.as_bytes(), b"kiwi.cs.ucla.edu");
/// assert!(ClientId::parse(b"two words").is_err());
/// # Ok::<(), herd::protocol::InvalidField>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientId<'a>(&'a [u8]);

impl<'a> ClientId<'a> {
    /// An ID from text.
    ///
    /// # Errors
    /// When `id` is empty or contains white space.
    pub fn new(id: &'a str) -> Result<Self, InvalidField> {
        Self::parse(id.as_bytes())
    }

    /// Reads an ID that fills all of `text`, which need not be UTF-8.
    ///
    /// # Errors
    /// When `text` is empty or contains white space.
    pub fn parse(text: &'a [u8]) -> Result<Self, InvalidField> {
        if text.is_empty() || field_length(text) < text.len() {
            return Err(InvalidField::new(Field::Client, text));
        }
        Ok(Self(text))
    }

    /// An ID from a field. Fields are never empty and never contain white space.
    pub(super) fn of_field(field: &'a [u8]) -> Self {
        Self(field)
    }

    /// The bytes of the ID.
    pub fn as_bytes(self) -> &'a [u8] {
        self.0
    }
}

impl fmt::Debug for ClientId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClientId({:?})", String::from_utf8_lossy(self.0))
    }
}

impl fmt::Display for ClientId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(self.0))
    }
}
