//! Where the record of each client is.

use super::address::Address;
use foldhash::SharedSeed;
use foldhash::quality::SeedableRandomState;
use hashbrown::HashTable;
use std::hash::BuildHasher;

/// The number of tables that clients are divided among. When a table grows, all its entries are
/// moved, and each costs a read of its record. With ten million clients that is some ten thousand
/// entries and a few milliseconds; with one table it would be ten million entries and a second.
const SHARDS: usize = if cfg!(test) { 4 } else { 1024 };

/// The bits of a hash that choose the table. hashbrown chooses a bucket by the lowest bits, and
/// compares the seven topmost ones; those must differ within a table.
const SHARD_SHIFT: u32 = 32;

/// The most memory that the tables use for each client: 5 bytes a bucket, and a table that has just
/// grown fills 7 of 16 buckets.
pub(super) const TABLE_BYTES_A_CLIENT: usize = 12;

/// A hash table of addresses. It is never iterated, so its order has no effect.
#[derive(Debug)]
pub(super) struct ClientTable {
    shards: Box<[HashTable<Address>]>,
    hasher: SeedableRandomState,
    len: usize,
}

impl ClientTable {
    /// An empty table. The seed makes it hard to find client IDs that collide.
    pub(super) fn new(hash_seed: u64) -> Self {
        Self {
            shards: (0..SHARDS).map(|_| HashTable::new()).collect(),
            hasher: SeedableRandomState::with_seed(hash_seed, SharedSeed::global_fixed()),
            len: 0,
        }
    }

    /// How many clients there are.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn hash(&self, client: &[u8]) -> u64 {
        self.hasher.hash_one(client)
    }

    /// The address with this hash for which `is_same` holds.
    pub(super) fn find(&self, hash: u64, is_same: impl Fn(Address) -> bool) -> Option<Address> {
        self.shards[shard(hash)].find(hash, |&address| is_same(address)).copied()
    }

    /// The first address with this hash. Without a look at the record it may be another client's.
    pub(super) fn guess(&self, hash: u64) -> Option<Address> {
        self.find(hash, |_| true)
    }

    /// As [`find`](Self::find), to be changed.
    pub(super) fn find_mut(
        &mut self,
        hash: u64,
        is_same: impl Fn(Address) -> bool,
    ) -> Option<&mut Address> {
        self.shards[shard(hash)].find_mut(hash, |&address| is_same(address))
    }

    /// Adds a client that is not in the table. `client_of` reads the client of another address.
    pub(super) fn insert<'c>(
        &mut self,
        hash: u64,
        address: Address,
        client_of: impl Fn(Address) -> &'c [u8],
    ) {
        let Self { shards, hasher, len } = self;
        let hash_of = |&other: &Address| hasher.hash_one(client_of(other));
        shards[shard(hash)].insert_unique(hash, address, hash_of);
        *len += 1;
    }
}

fn shard(hash: u64) -> usize {
    (hash >> SHARD_SHIFT) as usize % SHARDS
}
