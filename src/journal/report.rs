//! What is in a journal, and what that means.

use crate::protocol::ServerName;
use std::ops::Range;

/// What was found in a journal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Whose journal it is, if any line says so.
    pub owner: Option<ServerName>,
    /// Whether the first line is the one that a journal begins with.
    pub has_header: bool,
    /// The version of the format, if it is newer than this program. Nothing else was read then.
    pub too_new: Option<u64>,
    /// Positions that were read.
    pub lines: u64,
    /// Bytes in all.
    pub bytes: u64,
    /// Where the last line begins, if it is torn.
    pub torn_at: Option<u64>,
    /// The first bad line that is not the last one.
    pub first_bad: Option<BadLine>,
    /// How many bad lines there are. Where an editor has changed only the end of a line, its
    /// position was read all the same.
    pub bad_lines: u64,
    /// The bytes of bad lines. Neighboring ones are one range.
    pub bad: Vec<Range<u64>>,
}

/// Where a bad line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// Its number, from 1 on.
    pub line: u64,
    /// The number of bytes before it.
    pub byte: u64,
}

/// What can be done with a journal. The start, the repair and `herd-server check` all go by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It can be continued as it is.
    Whole,
    /// It can be continued after its last line, which begins at this byte, is cut off.
    Torn(u64),
    /// Its first line is missing or damaged. It can be repaired.
    Headless,
    /// It has damaged lines in the middle, this one first. It can be repaired.
    Damaged(BadLine),
    /// Its format has this version, which is too new to be read or repaired.
    TooNew(u64),
}

impl Report {
    /// What can be done with the journal.
    pub fn verdict(&self) -> Verdict {
        match *self {
            Report { too_new: Some(version), .. } => Verdict::TooNew(version),
            Report { has_header: false, .. } => Verdict::Headless,
            Report { first_bad: Some(bad), .. } => Verdict::Damaged(bad),
            Report { torn_at: Some(byte), .. } => Verdict::Torn(byte),
            _ => Verdict::Whole,
        }
    }

    /// All bytes that a repaired journal will not hold.
    pub(super) fn to_set_aside(&self) -> Vec<Range<u64>> {
        let torn = self.torn_at.map(|byte| byte..self.bytes);
        self.bad.iter().cloned().chain(torn).collect()
    }

    pub(super) fn note_bad(&mut self, line: BadLine, bytes: Range<u64>) {
        self.first_bad.get_or_insert(line);
        self.bad_lines += 1;
        match self.bad.last_mut() {
            Some(last) if last.end == bytes.start => last.end = bytes.end,
            _ => self.bad.push(bytes),
        }
    }
}
