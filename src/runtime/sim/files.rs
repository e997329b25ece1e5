//! The files of a simulated machine, and what a loss of power leaves of them.

use super::chance::Chance;
use std::collections::{BTreeMap, VecDeque};
use std::io;

/// What a machine's disk holds, and what of it would survive a loss of power.
#[derive(Debug, Default)]
pub(super) struct Files {
    contents: Vec<Content>,
    names: BTreeMap<String, ContentId>,
    /// The names that would survive for certain.
    safe_names: BTreeMap<String, ContentId>,
    /// What happened to names since, oldest first.
    changes: VecDeque<NameChange>,
    /// How many more operations succeed before all fail; None while all succeed.
    fails_after: Option<u64>,
}

/// A file's place among all files that there have been on a disk. It stays when the name changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ContentId(usize);

impl ContentId {
    pub(super) fn number(self) -> u64 {
        self.0 as u64
    }
}

#[derive(Debug, Default)]
struct Content {
    bytes: Vec<u8>,
    /// How many bytes would survive for certain.
    safe: usize,
}

#[derive(Clone, Debug)]
enum NameChange {
    Created(String, ContentId),
    Renamed(String, String),
    Removed(String),
}

impl NameChange {
    fn apply(&self, names: &mut BTreeMap<String, ContentId>) {
        match self {
            NameChange::Created(name, content) => {
                names.insert(name.clone(), *content);
            }
            NameChange::Renamed(from, to) => {
                if let Some(content) = names.remove(from) {
                    names.insert(to.clone(), content);
                }
            }
            NameChange::Removed(name) => {
                names.remove(name);
            }
        }
    }
}

impl Files {
    /// The file of this name.
    pub(super) fn open(&mut self, name: &str) -> io::Result<Option<ContentId>> {
        self.operate()?;
        Ok(self.names.get(name).copied())
    }

    /// Makes an empty file, which replaces one of the same name.
    pub(super) fn create(&mut self, name: &str) -> io::Result<ContentId> {
        self.operate()?;
        let content = ContentId(self.contents.len());
        self.contents.push(Content::default());
        self.change_names(NameChange::Created(name.to_owned(), content));
        Ok(content)
    }

    /// Renames a file, which replaces one of the new name.
    pub(super) fn rename(&mut self, from: &str, to: &str) -> io::Result<()> {
        self.operate()?;
        self.change_names(NameChange::Renamed(from.to_owned(), to.to_owned()));
        Ok(())
    }

    /// Removes the name of a file, if there is one.
    pub(super) fn remove(&mut self, name: &str) -> io::Result<()> {
        self.operate()?;
        self.change_names(NameChange::Removed(name.to_owned()));
        Ok(())
    }

    /// How many changes of names there have been that are not safe yet.
    pub(super) fn unsafe_changes(&self) -> usize {
        self.changes.len()
    }

    /// Makes the oldest changes of names safe, up to `changes` of them.
    pub(super) fn save_names(&mut self, changes: usize) -> io::Result<()> {
        self.operate()?;
        let Self { safe_names, changes: all, .. } = self;
        all.drain(..changes.min(all.len())).for_each(|change| change.apply(safe_names));
        Ok(())
    }

    /// Copies what is at `offset` into `buffer`, and returns how many bytes those were.
    pub(super) fn read_at(
        &mut self,
        id: ContentId,
        offset: u64,
        buffer: &mut [u8],
    ) -> io::Result<usize> {
        let content = self.content(id)?;
        let offset = usize::try_from(offset).unwrap_or(usize::MAX).min(content.bytes.len());
        let rest = &content.bytes[offset..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }

    pub(super) fn append(&mut self, id: ContentId, bytes: &[u8]) -> io::Result<()> {
        self.content(id)?.bytes.extend_from_slice(bytes);
        Ok(())
    }

    pub(super) fn truncate(&mut self, id: ContentId, bytes: u64) -> io::Result<()> {
        let content = self.content(id)?;
        content.bytes.truncate(usize::try_from(bytes).unwrap_or(usize::MAX));
        content.safe = content.safe.min(content.bytes.len());
        Ok(())
    }

    /// Makes the first `bytes` of a file safe.
    pub(super) fn save(&mut self, id: ContentId, bytes: u64) -> io::Result<()> {
        let content = self.content(id)?;
        let bytes = usize::try_from(bytes).unwrap_or(usize::MAX).min(content.bytes.len());
        content.safe = content.safe.max(bytes);
        Ok(())
    }

    pub(super) fn size(&mut self, id: ContentId) -> io::Result<u64> {
        Ok(self.content(id)?.bytes.len() as u64)
    }

    /// Loses what is not safe, as chance decides: each file keeps some of the bytes behind the safe
    /// ones, perhaps followed by zeros where the last write was torn, and of the changes of names
    /// the oldest few are kept.
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

    /// Lets `operations` more operations succeed and all later ones fail; with None all succeed.
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

    fn content(&mut self, id: ContentId) -> io::Result<&mut Content> {
        self.operate()?;
        Ok(&mut self.contents[id.0])
    }

    /// Fails if it is time to.
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
