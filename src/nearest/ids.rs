//! A small number for each client.

use super::point::Slot;
use super::rows::Rows;
use foldhash::SharedSeed;
use foldhash::quality::SeedableRandomState;
use hashbrown::HashTable;
use std::hash::BuildHasher;
use std::hint::black_box;

/// The number of tables that clients are divided among. When a table grows, all its entries are
/// moved, and each costs a read of its ID; a thousandth of them is moved within a millisecond.
const SHARDS: usize = if cfg!(test) { 4 } else { 1024 };

/// The bits of a hash that choose the table. hashbrown chooses a bucket by the lowest bits, and
/// compares the seven topmost ones; those must differ within a table.
const SHARD_SHIFT: u32 = 32;

/// How many bytes of IDs are allocated at a time.
const CHUNK_BYTES: usize = 1 << 16;

/// The most bytes of all IDs together, with two bytes for the length of each.
pub const ID_BYTES_MAX: usize = 1 << 32;

/// The bytes before each ID, its length.
const LENGTH_BYTES: usize = 2;

/// All clients' IDs, numbered in the order in which they came. None is ever removed: a log never
/// forgets a client.
#[derive(Debug)]
pub(super) struct Ids {
    shards: Box<[HashTable<u32>]>,
    hasher: SeedableRandomState,
    /// Where the ID of each slot begins: the chunk in the upper 16 bits, the byte in the lower.
    starts: Rows<u32>,
    /// IDs one behind the other. None lies across two chunks.
    chunks: Vec<Vec<u8>>,
}

impl Ids {
    /// No IDs. The seed makes it hard to find IDs that collide, and has no other effect.
    pub(super) fn new(hash_seed: u64) -> Self {
        Self {
            shards: (0..SHARDS).map(|_| HashTable::new()).collect(),
            hasher: SeedableRandomState::with_seed(hash_seed, SharedSeed::global_fixed()),
            starts: Rows::new(),
            chunks: Vec::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }

    pub(super) fn hash(&self, client: &[u8]) -> u64 {
        self.hasher.hash_one(client)
    }

    /// The slot of a client with this hash.
    pub(super) fn find(&self, hash: u64, client: &[u8]) -> Option<Slot> {
        let is_same = |&slot: &u32| self.client(Slot(slot)) == client;
        self.shards[shard(hash)].find(hash, is_same).copied().map(Slot)
    }

    /// The first slot with this hash. It is almost always the right one.
    pub(super) fn guess(&self, hash: u64) -> Option<Slot> {
        self.shards[shard(hash)].find(hash, |_| true).copied().map(Slot)
    }

    /// The ID of a slot.
    pub(super) fn client(&self, slot: Slot) -> &[u8] {
        id_at(&self.chunks, self.starts.row(slot))
    }

    /// Numbers a client that has no slot yet; None if there is no room for it.
    pub(super) fn add(&mut self, hash: u64, client: &[u8]) -> Option<Slot> {
        let length = u16::try_from(client.len()).ok()?;
        let start = self.find_room(LENGTH_BYTES + client.len())?;
        let chunk = self.chunks.last_mut().expect("room was found in the last chunk");
        chunk.extend_from_slice(&length.to_le_bytes());
        chunk.extend_from_slice(client);
        let slot = self.starts.push(start);
        let Self { shards, hasher, starts, chunks } = self;
        let hash_of = |&other: &u32| hasher.hash_one(id_at(chunks, starts.row(Slot(other))));
        shards[shard(hash)].insert_unique(hash, slot.0, hash_of);
        Some(slot)
    }

    /// Where the next `bytes` go: in the last chunk, or in a new one.
    fn find_room(&mut self, bytes: usize) -> Option<u32> {
        if self.chunks.last().is_none_or(|chunk| chunk.len() + bytes > CHUNK_BYTES) {
            if bytes > CHUNK_BYTES || self.chunks.len() == ID_BYTES_MAX / CHUNK_BYTES {
                return None;
            }
            self.chunks.push(Vec::with_capacity(CHUNK_BYTES));
        }
        let (last, used) = (self.chunks.len() - 1, self.chunks[self.chunks.len() - 1].len());
        u32::try_from(last * CHUNK_BYTES + used).ok()
    }

    /// Brings IDs into the processor's cache. The waits for them overlap.
    pub(super) fn prefetch(&self, slots: &[Slot]) {
        for &slot in slots {
            black_box(self.client(slot).first());
        }
    }

    /// The bytes that the table and the slots hold, and those of the IDs' text.
    pub(super) fn held_bytes(&self) -> (usize, usize) {
        // A bucket is a slot and a byte of the hash.
        let buckets: usize = self.shards.iter().map(HashTable::num_buckets).sum();
        let table = buckets * (size_of::<u32>() + 1) + SHARDS * size_of::<HashTable<u32>>();
        (table + self.starts.held_bytes(), self.chunks.len() * CHUNK_BYTES)
    }
}

fn shard(hash: u64) -> usize {
    (hash >> SHARD_SHIFT) as usize % SHARDS
}

fn id_at(chunks: &[Vec<u8>], start: u32) -> &[u8] {
    let (chunk, at) = (start as usize / CHUNK_BYTES, start as usize % CHUNK_BYTES);
    let (length, text) =
        chunks[chunk][at..].split_first_chunk().expect("each ID has its length before it");
    &text[..usize::from(u16::from_le_bytes(*length))]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot_of(ids: &mut Ids, client: &[u8]) -> Slot {
        let hash = ids.hash(client);
        ids.find(hash, client).unwrap_or_else(|| ids.add(hash, client).expect("there is room"))
    }

    #[test]
    fn a_client_keeps_its_slot_while_chunks_and_tables_grow() {
        let mut ids = Ids::new(1);
        let id = |number: usize| format!("{}-{number}", "x".repeat(number % 200)).into_bytes();
        for round in 0..2 {
            for number in 0..3_000 {
                assert_eq!(slot_of(&mut ids, &id(number)), Slot(number as u32), "round {round}");
            }
        }
        assert_eq!(ids.len(), 3_000);
        for number in 0..3_000 {
            assert_eq!(ids.client(Slot(number as u32)), id(number));
            assert!(ids.guess(ids.hash(&id(number))).is_some());
        }
        assert!(ids.chunks.len() > 3, "{} chunks", ids.chunks.len());
    }

    #[test]
    fn an_id_that_no_chunk_can_hold_is_left_out() {
        let mut ids = Ids::new(1);
        assert_eq!(ids.add(7, &[b'x'; CHUNK_BYTES]), None);
        assert_eq!(ids.len(), 0);
    }
}
