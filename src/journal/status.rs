//! What an operator can know about a journal.

use super::fsync::Fsync;

/// The state of a journal at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JournalStatus {
    /// When changes are synchronized with the disk.
    pub fsync: Fsync,
    /// The size of the file, in bytes.
    pub bytes: u64,
    /// All changes up to this number are as safe as `fsync` promises.
    pub covered: u64,
}
