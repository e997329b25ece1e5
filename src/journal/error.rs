//! What can go wrong with a journal.

use super::record::VERSION;
use crate::protocol::ServerName;
use std::fmt;
use std::io;

/// A journal cannot be used, or can no longer be used.
#[derive(Debug)]
pub enum JournalError {
    /// The disk failed or is full. What was promised before still holds; nothing more is promised.
    Disk {
        /// What was being done.
        doing: &'static str,
        /// The error of the disk.
        source: io::Error,
    },
    /// Another server uses the folder. Nothing was changed.
    Locked,
    /// The file is no journal, or its first line is damaged. Nothing was changed.
    NoJournal,
    /// The journal was written by a newer program. Nothing was changed.
    TooNew {
        /// The form's version.
        version: u64,
    },
    /// The journal belongs to another server. Nothing was changed.
    OtherServer {
        /// Whose journal it is.
        owner: ServerName,
    },
    /// A line that is not the last one is damaged. Nothing was changed.
    Damaged(BadLine),
}

/// The journal has failed, and nothing that is not covered yet can be promised any more. What went
/// wrong is in [`Keeper::failure`](super::Keeper::failure).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failed;

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the journal has failed")
    }
}

impl std::error::Error for Failed {}

/// Where a bad line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// Its number, from 1 on.
    pub line: u64,
    /// The number of bytes before it.
    pub byte: u64,
}

impl JournalError {
    pub(super) fn disk(doing: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| JournalError::Disk { doing, source }
    }
}

impl fmt::Display for JournalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            JournalError::Disk { doing, source } => write!(f, "cannot {doing}: {source}"),
            JournalError::Locked => f.write_str("another server is using this folder"),
            JournalError::NoJournal => {
                f.write_str("journal, line 1, byte 0: this is not the first line of a journal")
            }
            JournalError::TooNew { version } => write!(
                f,
                "the journal has version {version}, and this program reads up to {VERSION}"
            ),
            JournalError::OtherServer { owner } => {
                write!(f, "the journal belongs to the server {owner}")
            }
            JournalError::Damaged(BadLine { line, byte }) => write!(
                f,
                "journal, line {line}, byte {byte}: the line is damaged; --repair keeps all good \
                 lines and sets bad ones aside"
            ),
        }
    }
}

impl std::error::Error for JournalError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            JournalError::Disk { source, .. } => Some(source),
            _ => None,
        }
    }
}
