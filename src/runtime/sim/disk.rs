//! The disk of a simulated machine.

use super::chance::Chance;
use super::machine::MachineId;
use super::sleep::Sleep;
use super::world::World;
use crate::journal::{Disk, DiskFile};
use async_trait::async_trait;
use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// How long an fsync may take.
const SYNC_TAKES: std::ops::RangeInclusive<Duration> = Duration::ZERO..=Duration::from_millis(8);

/// What a machine's disk holds, and what of it would survive a loss of power.
#[derive(Debug, Default)]
pub(super) struct DiskState {
    contents: Vec<Content>,
    names: BTreeMap<String, usize>,
    /// The names that survive for certain.
    safe_names: BTreeMap<String, usize>,
    /// What happened to names since, oldest first.
    changes: VecDeque<NameChange>,
    /// How many of the next operations go well; None for all of them.
    fails_after: Option<u64>,
}

#[derive(Debug, Default)]
struct Content {
    bytes: Vec<u8>,
    /// So many bytes survive for certain.
    safe: usize,
}

#[derive(Clone, Debug)]
enum NameChange {
    Created(String, usize),
    Renamed(String, String),
}

impl NameChange {
    fn apply(&self, names: &mut BTreeMap<String, usize>) {
        match self {
            NameChange::Created(name, content) => {
                names.insert(name.clone(), *content);
            }
            NameChange::Renamed(from, to) => {
                if let Some(content) = names.remove(from) {
                    names.insert(to.clone(), content);
                }
            }
        }
    }
}

impl DiskState {
    /// Everything that is not safe may be lost: of each file chance keeps some of the bytes behind
    /// the safe ones, perhaps with a block of zeros where the last write was torn, and of the
    /// changes of names the first few.
    pub(super) fn lose_power(&mut self, chance: &mut Chance) {
        for content in &mut self.contents {
            let unsafe_bytes = content.bytes.len() - content.safe;
            let kept = chance.below(unsafe_bytes as u64 + 1) as usize;
            content.bytes.truncate(content.safe + kept);
            if kept < unsafe_bytes && chance.one_in(4) {
                let zeros = chance.below((unsafe_bytes - kept) as u64 + 1) as usize;
                content.bytes.resize(content.safe + kept + zeros, 0);
            }
            content.safe = content.bytes.len();
        }
        let kept = chance.below(self.changes.len() as u64 + 1) as usize;
        let Self { names, safe_names, changes, .. } = self;
        changes.drain(..).take(kept).for_each(|change| change.apply(safe_names));
        names.clone_from(safe_names);
    }

    pub(super) fn fail_after(&mut self, operations: Option<u64>) {
        self.fails_after = operations;
    }

    pub(super) fn is_failing(&self) -> bool {
        self.fails_after.is_some()
    }

    fn change_names(&mut self, change: NameChange) {
        change.apply(&mut self.names);
        self.changes.push_back(change);
    }

    /// Whether the next operation goes well.
    fn operate(&mut self) -> io::Result<()> {
        match &mut self.fails_after {
            None => Ok(()),
            Some(0) => Err(io::Error::other("the simulated disk fails")),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
        }
    }
}

/// The disk of a [`Machine`](super::Machine). What was written survives when the program is killed;
/// what was synchronized survives when the machine loses power.
#[derive(Clone)]
pub struct SimDisk {
    world: Arc<World>,
    machine: MachineId,
}

impl SimDisk {
    pub(super) fn new(world: Arc<World>, machine: MachineId) -> Self {
        Self { world, machine }
    }

    fn with<T>(&self, action: impl FnOnce(&mut DiskState) -> T) -> T {
        self.world.with(|state| action(&mut state.machine_mut(self.machine).disk))
    }

    /// Lets the time pass that an fsync takes.
    async fn wait(&self) {
        let span = self.world.with(|state| state.ground.chance.span(&SYNC_TAKES));
        Sleep::new(Arc::clone(&self.world), span).await;
    }

    fn file(&self, content: usize) -> Box<dyn DiskFile> {
        Box::new(SimFile { disk: self.clone(), content })
    }
}

impl fmt::Debug for SimDisk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SimDisk({:?})", self.machine)
    }
}

#[async_trait]
impl Disk for SimDisk {
    fn open(&self, name: &str) -> io::Result<Option<Box<dyn DiskFile>>> {
        self.with(|disk| disk.operate())?;
        let content = self.with(|disk| disk.names.get(name).copied());
        Ok(content.map(|content| self.file(content)))
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        let content = self.with(|disk| {
            disk.operate()?;
            disk.contents.push(Content::default());
            let content = disk.contents.len() - 1;
            disk.change_names(NameChange::Created(name.to_owned(), content));
            io::Result::Ok(content)
        })?;
        Ok(self.file(content))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.with(|disk| {
            disk.operate()?;
            disk.change_names(NameChange::Renamed(from.to_owned(), to.to_owned()));
            Ok(())
        })
    }

    async fn sync_names(&self) -> io::Result<()> {
        let changes = self.with(|disk| disk.changes.len());
        self.wait().await;
        self.with(|disk| {
            disk.operate()?;
            let DiskState { safe_names, changes: all, .. } = disk;
            all.drain(..changes.min(all.len())).for_each(|change| change.apply(safe_names));
            Ok(())
        })
    }
}

/// A file of a [`SimDisk`].
#[derive(Debug)]
struct SimFile {
    disk: SimDisk,
    content: usize,
}

impl SimFile {
    fn with<T>(&self, action: impl FnOnce(&mut Content) -> T) -> io::Result<T> {
        self.disk.with(|disk| {
            disk.operate()?;
            Ok(action(&mut disk.contents[self.content]))
        })
    }
}

#[async_trait]
impl DiskFile for SimFile {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.with(|content| {
            let offset = usize::try_from(offset).unwrap_or(usize::MAX).min(content.bytes.len());
            let rest = &content.bytes[offset..];
            let count = rest.len().min(buffer.len());
            buffer[..count].copy_from_slice(&rest[..count]);
            count
        })
    }

    fn append(&self, bytes: &[u8]) -> io::Result<()> {
        self.with(|content| content.bytes.extend_from_slice(bytes))
    }

    fn truncate(&self, bytes: u64) -> io::Result<()> {
        self.with(|content| {
            content.bytes.truncate(usize::try_from(bytes).unwrap_or(usize::MAX));
            content.safe = content.safe.min(content.bytes.len());
        })
    }

    async fn sync(&self) -> io::Result<()> {
        let written = self.with(|content| content.bytes.len())?;
        self.disk.wait().await;
        self.with(|content| content.safe = content.safe.max(written.min(content.bytes.len())))
    }

    fn size(&self) -> io::Result<u64> {
        self.with(|content| content.bytes.len() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Crash, Sim};
    use super::*;

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
