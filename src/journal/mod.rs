//! The change log on disk: the same lines, each with its checksum.
//!
//! This room owns the file's form, the promise of each fsync policy, replay at start and rewriting
//! when the file has grown too large. It follows the change log as a neighbor does, and decides
//! nothing about positions.

mod disk;
mod ephemeral;
mod error;
mod file_disk;
mod fsync;
#[allow(clippy::module_inception, reason = "the room is named for the noun that it owns")]
mod journal;
mod keeper;
mod record;
mod recovery;
mod replay;
mod rewrite;
#[cfg(feature = "sim")]
mod sim_disk;
mod status;

pub use disk::{Disk, DiskFile};
pub use ephemeral::Ephemeral;
pub use error::{BadLine, Failed, JournalError};
pub use file_disk::FileDisk;
pub use fsync::Fsync;
pub use journal::Journal;
pub use keeper::Keeper;
pub use recovery::{BAD_LINES_FILE, OnDamage, Progress, Recovery, check, recover};
pub use replay::{Replay, Report};
pub use rewrite::JOURNAL_FILE;
pub use status::JournalStatus;
