//! The end of a log that was written before.

use super::event::EVENT_START;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

/// How far back the beginning of the last line is looked for, in bytes. No event is longer, since all
/// have gone through the buffer.
const TAIL_BYTES_MAX: u64 = 8 * 1024 * 1024;

/// What a file ends with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tail {
    /// An LF, or nothing at all.
    Whole,
    /// A part of an event, which begins at this byte.
    Event { start: u64 },
    /// Something else that has no LF behind it.
    Other,
}

/// Looks at the end of a file.
pub(super) fn read_tail(file: &File) -> io::Result<Tail> {
    let size = file.metadata()?.len();
    let from = size.saturating_sub(TAIL_BYTES_MAX);
    let mut last = [b'\n'];
    file.read_exact_at(&mut last[..usize::from(size > 0)], size.saturating_sub(1))?;
    if last == *b"\n" {
        return Ok(Tail::Whole);
    }
    let mut bytes = vec![0; (size - from) as usize];
    file.read_exact_at(&mut bytes, from)?;
    let start = memchr::memrchr(b'\n', &bytes).map_or(0, |at| at + 1);
    let begun = &bytes[start..];
    // A part that is shorter than the beginning of an event must be one as far as it goes.
    let common = begun.len().min(EVENT_START.len());
    match begun[..common] == EVENT_START[..common] {
        true => Ok(Tail::Event { start: from + start as u64 }),
        false => Ok(Tail::Other),
    }
}
