//! The log's file.

use super::room::require_room;
use super::rotation::Rotation;
use super::tail::{Tail, read_tail};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::OFlags;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The permissions of a new file: what clients say is nobody else's business.
const MODE: u32 = 0o600;

/// How long a pipe or a device that takes nothing is waited for.
const PATIENCE: Duration = Duration::from_millis(250);

/// A file that whole lines are appended to.
///
/// After a line that could not be written to its end, the next line begins on a line of its own.
#[derive(Debug)]
pub(super) struct LogFile {
    path: PathBuf,
    file: File,
    kind: Kind,
    /// What must come before the next line: the rest of one that was begun.
    unfinished: Vec<u8>,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    /// On a disk: renamed when it reaches its size limit.
    Regular(Rotation),
    /// A pipe or a device: written to, and otherwise left alone.
    Stream,
}

/// Lines that were not written.
#[derive(Debug)]
pub(super) struct Loss {
    /// How many.
    pub(super) lines: u64,
    /// Why.
    pub(super) source: io::Error,
}

impl LogFile {
    /// Opens the file for appending. Creates it and its folder if they do not exist. Returns the
    /// number of events that are lost with what a crash left of a last line.
    ///
    /// Opening a FIFO that nobody reads succeeds; the file is open for both directions.
    pub(super) fn open(path: &Path, rotation: Rotation) -> io::Result<(Self, u64)> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let file = open(path)?;
        if !file.metadata()?.is_file() {
            let (path, kind) = (path.to_owned(), Kind::Stream);
            return Ok((Self { path, file, kind, unfinished: Vec::new() }, 0));
        }
        // What is renamed later is the file and not a link to it.
        let (path, kind) = (fs::canonicalize(path)?, Kind::Regular(rotation));
        let mut opened = Self { path, file, kind, unfinished: Vec::new() };
        let lost = opened.mend_tail();
        Ok((opened, lost))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Appends whole lines. Starts a new file first if the current one would exceed its limit.
    ///
    /// # Errors
    /// When some of the lines could not be written.
    pub(super) fn append(&mut self, lines: &[u8]) -> Result<(), Loss> {
        if lines.is_empty() {
            return Ok(());
        }
        self.prepare(lines.len() as u64)
            .map_err(|source| Loss { lines: line_count(lines), source })?;
        let mut rest = lines;
        match self.write(&mut rest) {
            Ok(()) => Ok(()),
            Err(source) => {
                let written = lines.len() - rest.len();
                Err(Loss { lines: self.take_back(lines, written), source })
            }
        }
    }

    /// Makes the file ready for `count` bytes of whole lines.
    fn prepare(&mut self, count: u64) -> io::Result<()> {
        if let Kind::Regular(rotation) = self.kind {
            let metadata = self.file.metadata()?;
            if !is_same_file(&self.path, &metadata)? {
                self.reopen()?;
            } else if metadata.len() > 0 && metadata.len() + count > rotation.bytes_max {
                rotation.rename(&self.path)?;
                self.reopen()?;
            }
            require_room(&self.file, count + self.unfinished.len() as u64)?;
        }
        let unfinished = std::mem::take(&mut self.unfinished);
        let mut rest = &unfinished[..];
        let written = self.write(&mut rest);
        self.unfinished = rest.to_vec();
        written
    }

    /// Opens the file of that name, which is new or was put there by somebody else.
    fn reopen(&mut self) -> io::Result<()> {
        let file = open(&self.path)?;
        if !file.metadata()?.is_file() {
            return Err(io::Error::new(ErrorKind::InvalidInput, "it is no longer a regular file"));
        }
        self.file = file;
        self.unfinished.clear();
        Ok(())
    }

