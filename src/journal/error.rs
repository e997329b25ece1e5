//! What can go wrong with a journal.

use super::disk::Disk;
use super::record::VERSION;
use super::report::BadLine;
use crate::protocol::ServerName;
use std::fmt;
use std::io;

/// A journal cannot be used, or can no longer be used.
#[derive(Debug)]
pub enum JournalError {
    /// The disk failed or is full. What was promised before still holds; nothing more is promised.
    Disk {
        /// What was being done, as a verb and its object: "write the journal".
        doing: &'static str,
        /// The file or folder.
        path: String,
        /// The error of the disk.
        source: io::Error,
    },
    /// Another server uses the folder. Nothing was changed.
    Locked {
        /// The folder.
        folder: String,
    },
    /// The first line is missing or damaged, or the file is no journal at all. Nothing was changed.
    Headless {
        /// The file.
        path: String,
    },
    /// The journal was written by a newer program. Nothing was changed.
    TooNew {
        /// The file.
        path: String,
        /// The version of its format.
        version: u64,
    },
    /// The journal belongs to another server. Nothing was changed.
    OtherServer {
        /// The file.
        path: String,
        /// Whose journal it is.
        owner: ServerName,
    },
    /// A line that is not the last one is damaged. Nothing was changed.
    Damaged {
        /// The file.
        path: String,
        /// The first damaged line.
        first: BadLine,
    },
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

impl JournalError {
    /// Says what was being done with the file `name` when the disk failed.
    pub(super) fn disk(
        disk: &dyn Disk,
        doing: &'static str,
        name: &str,
    ) -> impl FnOnce(io::Error) -> Self {
        move |source| JournalError::Disk { doing, path: disk.path(name), source }
    }

    /// Whether [`OnDamage::SetAside`](super::OnDamage::SetAside) would make the journal usable.
    pub fn is_repairable(&self) -> bool {
        match self {
            JournalError::Headless { .. } | JournalError::Damaged { .. } => true,
            JournalError::Disk { .. }
            | JournalError::Locked { .. }
            | JournalError::TooNew { .. }
            | JournalError::OtherServer { .. } => false,
        }
    }
}

impl fmt::Display for JournalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            JournalError::Disk { doing, path, source } => {
                write!(f, "cannot {doing} {path}: {source}")
            }
            JournalError::Locked { folder } => {
                write!(f, "another server is using the folder {folder}")
            }
            JournalError::Headless { path } => {
                write!(f, "{path}, line 1, byte 0: this is not the first line of a journal")
            }
            JournalError::TooNew { path, version } => write!(
                f,
                "{path}: the journal has version {version}, and this program reads up to {VERSION}"
            ),
            JournalError::OtherServer { path, owner } => {
                write!(f, "{path}: the journal belongs to the server {owner}")
            }
            JournalError::Damaged { path, first: BadLine { line, byte } } => {
                write!(f, "{path}, line {line}, byte {byte}: the line is damaged")
            }
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
