//! What becomes of a file that is full.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// A file that reaches its size limit is renamed: `traffic.ndjson` becomes `traffic.ndjson.1`, the
/// old `.1` becomes `.2`, and so on. The oldest file is removed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rotation {
    /// The size at which a file is renamed.
    pub(super) bytes_max: u64,
    /// How many renamed files are kept.
    pub(super) kept: u32,
}

impl Rotation {
    /// Gives all files the next number. Then there is no file at `path`.
    pub(super) fn rename(self, path: &Path) -> io::Result<()> {
        for number in (1..self.kept).rev() {
            rename_if_there(&numbered(path, number), &numbered(path, number + 1))?;
        }
        match self.kept {
            0 => fs::remove_file(path),
            _ => fs::rename(path, numbered(path, 1)),
        }
    }
}

fn numbered(path: &Path, number: u32) -> PathBuf {
    let mut name = path.to_owned().into_os_string();
    name.push(format!(".{number}"));
    name.into()
}

fn rename_if_there(from: &Path, to: &Path) -> io::Result<()> {
    match fs::rename(from, to) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