    /// Writes all of `rest`, or leaves there what could not be written.
    fn write(&mut self, rest: &mut &[u8]) -> io::Result<()> {
        while !rest.is_empty() {
            match self.file.write(rest) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(count) => *rest = &rest[count..],
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    let mut waiting = [PollFd::new(&self.file, PollFlags::OUT)];
                    let patience =
                        Timespec::try_from(PATIENCE).expect("a quarter of a second fits");
                    if poll(&mut waiting, Some(&patience))? == 0 {
                        return Err(error);
                    }
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Cuts a line off that was not written to its end, or where that is impossible, remembers to
    /// finish it. Returns the number of lines that are lost.
    fn take_back(&mut self, lines: &[u8], written: usize) -> u64 {
        let whole = memchr::memrchr(b'\n', &lines[..written]).map_or(0, |at| at + 1);
        if whole == written || self.shorten_by((written - whole) as u64).is_ok() {
            return line_count(&lines[whole..]);
        }
        let end =
            memchr::memchr(b'\n', &lines[written..]).map_or(lines.len(), |at| written + at + 1);
        self.unfinished = lines[written..end].to_vec();
        line_count(&lines[end..])
    }

    fn shorten_by(&self, count: u64) -> io::Result<()> {
        match self.kind {
            Kind::Regular(_) => self.file.set_len(self.file.metadata()?.len() - count),
            Kind::Stream => Err(ErrorKind::Unsupported.into()),
        }
    }

    /// Deals with a last line that has no end. Returns the number of events lost with it.
    fn mend_tail(&mut self) -> u64 {
        match read_tail(&self.file) {
            Ok(Tail::Whole) => 0,
            // Half an event is of no use to anybody, and not JSON.
            Ok(Tail::Event { start }) if self.file.set_len(start).is_ok() => 1,
            // Whoever wrote this can keep it. So can a file that may be written but not read.
            Ok(Tail::Event { .. } | Tail::Other) => {
                self.unfinished = b"\n".to_vec();
                0
            }
            Err(_) => 0,
        }
    }
}

/// Opens any kind of file without waiting for anybody.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).append(true).mode(MODE);
    options.custom_flags(OFlags::NONBLOCK.bits() as i32);
    match options.clone().read(true).open(path) {
        // It may be written and not read; then nobody looks at its last line.
        Err(error) if error.kind() == ErrorKind::PermissionDenied => options.open(path),
        opened => opened,
    }
}

fn is_same_file(path: &Path, file: &Metadata) -> io::Result<bool> {
    match fs::metadata(path) {
        Ok(named) => Ok((named.dev(), named.ino()) == (file.dev(), file.ino())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// How many lines end in `bytes`.
pub(super) fn line_count(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::fs::{CWD, Mode, mkfifoat};
    use std::io::Read;

    const SMALL: Rotation = Rotation { bytes_max: 10, kept: 2 };

    fn opened(path: &Path) -> LogFile {
        LogFile::open(path, SMALL).expect("the file can be opened").0
    }

    /// Would fail if a device or a pipe were renamed like a file that is full.
    #[test]
    fn a_device_is_never_renamed() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let link = folder.path().join("null");
        std::os::unix::fs::symlink("/dev/null", &link).expect("a link can be made");
        let mut file = opened(&link);
        for _ in 0..3 {
            file.append(b"more than ten bytes\n").expect("it takes everything");
        }
        let target = fs::read_link(&link).expect("the link is still there");
        assert_eq!(target, Path::new("/dev/null"));
        assert_eq!(fs::read_dir(folder.path()).expect("the folder is there").count(), 1);
    }

    /// Would fail if a start waited for somebody to read, or a line that did not fit were left half
    /// written for the next one to follow.
    #[test]
    fn a_fifo_that_nobody_reads_costs_lines_and_no_time() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let path = folder.path().join("fifo");
        mkfifoat(CWD, &path, Mode::RUSR | Mode::WUSR).expect("a FIFO can be made");
        let mut file = opened(&path);
        let line = [&[b'x'; 999][..], b"\n"].concat();
        let loss = file.append(&line.repeat(1_000)).expect_err("it is full");
        let mut reader = open(&path).expect("it can be read");
        let mut read = Vec::new();
        let end = reader.read_to_end(&mut read).expect_err("there is no end");
        assert_eq!(end.kind(), ErrorKind::WouldBlock);
        file.append(b"next\n").expect("there is room");
        let end = reader.read_to_end(&mut read).expect_err("there is no end");
        assert_eq!(end.kind(), ErrorKind::WouldBlock);
        let told = 1_000 - loss.lines as usize;
        assert_eq!(read, [line.repeat(told), b"next\n".to_vec()].concat());
    }

    #[test]
    fn a_full_device_takes_nothing_and_every_line_is_counted() {
        let mut file = opened(Path::new("/dev/full"));
        let loss = file.append(b"a\nb\n").expect_err("it is full");
        assert_eq!((loss.lines, loss.source.kind()), (2, ErrorKind::StorageFull));
    }

    /// What others left without an end is theirs; half of an event is of no use.
    #[test]
    fn a_new_line_begins_on_a_line_of_its_own() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let path = folder.path().join("log");
        let event = "{\"time\":\"1.000000000\",\"event\":\"in\"";
        for (before, lost, after) in [
            (String::new(), 0, "new\n".to_owned()),
            ("old\n".to_owned(), 0, "old\nnew\n".to_owned()),
            ("old".to_owned(), 0, "old\nnew\n".to_owned()),
            (event.to_owned(), 1, "new\n".to_owned()),
            (format!("old\n{event}"), 1, "old\nnew\n".to_owned()),
        ] {
            fs::write(&path, &before).expect("there is room");
            let rotation = Rotation { bytes_max: 1_000, kept: 0 };
            let (mut file, found) = LogFile::open(&path, rotation).expect("it can be opened");
            file.append(b"new\n").expect("there is room");
            assert_eq!(found, lost, "{before:?}");
            assert_eq!(fs::read_to_string(&path).expect("it is there"), after, "{before:?}");
        }
    }

    /// Programs that rotate logs rename them, and people remove them.
    #[test]
    fn a_file_that_was_moved_away_is_replaced_by_a_new_one() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let (path, moved) = (folder.path().join("log"), folder.path().join("moved"));
        let mut file = opened(&path);
        file.append(b"a\n").expect("there is room");
        fs::rename(&path, &moved).expect("it is there");
        file.append(b"b\n").expect("there is room");
        assert_eq!(fs::read(&path).expect("it is there"), b"b\n");
        assert_eq!(fs::read(&moved).expect("it is there"), b"a\n");
    }
}
