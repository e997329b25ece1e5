//! A new journal, with one line for each client.

use super::disk::{Disk, DiskFile};
use super::error::JournalError;
use super::record::{header, write_record};
use crate::node::{ChangeLog, ReadLog};
use crate::protocol::ServerName;
use std::sync::Arc;

/// The journal's name in its folder.
pub const JOURNAL_FILE: &str = "journal";

/// The name of the new file until it is complete.
const NEW_FILE: &str = "journal.new";

/// About how many bytes are written at a time.
pub(super) const BATCH_BYTES: usize = 1024 * 1024;

/// A new journal that is not in its place yet. Until then the old one counts.
#[derive(Debug)]
pub(super) struct Rewrite {
    file: Box<dyn DiskFile>,
    size: u64,
    /// All changes up to this number are in the file.
    number: u64,
    batch: Vec<u8>,
}

/// A journal in its place, safe from every crash.
#[derive(Debug)]
pub(super) struct Rewritten {
    pub(super) file: Arc<dyn DiskFile>,
    pub(super) size: u64,
    pub(super) number: u64,
}

impl Rewrite {
    /// Begins a new file.
    pub(super) fn begin(disk: &dyn Disk, server: &ServerName) -> Result<Self, JournalError> {
        let file = disk.create(NEW_FILE).map_err(JournalError::disk("make a new journal"))?;
        let mut rewrite = Self { file, size: 0, number: 0, batch: header(server) };
        rewrite.write_batch()?;
        Ok(rewrite)
    }

    /// Gathers the next lines of `log`, to be written by [`write_batch`](Self::write_batch);
    /// whether there are any.
    pub(super) fn gather(&mut self, log: &dyn ReadLog) -> bool {
        self.number = gather_records(log, self.number, &mut self.batch);
        !self.batch.is_empty()
    }

    /// Writes what was gathered.
    pub(super) fn write_batch(&mut self) -> Result<(), JournalError> {
        self.file.append(&self.batch).map_err(JournalError::disk("write the new journal"))?;
        self.size += self.batch.len() as u64;
        self.batch.clear();
        Ok(())
    }

    /// Writes all of `log` that is not in the file yet.
    pub(super) fn write_rest(&mut self, log: &dyn ReadLog) -> Result<(), JournalError> {
        while self.gather(log) {
            self.write_batch()?;
        }
        Ok(())
    }

    /// Waits until what was written is safe.
    pub(super) async fn sync(&self) -> Result<(), JournalError> {
        self.file.sync().await.map_err(JournalError::disk("synchronize the new journal"))
    }

    /// Puts the file in the place of the old one. A crash before the rename leaves the old one,
    /// which is whole; one after it leaves the new one, which is safe by then.
    pub(super) async fn take_place(self, disk: &dyn Disk) -> Result<Rewritten, JournalError> {
        self.sync().await?;
        disk.rename(NEW_FILE, JOURNAL_FILE)
            .map_err(JournalError::disk("rename the new journal"))?;
        disk.sync_names().await.map_err(JournalError::disk("synchronize the journal's folder"))?;
        Ok(Rewritten { file: self.file.into(), size: self.size, number: self.number })
    }
}

/// Appends the records of the changes after `number` until `out` holds about [`BATCH_BYTES`], and
/// returns the number up to which they are there.
pub(super) fn gather_records(log: &dyn ReadLog, number: u64, out: &mut Vec<u8>) -> u64 {
    let mut gathered = number;
    log.read(&mut |log| gathered = gather_from(log, number, out));
    gathered
}

fn gather_from(log: &ChangeLog, number: u64, out: &mut Vec<u8>) -> u64 {
    let mut gathered = number;
    for change in log.changes_after(number) {
        if out.len() >= BATCH_BYTES {
            return gathered;
        }
        let text = change.line.strip_suffix(b"\n").expect("a log's lines end with LF");
        write_record(text, out);
        gathered = change.number;
    }
    log.last_number()
}
