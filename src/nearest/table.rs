//! Which slot a client's ID has.

use super::clients::Clients;
use super::point::Slot;
use foldhash::SharedSeed;
use foldhash::quality::SeedableRandomState;
use hashbrown::HashTable;
use std::hash::BuildHasher;

/// The number of tables that clients are divided among. When a table grows, all its entries are
/// moved, and each costs a read of its ID; a thousandth of them is moved within a millisecond.
const SHARDS: usize = if cfg!(test) { 4 } else { 1024 };

/// The bits of a hash that choose the table. hashbrown chooses a bucket by the lowest bits, and
/// compares the seven topmost ones; those must differ within a table.
const SHARD_SHIFT: u32 = 32;

/// A hash table of slots. It is never iterated, so its order has no effect.
#[derive(Debug)]
pub(super) struct Table {
    shards: Box<[HashTable<u32>]>,
    hasher: SeedableRandomState,
}

impl Table {
    /// An empty table. The seed makes it hard to find IDs that collide.
    pub(super) fn new(hash_seed: u64) -> Self {
        Self {
            shards: (0..SHARDS).map(|_| HashTable::new()).collect(),
            hasher: SeedableRandomState::with_seed(hash_seed, SharedSeed::global_fixed()),
        }
    }

    pub(super) fn hash(&self, id: &[u8]) -> u64 {
        self.hasher.hash_one(id)
    }

    /// The slot of the client with this hash and ID.
    pub(super) fn find(&self, hash: u64, id: &[u8], clients: &Clients) -> Option<Slot> {
        let is_same = |&slot: &u32| clients.id(Slot(slot)) == id;
        self.shards[shard(hash)].find(hash, is_same).copied().map(Slot)
    }

    /// The first slot with this hash. It is almost always the right one.
    pub(super) fn guess(&self, hash: u64) -> Option<Slot> {
        self.shards[shard(hash)].find(hash, |_| true).copied().map(Slot)
    }

    /// Adds a client that is not in the table.
    pub(super) fn insert(&mut self, hash: u64, slot: Slot, clients: &Clients) {
        let Self { shards, hasher } = self;
        let hash_of = |&other: &u32| hasher.hash_one(clients.id(Slot(other)));
        shards[shard(hash)].insert_unique(hash, slot.0, hash_of);
    }

    /// The bytes that the table holds. A bucket is a slot and a byte of the hash.
    pub(super) fn held_bytes(&self) -> usize {
        let buckets: usize = self.shards.iter().map(HashTable::num_buckets).sum();
        buckets * (size_of::<u32>() + 1) + SHARDS * size_of::<HashTable<u32>>()
    }
}

fn shard(hash: u64) -> usize {
    (hash >> SHARD_SHIFT) as usize % SHARDS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_is_found_while_tables_grow() {
        let (mut table, mut clients) = (Table::new(1), Clients::default());
        let mut slots = Vec::new();
        for number in 0..3_000 {
            let id = format!("c{number}").into_bytes();
            let hash = table.hash(&id);
            assert_eq!(table.find(hash, &id, &clients), None);
            let slot = clients.add(&id).expect("there is room");
            table.insert(hash, slot, &clients);
            assert!(table.guess(hash).is_some());
            slots.push((id, slot));
        }
        for (id, slot) in slots {
            assert_eq!(table.find(table.hash(&id), &id, &clients), Some(slot));
        }
    }
}
