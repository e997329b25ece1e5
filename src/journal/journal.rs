//! The journal of a server that runs.

use super::disk::Disk;
use super::error::{Failed, JournalError};
use super::fsync::Fsync;
use super::group_commit::GroupCommit;
use super::keeper::Keeper;
use super::recovery::Recovery;
use super::status::JournalStatus;
use super::upkeep::Upkeep;
use crate::node::ReadLog;
use crate::protocol::ServerName;
use async_trait::async_trait;
use std::sync::Arc;

/// Follows the log of changes onto a disk.
///
/// Only a write or an fsync of the file in use that fails is the end of a journal. A new file that
/// cannot be written is given up and tried again later.
#[derive(Debug)]
pub struct Journal {
    commit: GroupCommit,
    upkeep: Upkeep,
}

impl Journal {
    /// Continues a journal that was read back.
    pub fn new(disk: Arc<dyn Disk>, server: ServerName, fsync: Fsync, recovery: Recovery) -> Self {
        let upkeep = Upkeep::after(&recovery);
        Self { commit: GroupCommit::new(disk, server, fsync, recovery), upkeep }
    }
}

#[async_trait]
impl Keeper for Journal {
    fn covered(&self) -> u64 {
        self.commit.covered()
    }

    async fn cover(&self, number: u64, log: &dyn ReadLog) -> Result<(), Failed> {
        self.commit.cover(number, log).await
    }

    /// The fsync of [`Fsync::EverySecond`]; a look whether the file is still in its place and as long
    /// as it was written; and a new file if it is not, or if it has grown to more than twice its live
    /// size.
    async fn maintain(&self, log: &dyn ReadLog) -> Result<(), Failed> {
        if self.commit.fsync == Fsync::EverySecond {
            self.commit.sync().await?;
        }
        if self.commit.has_failed() {
            return Err(Failed);
        }
        self.upkeep.look_after(&self.commit, log).await
    }

    async fn finish(&self, log: &dyn ReadLog) -> Result<(), Failed> {
        self.commit.sync().await?;
        self.upkeep.restore(&self.commit, log).await
    }

    async fn failure(&self) -> JournalError {
        self.commit.failure().await
    }

    fn status(&self) -> Option<JournalStatus> {
        let GroupCommit { fsync, .. } = self.commit;
        let (bytes, covered) = (self.commit.bytes(), self.commit.covered());
        Some(JournalStatus { fsync, bytes, covered })
    }
}
