//! The folder that a journal lives in, as a trait, so that a simulated one can crash.

use super::file_id::FileId;
use async_trait::async_trait;
use std::fmt::Debug;
use std::io;

/// A flat folder of files, each known by its name.
///
/// What was written survives the end of the process, and what was synchronized survives the end of
/// the machine. A new or renamed file survives that only once the folder is synchronized as well.
#[async_trait]
pub trait Disk: Debug + Send + Sync + 'static {
    /// Opens a file for reading and appending; None if there is none of this name.
    ///
    /// # Errors
    /// When the disk fails.
    fn open(&self, name: &str) -> io::Result<Option<Box<dyn DiskFile>>>;

    /// Makes an empty file. It replaces a file of the same name.
    ///
    /// # Errors
    /// When the disk fails.
    fn create(&self, name: &str) -> io::Result<Box<dyn DiskFile>>;

    /// Renames a file atomically. It replaces a file that has the new name. Files
    /// that are open stay open.
    ///
    /// # Errors
    /// When the disk fails; then the file has either name.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// Removes a file. Succeeds if there is none of this name.
    ///
    /// # Errors
    /// When the disk fails.
    fn remove(&self, name: &str) -> io::Result<()>;

    /// Which file has this name now; None if there is none. Others may have removed or replaced it.
    ///
    /// # Errors
    /// When the disk fails.
    fn identity(&self, name: &str) -> io::Result<Option<FileId>>;

    /// How many more bytes the disk has room for, as far as it can tell.
    ///
    /// # Errors
    /// When the disk fails.
    fn free_bytes(&self) -> io::Result<u64> {
        Ok(u64::MAX)
    }

    /// Where people find the file, for messages.
    fn path(&self, name: &str) -> String {
        name.to_owned()
    }

    /// Waits until the folder's names are safe from a crash of the machine.
    ///
    /// # Errors
    /// When the disk fails; then nobody knows which names are safe.
    async fn sync_names(&self) -> io::Result<()>;
}

/// An open file that grows at its end.
#[async_trait]
pub trait DiskFile: Debug + Send + Sync + 'static {
    /// Reads as many bytes as fit into `buffer`, from `offset` on; 0 at the end.
    ///
    /// # Errors
    /// When the disk fails.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize>;

    /// Appends all of `bytes`, and returns once they survive the end of the process.
    ///
    /// # Errors
    /// When the disk fails or is full; then any part of them may have been written.
    fn append(&self, bytes: &[u8]) -> io::Result<()>;

    /// Cuts the file off after `bytes` bytes.
    ///
    /// # Errors
    /// When the disk fails.
    fn truncate(&self, bytes: u64) -> io::Result<()>;

    /// Waits until what was appended before is safe from a crash of the machine.
    ///
    /// # Errors
    /// When the disk fails; then nobody knows what is safe, and trying again proves nothing.
    async fn sync(&self) -> io::Result<()>;

    /// How many bytes it holds.
    ///
    /// # Errors
    /// When the disk fails.
    fn size(&self) -> io::Result<u64>;

    /// Which file it is, whatever its name.
    ///
    /// # Errors
    /// When the disk fails.
    fn identity(&self) -> io::Result<FileId>;
}
