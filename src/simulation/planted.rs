//! Mistakes that the checks must find, or they would check nothing.

use crate::journal::{Disk, DiskFile};
use async_trait::async_trait;
use std::io;
use std::sync::Arc;

/// A mistake that all servers of a run make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planted {
    /// What a crash left of the journal's last line stays where it is.
    TornTailAccepted,
    /// The names on the disk are never synchronized.
    NamesNotSynchronized,
}

impl Planted {
    /// All mistakes, and what they are called on the command line.
    pub const ALL: [(&'static str, Self); 2] = [
        ("torn-tail-accepted", Self::TornTailAccepted),
        ("names-not-synchronized", Self::NamesNotSynchronized),
    ];

    /// What it is called on the command line.
    pub fn name(self) -> &'static str {
        let known = Self::ALL.iter().find(|(_, planted)| *planted == self);
        known.expect("all mistakes have names").0
    }

    /// The disk as a server sees it that makes this mistake: forgetting to ask the disk for
    /// something, and a disk that forgets to do it, come to the same.
    pub(super) fn disk(self, disk: Arc<dyn Disk>) -> Arc<dyn Disk> {
        Arc::new(ForgetfulDisk { disk, planted: self })
    }
}

/// A disk that does not do everything that it is asked for.
#[derive(Debug)]
struct ForgetfulDisk {
    disk: Arc<dyn Disk>,
    planted: Planted,
}

#[async_trait]
impl Disk for ForgetfulDisk {
    fn open(&self, name: &str) -> io::Result<Option<Box<dyn DiskFile>>> {
        let file = self.disk.open(name)?;
        Ok(file.map(|file| match self.planted {
            Planted::TornTailAccepted => Box::new(UncutFile(file)),
            Planted::NamesNotSynchronized => file,
        }))
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        self.disk.create(name)
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.disk.rename(from, to)
    }

    async fn sync_names(&self) -> io::Result<()> {
        match self.planted {
            Planted::NamesNotSynchronized => Ok(()),
            Planted::TornTailAccepted => self.disk.sync_names().await,
        }
    }
}

/// A file that is never cut off.
#[derive(Debug)]
struct UncutFile(Box<dyn DiskFile>);

#[async_trait]
impl DiskFile for UncutFile {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read_at(offset, buffer)
    }

    fn append(&self, bytes: &[u8]) -> io::Result<()> {
        self.0.append(bytes)
    }

    fn truncate(&self, _bytes: u64) -> io::Result<()> {
        Ok(())
    }

    async fn sync(&self) -> io::Result<()> {
        self.0.sync().await
    }

    fn size(&self) -> io::Result<u64> {
        self.0.size()
    }
}
