//! The contents of a journal after a crash.

use super::at_line::AtLine;
use super::knowledge::Knowledge;
use crate::journal::JOURNAL_FILE;
use crate::runtime::sim::SimDisk;

/// Each record ends with a space, a star and eight digits.
const CHECKSUM_BYTES: usize = 10;

/// Reads the newest line of each client from a journal, without the journal's own code.
pub(super) fn read_journal(disk: &SimDisk) -> Knowledge {
    let mut known = Knowledge::new();
    for record in content(disk).split(|&byte| byte == b'\n') {
        let Some(end) = record.len().checked_sub(CHECKSUM_BYTES) else { continue };
        let Some(line) = AtLine::parse(&record[..end]) else { continue };
        let newest = known.entry(line.client().to_owned()).or_insert_with(|| line.clone());
        if *newest < line {
            *newest = line;
        }
    }
    known
}

fn content(disk: &SimDisk) -> Vec<u8> {
    let file = disk.open(JOURNAL_FILE).expect("the disk has been repaired");
    let Some(file) = file else { return Vec::new() };
    let mut bytes = vec![0; file.size().expect("the disk has been repaired") as usize];
    let count = file.read_at(0, &mut bytes).expect("the disk has been repaired");
    bytes.truncate(count);
    bytes
}
