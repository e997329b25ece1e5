//! Reading a journal back, from bytes alone.

use super::record::{RECORD_BYTES_MAX, VERSION, read_header, read_record};
use super::report::{BadLine, Report};
use crate::protocol::{At, Line, LineBuffer, ServerName};
use std::ops::Range;

/// What editors and transfers put before a text.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// How much longer a record may be after an editor has changed it.
const EDITED_BYTES: usize = BYTE_ORDER_MARK.len() + 1;

/// Judges a journal from its bytes, which come in chunks.
///
/// It holds one line at most, and the ranges of damaged bytes.
#[derive(Debug)]
pub struct Replay {
    lines: LineBuffer,
    /// Bytes that came before the current chunk.
    before: u64,
    /// Lines so far.
    count: u64,
    report: Report,
    /// The newest line if it is bad: in the middle of the file that is damage, at its end it is a
    /// write that a crash cut short.
    bad: Option<(BadLine, Range<u64>)>,
}

/// The content of a record whose checksum is right.
enum Content<'a> {
    Header { version: u64, owner: ServerName },
    Position(At<'a>),
}

/// How a line stands in the file.
#[derive(PartialEq, Eq)]
enum Form {
    AsWritten,
    /// With a byte order mark before it or a CR behind it. It can be read, but not left as it is.
    Edited,
}

impl Default for Replay {
    fn default() -> Self {
        Self {
            lines: LineBuffer::new(RECORD_BYTES_MAX + EDITED_BYTES),
            before: 0,
            count: 0,
            report: Report::default(),
            bad: None,
        }
    }
}

impl Replay {
    /// Takes in the next bytes of the file, and shows `each` every position in them.
    pub fn take_in(&mut self, chunk: &[u8], mut each: impl FnMut(&At<'_>)) {
        let Self { lines, before, count, report, bad } = self;
        let mut rest = chunk;
        report.bytes += chunk.len() as u64;
        while report.too_new.is_none()
            && let Some(line) = lines.next_line(&mut rest)
        {
            let end = *before + (chunk.len() - rest.len()) as u64;
            let (record, start) = match line {
                Line::Whole(record) => (Some(record), end - record.len() as u64 - 1),
                Line::Overlong(record) => (None, end - record.len() as u64),
            };
            if let Some((line, bytes)) = bad.take() {
                report.note_bad(line, bytes.start..start);
            }
            *count += 1;
            let line = BadLine { line: *count, byte: start };
            let read = record.and_then(read);
            let is_edited = matches!(read, Some((_, Form::Edited)));
            match read {
                Some((Content::Header { version, .. }, _)) if version > VERSION => {
                    report.too_new = Some(version);
                }
                Some((Content::Header { owner, .. }, form)) if report.owner.is_none() => {
                    report.has_header = *count == 1 && form == Form::AsWritten;
                    report.owner = Some(owner);
                }
                Some((Content::Position(at), _)) => {
                    report.lines += 1;
                    each(&at);
                }
                _ => {
                    *bad = Some((line, start..end));
                    continue;
                }
            }
            if is_edited {
                report.note_bad(line, start..end);
            }
        }
        *before += chunk.len() as u64;
    }

    /// What was found, now that the file has ended.
    pub fn finish(mut self) -> Report {
        let last_bad = self.bad.take();
        if let Some(Line::Whole(partial) | Line::Overlong(partial)) = self.lines.finish() {
            let start = self.report.bytes - partial.len() as u64;
            if let Some((line, bytes)) = last_bad {
                self.report.note_bad(line, bytes.start..start);
            }
            self.report.torn_at = Some(start);
        } else {
            self.report.torn_at = last_bad.map(|(line, _)| line.byte);
        }
        self.report
    }
}

fn read(record: &[u8]) -> Option<(Content<'_>, Form)> {
    let (text, form) = match read_record(record) {
        Some(text) => (text, Form::AsWritten),
        None => (read_record(unedited(record))?, Form::Edited),
    };
    if let Some((version, owner)) = read_header(text) {
        return Some((Content::Header { version, owner }, form));
    }
    At::parse(text).ok().map(|at| (Content::Position(at), form))
}

fn unedited(record: &[u8]) -> &[u8] {
    let record = record.strip_prefix(BYTE_ORDER_MARK).unwrap_or(record);
    record.strip_suffix(b"\r").unwrap_or(record)
}

#[cfg(test)]
mod tests {
    use super::super::record::{header, write_record};
    use super::super::report::Verdict;
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

    fn replay<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> (Vec<String>, Report) {
        let mut replay = Replay::default();
        let mut clients = Vec::new();
        for chunk in chunks {
            replay.take_in(chunk, |at| clients.push(at.client().to_string()));
        }
        (clients, replay.finish())
    }

    fn whole(bytes: &[u8]) -> (Vec<String>, Report) {
        replay([bytes])
    }

    fn good(lines: u64, bytes: usize) -> Report {
        let owner = Some("Alford".parse().expect("the name is legal"));
        Report { owner, has_header: true, lines, bytes: bytes as u64, ..Report::default() }
    }

