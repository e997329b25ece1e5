//! An AT line that owns its bytes.

use super::field::InvalidField;
use super::message::At;
use std::fmt;

/// An [`At`] that owns its bytes, so that it can be kept.
///
/// ```
/// use herd::protocol::OwnedAt;
///
/// let known = OwnedAt::parse(b"AT Ball +0.5 kiwi +34-118 1.25")?;
/// assert_eq!(known.at().client().as_bytes(), b"kiwi");
/// assert_eq!(known.to_string(), "AT Ball +0.500000000 kiwi +34-118 1.25");
/// # Ok::<(), herd::protocol::InvalidField>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct OwnedAt(Box<[u8]>);

impl OwnedAt {
    /// Reads one line without its LF.
    ///
    /// # Errors
    /// The first field that is wrong, if the line is not an `AT`.
    pub fn parse(line: &[u8]) -> Result<Self, InvalidField> {
        let at = At::parse(line)?;
        let mut canonical = Vec::with_capacity(line.len());
        at.write(&mut canonical);
        Ok(Self(canonical.into()))
    }

    /// Copies a canonical line of a change log, which ends with LF.
    pub(crate) fn of_log(line: &[u8]) -> Self {
        Self(line.strip_suffix(b"\n").expect("a log's lines end with LF").into())
    }

    /// The parsed line.
    pub fn at(&self) -> At<'_> {
        At::parse(&self.0).expect("the line was read before")
    }

    /// The canonical line without its LF.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for OwnedAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.0))
    }
}

impl fmt::Debug for OwnedAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OwnedAt({self})")
    }
}
