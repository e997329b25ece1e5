//! A folder of the file system.

use super::disk::{Disk, DiskFile};
use super::error::JournalError;
use async_trait::async_trait;
use blocking::unblock;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Stays locked while the folder is in use.
const LOCK_FILE: &str = "lock";

/// A folder of this machine, locked against other processes until this is dropped.
#[derive(Debug)]
pub struct FileDisk {
    folder: PathBuf,
    _lock: File,
}

impl FileDisk {
    /// Locks a folder. Makes it if there is none.
    ///
    /// # Errors
    /// When another process has it, or it cannot be made or written to.
    pub fn open(folder: impl Into<PathBuf>) -> Result<Self, JournalError> {
        let folder = folder.into();
        fs::create_dir_all(&folder).map_err(JournalError::disk("make the folder"))?;
        let lock = OpenOptions::new()
            .create(true)
            .append(true)
            .open(folder.join(LOCK_FILE))
            .map_err(JournalError::disk("open the folder's lock"))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { folder, _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(JournalError::Locked),
            Err(TryLockError::Error(error)) => Err(JournalError::disk("lock the folder")(error)),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

#[async_trait]
impl Disk for FileDisk {
    fn open(&self, name: &str) -> io::Result<Option<Box<dyn DiskFile>>> {
        match OpenOptions::new().read(true).append(true).open(self.path(name)) {
            Ok(file) => Ok(Some(Box::new(OnDisk(Arc::new(file))))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        let path = self.path(name);
        remove_if_there(&path)?;
        let file = OpenOptions::new().read(true).append(true).create_new(true).open(path)?;
        Ok(Box::new(OnDisk(Arc::new(file))))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.path(from), self.path(to))
    }

    async fn sync_names(&self) -> io::Result<()> {
        let folder = self.folder.clone();
        unblock(move || File::open(folder)?.sync_all()).await
    }
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[derive(Debug)]
struct OnDisk(Arc<File>);

#[async_trait]
impl DiskFile for OnDisk {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        FileExt::read_at(&*self.0, buffer, offset)
    }

    fn append(&self, bytes: &[u8]) -> io::Result<()> {
        (&*self.0).write_all(bytes)
    }

    fn truncate(&self, bytes: u64) -> io::Result<()> {
        self.0.set_len(bytes)
    }

    /// A file that only grows needs its data and its length to be safe, and no times.
    async fn sync(&self) -> io::Result<()> {
        let file = Arc::clone(&self.0);
        unblock(move || file.sync_data()).await
    }

    fn size(&self) -> io::Result<u64> {
        self.0.metadata().map(|metadata| metadata.len())
    }
}
