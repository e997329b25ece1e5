//! The change log on disk: the same lines, each with its checksum.
//!
//! This room owns the format of the file, the promise of each fsync policy, reading the file back at
//! start, and writing it anew when it is too large, damaged or gone. It follows the change log as a
//! neighbor does, and decides nothing about positions.

mod check;
mod disk;
mod ephemeral;
mod error;
mod file_disk;
mod file_id;
mod fsync;
mod group_commit;
#[allow(clippy::module_inception, reason = "the room is named for the noun that it owns")]
mod journal;
mod keeper;
mod loss;
mod reading;
mod record;
mod recovery;
mod replacement;
mod replay;
mod report;
mod retry;
mod rewrite;
mod set_aside;
#[cfg(feature = "sim")]
mod sim_disk;
mod status;
mod upkeep;
mod writer;

pub use check::{Checked, check};
pub use disk::{Disk, DiskFile};
pub use ephemeral::Ephemeral;
pub use error::{Failed, JournalError};
pub use file_disk::FileDisk;
pub use file_id::FileId;
pub use fsync::Fsync;
pub use journal::Journal;
pub use keeper::Keeper;
pub use reading::Progress;
pub use recovery::{OnDamage, Recovery, recover};
pub use replay::Replay;
pub use report::{BadLine, Report, Verdict};
pub use rewrite::JOURNAL_FILE;
pub use set_aside::BAD_LINES_FILE;
pub use status::JournalStatus;
