//! The disk of a simulated machine, as a folder for a journal.

use super::disk::{Disk, DiskFile};
use super::file_id::FileId;
use crate::runtime::sim::{SimDisk, SimFile};
use async_trait::async_trait;
use std::io;

#[async_trait]
impl Disk for SimDisk {
    fn open(&self, name: &str) -> io::Result<Option<Box<dyn DiskFile>>> {
        Ok(SimDisk::open(self, name)?.map(|file| Box::new(file) as Box<dyn DiskFile>))
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        Ok(Box::new(SimDisk::create(self, name)?))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        SimDisk::rename(self, from, to)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        SimDisk::remove(self, name)
    }

    fn identity(&self, name: &str) -> io::Result<Option<FileId>> {
        Ok(SimDisk::identity(self, name)?.map(|number| FileId::new(0, number)))
    }

    async fn sync_names(&self) -> io::Result<()> {
        SimDisk::sync_names(self).await
    }
}

#[async_trait]
impl DiskFile for SimFile {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        SimFile::read_at(self, offset, buffer)
    }

    fn append(&self, bytes: &[u8]) -> io::Result<()> {
        SimFile::append(self, bytes)
    }

    fn truncate(&self, bytes: u64) -> io::Result<()> {
        SimFile::truncate(self, bytes)
    }

    async fn sync(&self) -> io::Result<()> {
        SimFile::sync(self).await
    }

    fn size(&self) -> io::Result<u64> {
        SimFile::size(self)
    }

    fn identity(&self) -> io::Result<FileId> {
        Ok(FileId::new(0, SimFile::identity(self)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::sim::{Crash, Sim};

    fn content(disk: &SimDisk, name: &str) -> Option<Vec<u8>> {
        let file = disk.open(name).expect("the disk works")?;
        let mut buffer = vec![0; 1000];
        let count = file.read_at(0, &mut buffer).expect("the disk works");
        buffer.truncate(count);
        Some(buffer)
    }

    /// A disk that kept more than it promised would hide a missing fsync.
    #[test]
    fn only_what_was_synchronized_survives_a_loss_of_power_for_certain() {
        let (mut lost_bytes, mut lost_names) = (0, 0);
        for seed in 0..50 {
            let sim = Sim::new(seed);
            let machine = sim.machine("server");
            let disk = machine.disk();
            let file = disk.create("kept").expect("the disk works");
            file.append(b"safe").expect("the disk works");
            sim.block_on(file.sync()).expect("the disk works");
            sim.block_on(disk.sync_names()).expect("the disk works");
            file.append(b"-unsafe").expect("the disk works");
            disk.create("new").expect("the disk works");
            sim.crash(&machine, Crash::Process);
            assert_eq!(content(&disk, "kept").as_deref(), Some(&b"safe-unsafe"[..]));
            sim.crash(&machine, Crash::Power);
            let kept = content(&disk, "kept").expect("its name was synchronized");
            assert!(kept.starts_with(b"safe") && kept.len() <= b"safe-unsafe".len());
            lost_bytes += u32::from(kept != b"safe-unsafe");
            lost_names += u32::from(content(&disk, "new").is_none());
        }
        assert!(lost_bytes > 10 && lost_names > 10, "{lost_bytes} {lost_names}");
    }

    /// Names are a promise of their own: a rename that was not synchronized may not have been.
    #[test]
    fn a_rename_is_safe_once_the_names_are_synchronized() {
        let (mut old, mut new) = (0, 0);
        for seed in 0..50 {
            let sim = Sim::new(seed);
            let machine = sim.machine("server");
            let disk = machine.disk();
            for (name, text) in [("journal", "old"), ("journal.new", "new")] {
                let file = disk.create(name).expect("the disk works");
                file.append(text.as_bytes()).expect("the disk works");
                sim.block_on(file.sync()).expect("the disk works");
            }
            sim.block_on(disk.sync_names()).expect("the disk works");
            disk.rename("journal.new", "journal").expect("the disk works");
            sim.crash(&machine, Crash::Power);
            match content(&disk, "journal").as_deref() {
                Some(b"old") => old += 1,
                Some(b"new") => new += 1,
                other => panic!("{other:?}"),
            }
        }
        assert!(old > 10 && new > 10, "{old} {new}");
    }
}
