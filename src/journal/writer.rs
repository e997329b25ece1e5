//! The file in use, as long as nobody else writes to it.

use super::disk::DiskFile;
use super::rewrite::{InUse, gather_records};
use crate::node::ReadLog;
use std::io;
use std::ops::Range;
use std::sync::Arc;

/// Appends changes to the file in use.
#[derive(Debug)]
pub(super) struct Writer {
    pub(super) file: Arc<dyn DiskFile>,
    /// The file's size in bytes, which it must have unless somebody else has changed it.
    pub(super) size: u64,
    /// All changes up to this number are written.
    pub(super) written: u64,
    /// Whether something was written since the last fsync began.
    pub(super) unsynced: bool,
    /// The damaged bytes that must be set aside before another file takes this one's place; None
    /// when the file is good.
    pub(super) unrepaired: Option<Vec<Range<u64>>>,
    batch: Vec<u8>,
}

impl Writer {
    pub(super) fn new(journal: InUse, unrepaired: Option<Vec<Range<u64>>>) -> Self {
        Self {
            file: journal.file,
            size: journal.size,
            written: journal.number,
            unsynced: false,
            unrepaired,
            batch: Vec::new(),
        }
    }

    /// Writes the changes after the last written one, about one batch of them.
    pub(super) fn write_batch(&mut self, log: &dyn ReadLog) -> io::Result<()> {
        self.batch.clear();
        let number = gather_records(log, self.written, &mut self.batch);
        self.file.append(&self.batch)?;
        self.size += self.batch.len() as u64;
        self.written = number;
        self.unsynced = true;
        Ok(())
    }

    /// Appends to another file from now on, which holds all that this one does.
    pub(super) fn take_over(&mut self, journal: InUse) {
        self.file = journal.file;
        self.size = journal.size;
        self.written = self.written.max(journal.number);
        self.unsynced = false;
        self.unrepaired = None;
    }
}
