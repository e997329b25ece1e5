//! The log's file and its rotation.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A file that is renamed when it reaches its size limit: `traffic.ndjson` becomes
/// `traffic.ndjson.1`, the old `.1` becomes `.2`, and so on. The oldest file is removed.
#[derive(Debug)]
pub(super) struct RotatedFile {
    path: PathBuf,
    file: File,
    bytes: u64,
    bytes_max: u64,
    kept: u32,
}

impl RotatedFile {
    /// Opens the file for appending. Creates it and its folder if they do not exist.
    pub(super) fn open(path: &Path, bytes_max: u64, kept: u32) -> io::Result<Self> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        let bytes = file.metadata()?.len();
        Ok(Self { path: path.to_owned(), file, bytes, bytes_max, kept })
    }

    /// Appends whole lines. Starts a new file first if the current one would exceed its limit.
    pub(super) fn append(&mut self, lines: &[u8]) -> io::Result<()> {
        let count = lines.len() as u64;
        if self.bytes > 0 && self.bytes + count > self.bytes_max {
            self.rotate()?;
        }
        self.file.write_all(lines)?;
        self.bytes += count;
        Ok(())
    }

    fn rotate(&mut self) -> io::Result<()> {
        for number in (1..self.kept).rev() {
            rename_if_there(&self.numbered(number), &self.numbered(number + 1))?;
        }
        match self.kept {
            0 => fs::remove_file(&self.path)?,
            _ => rename_if_there(&self.path, &self.numbered(1))?,
        }
        self.file = OpenOptions::new().create(true).append(true).open(&self.path)?;
        self.bytes = 0;
        Ok(())
    }

    fn numbered(&self, number: u32) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(format!(".{number}"));
        name.into()
    }
}

fn rename_if_there(from: &Path, to: &Path) -> io::Result<()> {
    match fs::rename(from, to) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
