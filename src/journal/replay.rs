//! Reading a journal back, from bytes alone.

use super::error::{BadLine, JournalError};
use super::record::{RECORD_BYTES_MAX, VERSION, read_header, read_record};
use crate::protocol::{At, Line, LineBuffer, ServerName};
use std::ops::Range;

/// Reads a journal that comes in chunks, as they come.
///
/// It holds one line at most, and the ranges of damaged bytes.
#[derive(Debug)]
pub struct Replay {
    lines: LineBuffer,
    /// Bytes that came before the current chunk.
    before: u64,
    report: Report,
    /// The newest line if it is bad: in the middle of the file that is damage, at its end it is a
    /// write that a crash cut short.
    bad: Option<(BadLine, Range<u64>)>,
}

/// What was found in a journal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Whose journal it is; None where not even its first line is there.
    pub owner: Option<ServerName>,
    /// Good lines, the first one not counted.
    pub lines: u64,
    /// Bytes in all.
    pub bytes: u64,
    /// Where the last line begins, if it is torn.
    pub torn_at: Option<u64>,
    /// The first bad line that is not the last one.
    pub first_bad: Option<BadLine>,
    /// How many bad lines there are.
    pub bad_lines: u64,
    /// The bytes of bad lines. Neighboring ones are one range.
    pub bad: Vec<Range<u64>>,
}

impl Default for Replay {
    fn default() -> Self {
        Self {
            lines: LineBuffer::new(RECORD_BYTES_MAX),
            before: 0,
            report: Report::default(),
            bad: None,
        }
    }
}

impl Replay {
    /// Takes in the next bytes of the file, and shows `each` every position in them.
    ///
    /// # Errors
    /// When the file does not begin as a journal of a known version does.
    pub fn take_in(
        &mut self,
        chunk: &[u8],
        mut each: impl FnMut(&At<'_>),
    ) -> Result<(), JournalError> {
        let Self { lines, before, report, bad } = self;
        let mut rest = chunk;
        report.bytes += chunk.len() as u64;
        while let Some(line) = lines.next_line(&mut rest) {
            let end = *before + (chunk.len() - rest.len()) as u64;
            let (record, start) = match line {
                Line::Whole(record) => (Some(record), end - record.len() as u64 - 1),
                Line::Overlong(record) => (None, end - record.len() as u64),
            };
            if let Some((line, bytes)) = bad.take() {
                report.note_bad((line, bytes.start..start));
            }
            let text = record.and_then(read_record);
            if report.owner.is_none() {
                report.owner = Some(read_owner(text)?);
            } else if let Some(at) = text.and_then(|text| At::parse(text).ok()) {
                report.lines += 1;
                each(&at);
            } else {
                let number = 2 + report.lines + report.bad_lines;
                *bad = Some((BadLine { line: number, byte: start }, start..end));
            }
        }
        *before += chunk.len() as u64;
        Ok(())
    }

    /// The file has ended.
    pub fn finish(mut self) -> Report {
        let last_line = self.bad.take().map(|(line, _)| line.byte);
        if let Some(Line::Whole(partial) | Line::Overlong(partial)) = self.lines.finish() {
            let start = self.report.bytes - partial.len() as u64;
            if let Some(byte) = last_line {
                let line = 2 + self.report.lines + self.report.bad_lines;
                self.report.note_bad((BadLine { line, byte }, byte..start));
            }
            self.report.torn_at = Some(start);
        } else {
            self.report.torn_at = last_line;
        }
        self.report
    }
}

impl Report {
    fn note_bad(&mut self, (line, bytes): (BadLine, Range<u64>)) {
        self.first_bad.get_or_insert(line);
        self.bad_lines += 1;
        match self.bad.last_mut() {
            Some(last) if last.end == bytes.start => last.end = bytes.end,
            _ => self.bad.push(bytes),
        }
    }
}

fn read_owner(header: Option<&[u8]>) -> Result<ServerName, JournalError> {
    match header.and_then(read_header) {
        Some((version, _)) if version > VERSION => Err(JournalError::TooNew { version }),
        Some((_, owner)) => Ok(owner),
        None => Err(JournalError::NoJournal),
    }
}

#[cfg(test)]
mod tests {
    use super::super::record::{header, write_record};
    use super::*;
    use proptest::prelude::*;

