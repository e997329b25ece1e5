//! A folder whose disk fails when a test says so.

use async_trait::async_trait;
use herd::journal::{Disk, DiskFile, FileDisk, FileId, JOURNAL_FILE};
use std::collections::BTreeSet;
use std::io;
use std::sync::{Arc, Mutex};

/// What can fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// Making a file, as when there are no descriptors left.
    Create,
    /// Writing to any file but the journal that is in use, as when the disk is nearly full.
    AppendElsewhere,
    /// Writing to the journal that is in use.
    AppendInUse,
    /// Synchronizing any file but the journal that is in use.
    SyncElsewhere,
    Rename,
    SyncNames,
    /// The disk says that it is nearly full, before anybody has written.
    LittleRoom,
}

type Faults = Arc<Mutex<BTreeSet<Fault>>>;

#[derive(Debug)]
pub struct FaultyDisk {
    disk: FileDisk,
    faults: Faults,
    created: Arc<Mutex<u32>>,
}

impl FaultyDisk {
    pub fn new(disk: FileDisk) -> Self {
        Self { disk, faults: Faults::default(), created: Arc::default() }
    }

    pub fn with(self, fault: Fault) -> Self {
        self.fail(fault);
        self
    }

    pub fn fail(&self, fault: Fault) {
        self.faults.lock().expect("no test panics with it").insert(fault);
    }

    pub fn mend(&self) {
        self.faults.lock().expect("no test panics with it").clear();
    }

    /// How often somebody has tried to make a file.
    pub fn created(&self) -> u32 {
        *self.created.lock().expect("no test panics with it")
    }

    fn file(&self, file: Box<dyn DiskFile>) -> io::Result<Box<dyn DiskFile>> {
        let in_use = self.disk.identity(JOURNAL_FILE)? == Some(file.identity()?);
        let (append, sync) = match in_use {
            true => (Fault::AppendInUse, None),
            false => (Fault::AppendElsewhere, Some(Fault::SyncElsewhere)),
        };
        Ok(Box::new(FaultyFile { file, faults: Arc::clone(&self.faults), append, sync }))
    }
}

fn fail_if(faults: &Faults, fault: Fault) -> io::Result<()> {
    match faults.lock().expect("no test panics with it").contains(&fault) {
        true => Err(io::Error::other("the test said so")),
        false => Ok(()),
    }
}

#[async_trait]
impl Disk for FaultyDisk {
    fn open(&self, name: &str) -> io::Result<Option<Box<dyn DiskFile>>> {
        self.disk.open(name)?.map(|file| self.file(file)).transpose()
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        *self.created.lock().expect("no test panics with it") += 1;
        fail_if(&self.faults, Fault::Create)?;
        self.file(self.disk.create(name)?)
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fail_if(&self.faults, Fault::Rename)?;
        self.disk.rename(from, to)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.disk.remove(name)
    }

    fn identity(&self, name: &str) -> io::Result<Option<FileId>> {
        self.disk.identity(name)
    }

    fn free_bytes(&self) -> io::Result<u64> {
        match fail_if(&self.faults, Fault::LittleRoom) {
            Ok(()) => self.disk.free_bytes(),
            Err(_) => Ok(100_000),
        }
    }

    fn path(&self, name: &str) -> String {
        self.disk.path(name)
    }

    async fn sync_names(&self) -> io::Result<()> {
        fail_if(&self.faults, Fault::SyncNames)?;
        self.disk.sync_names().await
    }
}

#[derive(Debug)]
struct FaultyFile {
    file: Box<dyn DiskFile>,
    faults: Faults,
    append: Fault,
    sync: Option<Fault>,
}

#[async_trait]
impl DiskFile for FaultyFile {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.read_at(offset, buffer)
    }

    /// Writes the first half before it fails, as a full disk does.
    fn append(&self, bytes: &[u8]) -> io::Result<()> {
        let failed = fail_if(&self.faults, self.append);
        let written = if failed.is_ok() { bytes } else { &bytes[..bytes.len() / 2] };
        self.file.append(written).and(failed)
    }

    fn truncate(&self, bytes: u64) -> io::Result<()> {
        self.file.truncate(bytes)
    }

    async fn sync(&self) -> io::Result<()> {
        self.sync.map_or(Ok(()), |fault| fail_if(&self.faults, fault))?;
        self.file.sync().await
    }

    fn size(&self) -> io::Result<u64> {
        self.file.size()
    }

    fn identity(&self) -> io::Result<FileId> {
        self.file.identity()
    }
}