    #[test]
    fn a_whole_journal_is_all_good() {
        let bytes = journal(&["a", "b"]);
        assert_eq!(whole(&bytes), (vec!["a".into(), "b".into()], good(2, bytes.len())));
        assert_eq!(whole(&bytes).1.verdict(), Verdict::Whole);
    }

    /// A crash while a line is being written may leave any part of it, and that part must go.
    #[test]
    fn a_last_line_cut_anywhere_is_torn() {
        let (short, long) = (journal(&["a"]), journal(&["a", "b"]));
        let torn_at = short.len() as u64;
        for cut in short.len() + 1..long.len() {
            let report = Report { torn_at: Some(torn_at), ..good(1, cut) };
            assert_eq!(whole(&long[..cut]), (vec!["a".into()], report), "{cut}");
        }
        let mut flipped = long.clone();
        flipped[short.len() + 30] ^= 1;
        assert_eq!(whole(&flipped).1.verdict(), Verdict::Torn(torn_at));
        let zeros = [&short[..], &[0; 20_000]].concat();
        assert_eq!(whole(&zeros).1.verdict(), Verdict::Torn(torn_at));
    }

    #[test]
    fn a_bad_line_in_the_middle_is_damage() {
        let mut bytes = journal(&["a", "b", "c", "d"]);
        let line_bytes = journal(&["a"]).len() as u64 - journal(&[]).len() as u64;
        let second = journal(&["a"]).len() as u64;
        bytes[second as usize + 3] ^= 1;
        bytes[(second + line_bytes) as usize + 3] ^= 1;
        let mut report = good(2, bytes.len());
        let first_bad = BadLine { line: 3, byte: second };
        report.first_bad = Some(first_bad);
        report.bad_lines = 2;
        report.bad.push(second..second + 2 * line_bytes);
        assert_eq!(whole(&bytes), (vec!["a".into(), "d".into()], report.clone()));
        assert_eq!(report.verdict(), Verdict::Damaged(first_bad));
    }

    /// Whatever happened to the first line, the lines behind it must not be lost with it.
    #[test]
    fn a_bad_first_line_costs_no_other_line() {
        let header_bytes = journal(&[]).len();
        let lines = &journal(&["a", "b"])[header_bytes..];
        let header = &journal(&[])[..];
        let mut flipped = header.to_vec();
        flipped[15] ^= 1;
        let crlf = [&header[..header_bytes - 1], b"\r\n"].concat();
        let first_lines: [(&str, &[u8]); 8] = [
            ("nothing", b""),
            ("a flipped bit", &flipped),
            ("a byte order mark", &[BYTE_ORDER_MARK, header].concat()),
            ("CR LF", &crlf),
            ("half of it", b"HERD JOUR\n"),
            ("an empty line", b"\n"),
            ("another line before it", &[b"hello\n", header].concat()),
            ("zeros", &[&[0; 10_000], &b"\n"[..]].concat()),
        ];
        for (what, first_line) in first_lines {
            let (clients, report) = whole(&[first_line, lines].concat());
            assert_eq!(clients, ["a", "b"], "{what}");
            assert_eq!(report.verdict(), Verdict::Headless, "{what}");
        }
        for cut in 0..header_bytes {
            assert_eq!(whole(&header[..cut]).1.verdict(), Verdict::Headless, "{cut}");
        }
    }

    /// Editors and transfers change the ends of all lines; that is no reason to lose a position.
    #[test]
    fn lines_that_end_in_cr_lf_are_damaged_and_read() {
        let bytes = journal(&["a", "b"]);
        let text = String::from_utf8(bytes).expect("a journal is text");
        let edited = format!("\u{feff}{}", text.replace('\n', "\r\n"));
        let (clients, report) = whole(edited.as_bytes());
        assert_eq!(clients, ["a", "b"]);
        assert_eq!((report.verdict(), report.bad_lines), (Verdict::Headless, 3));
        assert_eq!(report.owner, Some("Alford".parse().expect("the name is legal")));
        assert_eq!(report.to_set_aside(), vec![0..edited.len() as u64]);
    }

    #[test]
    fn a_newer_version_is_not_read() {
        let mut newer = Vec::new();
        write_record(b"HERD JOURNAL 2 Alford", &mut newer);
        newer.extend_from_slice(&journal(&["a"]));
        let (clients, report) = whole(&newer);
        assert_eq!((clients.len(), report.verdict()), (0, Verdict::TooNew(2)));
        let marked = [BYTE_ORDER_MARK, &newer].concat();
        assert_eq!(whole(&marked).1.verdict(), Verdict::TooNew(2));
    }

    proptest! {
        #[test]
        fn chunks_do_not_matter(
            cut in 0usize..300,
            size in 1usize..40,
            damage in 0usize..300,
        ) {
            let mut bytes = journal(&["a", "b", "c", "d"]);
            bytes.truncate(cut);
            if let Some(byte) = bytes.get_mut(damage) {
                *byte ^= 1;
            }
            prop_assert_eq!(replay(bytes.chunks(size)), whole(&bytes));
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = replay([&bytes[..]]);
            let after_header = [journal(&[]), bytes].concat();
            let _ = replay([&after_header[..]]);
        }
    }
}
