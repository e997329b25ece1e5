//! Looking at a journal without changing anything.

use super::error::JournalError;
use super::reading::{Progress, read_journal};
use super::report::Report;
use super::rewrite::JOURNAL_FILE;
use std::collections::HashSet;
use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::unix::fs::FileExt;
use std::path::Path;

/// What was found in a journal that nobody is starting from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// What is in it.
    pub report: Report,
    /// How many clients it has positions of.
    pub clients: usize,
}

/// Reads the journal in `folder` and says what is in it; None when there is no journal.
///
/// The folder may be read-only, and a server may be using it: nothing is opened for writing and
/// nothing is locked. The journal is judged as long as it was when it was opened.
///
/// # Errors
/// When the journal cannot be read. Damage is no error here; it is in the report.
pub fn check(folder: &Path, progress: Progress<'_>) -> Result<Option<Checked>, JournalError> {
    let path = folder.join(JOURNAL_FILE);
    let failed = |source| JournalError::Disk {
        doing: "read the journal",
        path: path.display().to_string(),
        source,
    };
    let Some((file, size)) = open(&path).map_err(failed)? else { return Ok(None) };
    let mut clients = HashSet::new();
    let report = read_journal(
        |offset, buffer| file.read_at(buffer, offset),
        size,
        progress,
        |at| {
            if !clients.contains(at.client().as_bytes()) {
                clients.insert(at.client().as_bytes().to_owned());
            }
        },
    );
    Ok(Some(Checked { report: report.map_err(failed)?, clients: clients.len() }))
}

/// Opens a regular file for reading, and says how many bytes it has. Looks before it opens, since
/// opening a FIFO waits until somebody writes to it.
fn open(path: &Path) -> io::Result<Option<(File, u64)>> {
    let opened = std::fs::metadata(path).and_then(|metadata| match metadata.is_file() {
        true => File::open(path),
        false => Err(io::Error::new(ErrorKind::InvalidInput, "it is not a regular file")),
    });
    match opened {
        Ok(file) => {
            let size = file.metadata()?.len();
            Ok(Some((file, size)))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
