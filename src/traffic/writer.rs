//! Batches of events in, lines in a file out, and the number of those that are missing.

use super::event::write_dropped;
use super::file::{LogFile, line_count};
use super::rotation::Rotation;
use crate::protocol::Timestamp;
use std::io;
use std::path::Path;

/// Events that are written together.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// Whole lines.
    pub(super) lines: Vec<u8>,
    /// The time of the newest event so far.
    pub(super) time: Timestamp,
    /// How many events after those lines did not fit into the buffer.
    pub(super) dropped: u64,
}

/// Writes batches, and says in the log itself how many events are missing and where.
#[derive(Debug)]
pub(super) struct Writer {
    file: LogFile,
    /// Events that are missing before the next line, and that no line has told of yet.
    lost: u64,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Writing,
    /// The last lines could not be written, which has been told.
    Failing,
}

impl Writer {
    pub(super) fn open(path: &Path, rotation: Rotation) -> io::Result<Self> {
        let (file, lost) = LogFile::open(path, rotation)?;
        Ok(Self { file, lost, state: State::Writing })
    }

    /// Writes a batch, or counts what of it could not be written.
    pub(super) fn write(&mut self, batch: &Batch) {
        let lost = self.lost;
        let result = self.append(batch);
        let path = self.file.path().display();
        match (result, self.state) {
            (Err(error), State::Writing) => {
                log::error!(path:%, error:%;
                    "cannot write the traffic log; events are dropped and counted");
                self.state = State::Failing;
            }
            (Ok(()), State::Failing) if lost > 0 || !batch.lines.is_empty() => {
                log::info!(path:%, lost; "the traffic log is being written again");
                self.state = State::Writing;
            }
            (Ok(()), _) | (Err(_), State::Failing) => {}
        }
        if batch.dropped > 0 {
            log::warn!(path:%, lines = batch.dropped; "the traffic log dropped lines: the disk is too slow");
        }
    }

    fn append(&mut self, batch: &Batch) -> io::Result<()> {
        let written = self.append_lines(&batch.lines, batch.time);
        self.lost += batch.dropped;
        written?;
        // What the buffer dropped is missing behind these lines.
        self.append_lines(b"", batch.time)
    }

    /// Appends lines. The line that tells how many events are missing before them comes first, if any
    /// are; on a disk that is nearly full it comes with the lines or not at all.
    fn append_lines(&mut self, lines: &[u8], time: Timestamp) -> io::Result<()> {
        // Before the first event there is no time that the line could have.
        if self.lost == 0 || time == Timestamp::default() {
            return self.file.append(lines).map_err(|loss| {
                self.lost += loss.lines;
                loss.source
            });
        }
        let mut told = Vec::new();
        write_dropped(time, self.lost, &mut told);
        told.extend_from_slice(lines);
        match self.file.append(&told) {
            Ok(()) => self.lost = 0,
            Err(loss) => {
                let was_told = loss.lines <= line_count(lines);
                self.lost = if was_told { loss.lines } else { self.lost + loss.lines - 1 };
                return Err(loss.source);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::PathBuf;

    fn batch(lines: &str, dropped: u64) -> Batch {
        Batch { lines: lines.as_bytes().to_vec(), time: Timestamp::from_nanos(1), dropped }
    }

    fn dropped(lines: u64) -> String {
        format!("{{\"time\":\"0.000000001\",\"event\":\"dropped\",\"lines\":{lines}}}\n")
    }

    /// Puts a folder in the place of the file, so that nothing can be written.
    fn break_disk(path: &PathBuf) {
        fs::remove_file(path).expect("it is there");
        fs::create_dir(path).expect("there is room");
    }

    /// Would fail if events could be missing without a word, or be told as missing twice.
    #[test]
    fn every_gap_is_told_where_it_is_once() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let path = folder.path().join("log");
        let rotation = Rotation { bytes_max: 1_000_000, kept: 0 };
        let mut writer = Writer::open(&path, rotation).expect("it can be opened");
        writer.write(&batch("a\n", 2));
        assert_eq!(fs::read_to_string(&path).expect("it is there"), "a\n".to_owned() + &dropped(2));
        break_disk(&path);
        writer.write(&batch("b\nc\n", 0));
        writer.write(&batch("d\n", 3));
        fs::remove_dir(&path).expect("it is there");
        writer.write(&batch("e\n", 0));
        writer.write(&batch("f\n", 0));
        let expected = dropped(6) + "e\nf\n";
        assert_eq!(fs::read_to_string(&path).expect("it is there"), expected);
    }

    #[test]
    fn half_an_event_that_a_crash_left_is_told_as_missing() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let path = folder.path().join("log");
        fs::write(&path, "a\n{\"time\":\"1.00").expect("there is room");
        let rotation = Rotation { bytes_max: 1_000_000, kept: 0 };
        let mut writer = Writer::open(&path, rotation).expect("it can be opened");
        writer.write(&batch("b\n", 0));
        let expected = "a\n".to_owned() + &dropped(1) + "b\n";
        assert_eq!(fs::read_to_string(&path).expect("it is there"), expected);
    }
}