    fn journal(clients: &[&str]) -> Vec<u8> {
        let mut out = header(&"Alford".parse().expect("the name is legal"));
        for client in clients {
            let line = format!("AT Alford +0.000000000 {client} +0+0 1");
            write_record(line.as_bytes(), &mut out);
        }
        out
    }

    fn replay<'a>(
        chunks: impl IntoIterator<Item = &'a [u8]>,
    ) -> Result<(Vec<String>, Report), JournalError> {
        let mut replay = Replay::default();
        let mut clients = Vec::new();
        for chunk in chunks {
            replay.take_in(chunk, |at| clients.push(at.client().to_string()))?;
        }
        Ok((clients, replay.finish()))
    }

    fn whole(bytes: &[u8]) -> (Vec<String>, Report) {
        replay([bytes]).expect("it is a journal")
    }

    fn good(lines: u64, bytes: usize) -> Report {
        let owner = Some("Alford".parse().expect("the name is legal"));
        Report { owner, lines, bytes: bytes as u64, ..Report::default() }
    }

    #[test]
    fn a_whole_journal_is_all_good() {
        let bytes = journal(&["a", "b"]);
        assert_eq!(whole(&bytes), (vec!["a".into(), "b".into()], good(2, bytes.len())));
        assert_eq!(whole(b""), (vec![], Report::default()));
    }

    /// A crash while a line is being written may leave any part of it, and that part must go.
    #[test]
    fn a_last_line_cut_anywhere_is_torn() {
        let (short, long) = (journal(&["a"]), journal(&["a", "b"]));
        for cut in short.len() + 1..long.len() {
            let mut report = good(1, cut);
            report.torn_at = Some(short.len() as u64);
            assert_eq!(whole(&long[..cut]), (vec!["a".into()], report), "{cut}");
        }
        let mut flipped = long.clone();
        flipped[short.len() + 30] ^= 1;
        assert_eq!(whole(&flipped).1.torn_at, Some(short.len() as u64));
        let zeros = [&short[..], &[0; 20_000]].concat();
        assert_eq!(whole(&zeros).1.torn_at, Some(short.len() as u64));
    }

    #[test]
    fn a_bad_line_in_the_middle_is_damage() {
        let mut bytes = journal(&["a", "b", "c", "d"]);
        let line_bytes = journal(&["a"]).len() as u64 - journal(&[]).len() as u64;
        let second = journal(&["a"]).len() as u64;
        bytes[second as usize + 3] ^= 1;
        bytes[(second + line_bytes) as usize + 3] ^= 1;
        let mut report = good(2, bytes.len());
        report.first_bad = Some(BadLine { line: 3, byte: second });
        report.bad_lines = 2;
        report.bad.push(second..second + 2 * line_bytes);
        assert_eq!(whole(&bytes), (vec!["a".into(), "d".into()], report));
    }

    #[test]
    fn what_is_no_journal_is_refused() {
        let error = |bytes: &[u8]| replay([bytes]).expect_err("it is none").to_string();
        let mut newer = Vec::new();
        write_record(b"HERD JOURNAL 2 Alford", &mut newer);
        let expected = "the journal has version 2, and this program reads up to 1";
        assert_eq!(error(&newer), expected);
        let expected = "journal, line 1, byte 0: this is not the first line of a journal";
        assert_eq!(error(b"hello\n"), expected);
    }

    proptest! {
        #[test]
        fn chunks_do_not_matter(
            cut in 0usize..300,
            size in 1usize..40,
            damage in 40usize..300,
        ) {
            let mut bytes = journal(&["a", "b", "c", "d"]);
            bytes.truncate(cut.max(60));
            if let Some(byte) = bytes.get_mut(damage) {
                *byte ^= 1;
            }
            let in_chunks = replay(bytes.chunks(size)).expect("the first line is good");
            prop_assert_eq!(in_chunks, whole(&bytes));
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = replay([&bytes[..]]);
            let after_header = [journal(&[]), bytes].concat();
            let _ = replay([&after_header[..]]);
        }
    }
}
