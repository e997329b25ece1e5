//! Keeping damaged bytes for whoever wants to look at them.

use super::disk::{Disk, DiskFile};
use super::error::JournalError;
use super::reading::each_chunk;
use std::io;
use std::ops::Range;

/// Where damaged lines are set aside.
pub const BAD_LINES_FILE: &str = "journal.bad";

/// Appends the bytes of these ranges of `journal` to [`BAD_LINES_FILE`], and waits until they are
/// safe.
///
/// # Errors
/// When the disk fails or is full. Then none of them are in the file, so that they are not there
/// twice after the next attempt.
pub(super) async fn set_aside(
    disk: &dyn Disk,
    journal: &dyn DiskFile,
    ranges: &[Range<u64>],
) -> Result<(), JournalError> {
    if ranges.is_empty() {
        return Ok(());
    }
    let failed =
        |error| JournalError::disk(disk, "set damaged lines aside in", BAD_LINES_FILE)(error);
    let (bad, before) = open(disk).map_err(failed)?;
    let mut appended = append(journal, ranges, &*bad);
    if appended.is_ok() {
        appended = bad.sync().await;
    }
    if let Err(error) = appended {
        // If this fails as well, some lines are there twice, which costs nobody anything.
        let _ = bad.truncate(before);
        return Err(failed(error));
    }
    disk.sync_names().await.map_err(failed)
}

fn open(disk: &dyn Disk) -> io::Result<(Box<dyn DiskFile>, u64)> {
    let bad = match disk.open(BAD_LINES_FILE)? {
        Some(bad) => bad,
        None => disk.create(BAD_LINES_FILE)?,
    };
    let size = bad.size()?;
    Ok((bad, size))
}

fn append(journal: &dyn DiskFile, ranges: &[Range<u64>], bad: &dyn DiskFile) -> io::Result<()> {
    for range in ranges {
        let read_at = |offset, buffer: &mut [u8]| journal.read_at(offset, buffer);
        each_chunk(read_at, range.clone(), |chunk, _| bad.append(chunk))?;
    }
    Ok(())
}
