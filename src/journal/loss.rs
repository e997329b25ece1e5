//! What can happen to a journal from outside while it is in use.

use std::fmt;

/// Why the file that a server appends to would not be read back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Loss {
    /// No file has the journal's name.
    Removed,
    /// Another file has the journal's name.
    Replaced,
    /// The file does not have the size that it was written to.
    Resized,
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Loss::Removed => "it was removed",
            Loss::Replaced => "another file has its name",
            Loss::Resized => "its size has changed",
        })
    }
}
