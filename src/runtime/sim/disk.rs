//! The disk of a simulated machine, as a program holds it.

use super::files::{ContentId, Files};
use super::ids::MachineId;
use super::sleep::SimSleep;
use super::world::World;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// How long an fsync may take.
const SYNC_TAKES: std::ops::RangeInclusive<Duration> = Duration::ZERO..=Duration::from_millis(8);

/// The disk of a [`Machine`](super::Machine): one folder of files. What was written survives when
/// the program is killed; only what was synchronized is sure to survive when the machine loses
/// power. Clones are handles of the same disk.
///
/// Every operation fails once the disk [was told to](super::Machine::fail_disk_after).
#[derive(Clone)]
pub struct SimDisk {
    world: Arc<World>,
    machine: MachineId,
}

impl SimDisk {
    pub(super) fn new(world: Arc<World>, machine: MachineId) -> Self {
        Self { world, machine }
    }

    /// Opens a file; None when there is none of this name.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn open(&self, name: &str) -> io::Result<Option<SimFile>> {
        Ok(self.with(|files| files.open(name))?.map(|content| self.file(content)))
    }

    /// Makes an empty file, which replaces one of the same name.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn create(&self, name: &str) -> io::Result<SimFile> {
        Ok(self.file(self.with(|files| files.create(name))?))
    }

    /// Renames a file, which replaces one of the new name. Open files stay open.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.with(|files| files.rename(from, to))
    }

    /// Removes a file, if there is one of this name. Open files stay open.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn remove(&self, name: &str) -> io::Result<()> {
        self.with(|files| files.remove(name))
    }

    /// The number of the file that has this name; None when there is none.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn identity(&self, name: &str) -> io::Result<Option<u64>> {
        Ok(self.with(|files| files.open(name))?.map(ContentId::number))
    }

    /// Waits until the names that there are now would survive a loss of power.
    ///
    /// # Errors
    /// When the disk fails.
    pub async fn sync_names(&self) -> io::Result<()> {
        let changes = self.with(|files| files.unsafe_changes());
        self.wait().await;
        self.with(|files| files.save_names(changes))
    }

    fn with<T>(&self, action: impl FnOnce(&mut Files) -> T) -> T {
        self.world.with(|state| action(&mut state.machine_mut(self.machine).files))
    }

    /// Lets the time pass that an fsync takes.
    async fn wait(&self) {
        let span = self.world.with(|state| state.timeline.chance.span(&SYNC_TAKES));
        SimSleep::new(Arc::clone(&self.world), span).await;
    }

    fn file(&self, content: ContentId) -> SimFile {
        SimFile { disk: self.clone(), content }
    }
}

impl fmt::Debug for SimDisk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SimDisk({:?})", self.machine)
    }
}

/// An open file of a [`SimDisk`].
#[derive(Debug)]
pub struct SimFile {
    disk: SimDisk,
    content: ContentId,
}

impl SimFile {
    /// Copies what is at `offset` into `buffer`, and returns how many bytes those were; 0 at the
    /// end.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.disk.with(|files| files.read_at(self.content, offset, buffer))
    }

    /// Appends all of `bytes`.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn append(&self, bytes: &[u8]) -> io::Result<()> {
        self.disk.with(|files| files.append(self.content, bytes))
    }

    /// Shortens the file to `bytes` bytes.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn truncate(&self, bytes: u64) -> io::Result<()> {
        self.disk.with(|files| files.truncate(self.content, bytes))
    }

    /// Waits until what was appended before would survive a loss of power.
    ///
    /// # Errors
    /// When the disk fails.
    pub async fn sync(&self) -> io::Result<()> {
        let written = self.size()?;
        self.disk.wait().await;
        self.disk.with(|files| files.save(self.content, written))
    }

    /// How many bytes it holds.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn size(&self) -> io::Result<u64> {
        self.disk.with(|files| files.size(self.content))
    }

    /// The file's number, which no other file of the disk ever has.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn identity(&self) -> io::Result<u64> {
        self.size().map(|_| self.content.number())
    }
}
