//! A folder of the file system.

use super::disk::{Disk, DiskFile};
use super::error::JournalError;
use super::file_id::FileId;
use async_trait::async_trait;
use blocking::unblock;
use std::fs::{self, File, Metadata, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Stays locked while the folder is in use.
const LOCK_FILE: &str = "lock";

/// The permissions of new files: positions of people are nobody else's business.
const MODE: u32 = 0o600;

/// A folder of this machine, locked against other processes until this is dropped.
#[derive(Debug)]
pub struct FileDisk {
    folder: PathBuf,
    /// Held open, so that synchronizing it does not fail when the process has no descriptors left.
    opened: Arc<File>,
    _lock: File,
}

impl FileDisk {
    /// Locks a folder. Makes it if there is none.
    ///
    /// # Errors
    /// When another process has it, or it cannot be made or written to.
    pub fn open(folder: impl Into<PathBuf>) -> Result<Self, JournalError> {
        let folder = folder.into();
        let failed = |doing, path: &Path, source| {
            Err(JournalError::Disk { doing, path: path.display().to_string(), source })
        };
        let opened = match fs::create_dir_all(&folder).and_then(|()| File::open(&folder)) {
            Ok(opened) => Arc::new(opened),
            Err(error) => return failed("make the folder", &folder, error),
        };
        let lock_path = folder.join(LOCK_FILE);
        let options = OpenOptions::new().create(true).append(true).mode(MODE).clone();
        let lock = match options.open(&lock_path) {
            Ok(lock) => lock,
            Err(error) => return failed("open the lock", &lock_path, error),
        };
        match lock.try_lock() {
            Ok(()) => Ok(Self { folder, opened, _lock: lock }),
            Err(TryLockError::WouldBlock) => {
                Err(JournalError::Locked { folder: folder.display().to_string() })
            }
            Err(TryLockError::Error(error)) => failed("lock", &lock_path, error),
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn create_new(&self, name: &str) -> io::Result<File> {
        let path = self.file(name);
        remove_if_there(&path)?;
        OpenOptions::new().read(true).append(true).create_new(true).mode(MODE).open(path)
    }
}

#[async_trait]
impl Disk for FileDisk {
    fn open(&self, name: &str) -> io::Result<Option<Box<dyn DiskFile>>> {
        match OpenOptions::new().read(true).append(true).open(self.file(name)) {
            Ok(file) => Ok(Some(Box::new(OnDisk(Arc::new(file))))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Makes the folder again if somebody has removed it.
    fn create(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        let file = match self.create_new(name) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                fs::create_dir_all(&self.folder)?;
                self.create_new(name)?
            }
            created => created?,
        };
        Ok(Box::new(OnDisk(Arc::new(file))))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.file(from), self.file(to))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        remove_if_there(&self.file(name))
    }

    fn identity(&self, name: &str) -> io::Result<Option<FileId>> {
        match fs::metadata(self.file(name)) {
            Ok(metadata) => Ok(Some(identity(&metadata))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn free_bytes(&self) -> io::Result<u64> {
        let space = rustix::fs::fstatvfs(&self.opened)?;
        Ok(space.f_bavail.saturating_mul(space.f_frsize))
    }

    fn path(&self, name: &str) -> String {
        self.file(name).display().to_string()
    }

    /// Opens the folder anew, since it may have been removed and made again. Without a descriptor
    /// for that, the one that is held open serves.
    async fn sync_names(&self) -> io::Result<()> {
        let (folder, opened) = (self.folder.clone(), Arc::clone(&self.opened));
        unblock(move || match File::open(folder) {
            Ok(folder) => folder.sync_all(),
            Err(_) => opened.sync_all(),
        })
        .await
    }
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn identity(metadata: &Metadata) -> FileId {
    FileId::new(metadata.dev(), metadata.ino())
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

    fn identity(&self) -> io::Result<FileId> {
        self.0.metadata().map(|metadata| identity(&metadata))
    }
}
