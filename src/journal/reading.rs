//! Reading a file from beginning to end, or a part of it.

use super::replay::Replay;
use super::report::Report;
use crate::protocol::At;
use std::io;
use std::ops::Range;

/// How many bytes are read at a time.
const CHUNK_BYTES: usize = 1024 * 1024;

/// Called with (bytes read, bytes in all).
pub type Progress<'p> = &'p mut (dyn FnMut(u64, u64) + Send);

/// Reads the first `size` bytes of a journal, shows `each` the positions in them, and reports what
/// it found. The start, the repair and the check of a journal all read it with this.
pub(super) fn read_journal(
    read_at: impl FnMut(u64, &mut [u8]) -> io::Result<usize>,
    size: u64,
    progress: Progress<'_>,
    mut each: impl FnMut(&At<'_>),
) -> io::Result<Report> {
    let mut replay = Replay::default();
    each_chunk(read_at, 0..size, |chunk, end| {
        replay.take_in(chunk, &mut each);
        progress(end, size);
        Ok(())
    })?;
    Ok(replay.finish())
}

/// Shows the bytes of a range in chunks, and where each chunk ends. A file that is shorter ends the
/// range.
pub(super) fn each_chunk(
    mut read_at: impl FnMut(u64, &mut [u8]) -> io::Result<usize>,
    range: Range<u64>,
    mut each: impl FnMut(&[u8], u64) -> io::Result<()>,
) -> io::Result<()> {
    let mut buffer = vec![0; CHUNK_BYTES];
    let mut offset = range.start;
    while offset < range.end {
        let wanted = buffer.len().min(usize::try_from(range.end - offset).unwrap_or(usize::MAX));
        let count = read_at(offset, &mut buffer[..wanted])?;
        if count == 0 {
            break;
        }
        offset += count as u64;
        each(&buffer[..count], offset)?;
    }
    Ok(())
}
