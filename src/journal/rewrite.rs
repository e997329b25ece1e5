//! A new journal, with one line for each client.

use super::disk::{Disk, DiskFile};
use super::error::JournalError;
use super::record::{header, write_record};
use crate::node::{ChangeLog, ReadLog};
use crate::protocol::ServerName;
use std::io;
use std::sync::Arc;

/// The journal's name in its folder.
pub const JOURNAL_FILE: &str = "journal";

/// The name of the new file until it is complete.
const NEW_FILE: &str = "journal.new";

/// About how many bytes are written at a time.
const BATCH_BYTES: usize = 1024 * 1024;

/// What must be left of the disk's room for the journal in use when a new one is begun.
const ROOM_LEFT_BYTES: u64 = 256 * 1024;

/// A new journal that is not in its place yet. Until then the old one counts.
///
/// Every step up to [`take_place`](Self::take_place) may fail without harm: then the file is
/// [removed](Self::give_up), and the old journal goes on.
#[derive(Debug)]
pub(super) struct Rewrite<'d> {
    disk: &'d dyn Disk,
    file: Box<dyn DiskFile>,
    size: u64,
    /// All changes up to this number are in the file.
    number: u64,
    batch: Vec<u8>,
}

/// The journal that is in its place and is appended to.
#[derive(Debug)]
pub(super) struct InUse {
    pub(super) file: Arc<dyn DiskFile>,
    pub(super) size: u64,
    /// All changes up to this number are in the file.
    pub(super) number: u64,
}

impl<'d> Rewrite<'d> {
    /// Begins a new file.
    pub(super) fn begin(disk: &'d dyn Disk, server: &ServerName) -> Result<Self, JournalError> {
        let failed = JournalError::disk(disk, "make the new journal", NEW_FILE);
        let file = disk.create(NEW_FILE).map_err(failed)?;
        Ok(Self { disk, file, size: 0, number: 0, batch: header(server) })
    }

    /// Writes about one batch of the lines of `log` that are not in the file yet. Returns whether
    /// there were any.
    pub(super) fn write_batch(&mut self, log: &dyn ReadLog) -> Result<bool, JournalError> {
        self.number = gather_records(log, self.number, &mut self.batch);
        let failed = JournalError::disk(self.disk, "write the new journal", NEW_FILE);
        self.file.append(&self.batch).map_err(failed)?;
        self.size += self.batch.len() as u64;
        let wrote = !self.batch.is_empty();
        self.batch.clear();
        Ok(wrote)
    }

    /// Writes all lines of `log` that are not in the file yet.
    pub(super) fn write_rest(&mut self, log: &dyn ReadLog) -> Result<(), JournalError> {
        while self.write_batch(log)? {}
        Ok(())
    }

    /// Waits until what was written is safe.
    pub(super) async fn sync(&self) -> Result<(), JournalError> {
        let failed = JournalError::disk(self.disk, "synchronize the new journal", NEW_FILE);
        self.file.sync().await.map_err(failed)
    }

    /// Gives the file the journal's name. It must be synchronized before: a crash before the rename
    /// leaves the old journal, which is whole, and a crash after it leaves the new one.
    ///
    /// The new name is safe only after [`sync_name`].
    pub(super) fn take_place(&self) -> Result<(), JournalError> {
        let Err(error) = self.disk.rename(NEW_FILE, JOURNAL_FILE) else { return Ok(()) };
        // A network's disk may have done it all the same, and then the old file has no name any more.
        match (self.disk.identity(JOURNAL_FILE), self.file.identity()) {
            (Ok(Some(named)), Ok(new)) if named == new => Ok(()),
            _ => Err(JournalError::disk(self.disk, "rename the new journal", NEW_FILE)(error)),
        }
    }

    /// The file, now that it has taken its place.
    pub(super) fn into_journal(self) -> InUse {
        InUse { file: self.file.into(), size: self.size, number: self.number }
    }

    /// Removes the file, whose bytes the disk may need.
    pub(super) fn give_up(disk: &dyn Disk) {
        // If that fails, the next attempt replaces the file.
        let _ = disk.remove(NEW_FILE);
    }
}

/// Fails if the disk has no room for a new journal of `bytes` bytes beside the one in use, which must
/// not find the disk full because of the new one.
pub(super) fn require_room(disk: &dyn Disk, bytes: u64) -> Result<(), JournalError> {
    // A disk that does not tell is tried.
    let free = disk.free_bytes().unwrap_or(u64::MAX);
    let needed = bytes.saturating_add(ROOM_LEFT_BYTES);
    if free >= needed {
        return Ok(());
    }
    let message = format!("{free} bytes are free, and {needed} are needed");
    let full = io::Error::new(io::ErrorKind::StorageFull, message);
    Err(JournalError::disk(disk, "make the new journal", NEW_FILE)(full))
}

/// Waits until the journal's name is safe.
pub(super) async fn sync_name(disk: &dyn Disk) -> Result<(), JournalError> {
    let failed = JournalError::disk(disk, "synchronize the folder of", JOURNAL_FILE);
    disk.sync_names().await.map_err(failed)
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
