//! The memory that records are in.

use super::address::{Address, UNIT_BYTES};
use memmap2::MmapMut;
use std::alloc::{Layout, handle_alloc_error};

/// The size of a chunk. The operating system provides its pages when they are first written.
pub(super) const CHUNK_BYTES: usize = if cfg!(test) { 1 << 13 } else { 1 << 18 };

const CHUNK_UNITS: usize = CHUNK_BYTES / UNIT_BYTES;

/// The number of chunks that addresses reach. The last one is left out, because it has the address
/// that means no record.
const CHUNKS_MAX: usize = if cfg!(test) { 32 } else { u32::MAX as usize / CHUNK_UNITS };

/// Chunks that only an evacuation may fill, so that a full log can still be compacted.
const CHUNKS_RESERVED: usize = if cfg!(test) { 4 } else { 64 };

/// Chunks of equal size, filled one after the other. An empty one is given back to the operating
/// system, and its index is used again.
///
/// Each chunk is mapped by itself. An allocator would keep the memory of chunks between others that
/// are in use, and give it back later, gigabytes at a time, while everybody waits.
#[derive(Debug, Default)]
pub(super) struct Chunks {
    all: Vec<Chunk>,
    /// The indexes of chunks that have no memory now.
    released: Vec<usize>,
    /// The index of the chunk that is being filled.
    current: Option<usize>,
}

#[derive(Debug)]
struct Chunk {
    /// None once it is given back.
    memory: Option<MmapMut>,
    /// How much of it has been handed out, from its start.
    used_units: usize,
    state: ChunkState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ChunkState {
    /// Places in it are handed out again when they become free.
    InUse,
    /// Its records are being moved to other chunks.
    BeingEvacuated,
}

impl Chunks {
    /// Whether there is room for a record of any size.
    pub(super) fn have_room(&self) -> bool {
        self.count() < CHUNKS_MAX - CHUNKS_RESERVED
    }

    /// Whether there is room to move a record of any size to.
    pub(super) fn have_room_to_move(&self) -> bool {
        self.count() < CHUNKS_MAX
    }

    fn count(&self) -> usize {
        self.all.len() - self.released.len()
    }

    /// Hands out a place that is not in use, in the current chunk or in a new one.
    pub(super) fn extend(&mut self, units: usize) -> Address {
        let has_room = |&index: &usize| self.all[index].used_units + units <= CHUNK_UNITS;
        let index = self.current.filter(has_room).unwrap_or_else(|| self.open());
        let offset = self.all[index].used_units;
        self.all[index].used_units += units;
        address(index, offset)
    }

    fn open(&mut self) -> usize {
        let chunk = Chunk { memory: Some(map()), used_units: 0, state: ChunkState::InUse };
        let index = match self.released.pop() {
            Some(index) => {
                self.all[index] = chunk;
                index
            }
            None => {
                self.all.push(chunk);
                self.all.len() - 1
            }
        };
        self.current = Some(index);
        index
    }

    /// The bytes of the chunk from `address` on.
    pub(super) fn bytes_at(&self, address: Address) -> &[u8] {
        let (index, offset) = place(address);
        &self.all[index].bytes()[offset..]
    }

    /// The bytes of the chunk from `address` on.
    pub(super) fn bytes_at_mut(&mut self, address: Address) -> &mut [u8] {
        let (index, offset) = place(address);
        &mut self.all[index].bytes_mut()[offset..]
    }

    /// Copies `bytes` from one place to another one in a different chunk.
    pub(super) fn copy(&mut self, from: Address, to: Address, bytes: usize) {
        let ((from_index, from_offset), (to_index, to_offset)) = (place(from), place(to));
        let chunks = self.all.get_disjoint_mut([from_index, to_index]);
        let [from, to] = chunks.expect("an evacuated record moves to another chunk");
        to.bytes_mut()[to_offset..][..bytes].copy_from_slice(&from.bytes()[from_offset..][..bytes]);
    }

    /// Marks all chunks as being evacuated and returns their indexes. Later places come from new
    /// chunks.
    pub(super) fn begin_evacuation(&mut self) -> Vec<usize> {
        self.current = None;
        let with_memory = |index: &usize| self.all[*index].memory.is_some();
        let indexes: Vec<_> = (0..self.all.len()).filter(with_memory).collect();
        for &index in &indexes {
            self.all[index].state = ChunkState::BeingEvacuated;
        }
        indexes
    }

    /// Whether the chunk of this place is being evacuated.
    pub(super) fn are_evacuated_at(&self, address: Address) -> bool {
        self.all[place(address).0].state == ChunkState::BeingEvacuated
    }

    /// The place at `offset_units` in a chunk; None at the end of what was handed out.
    pub(super) fn place_in(&self, index: usize, offset_units: usize) -> Option<Address> {
        (offset_units < self.all[index].used_units).then(|| address(index, offset_units))
    }

    /// Gives the memory of an evacuated chunk back.
    pub(super) fn release(&mut self, index: usize) {
        self.all[index].memory = None;
        self.released.push(index);
    }
}

impl Chunk {
    fn bytes(&self) -> &[u8] {
        self.memory.as_ref().expect("a chunk has memory while an address leads to it")
    }

    fn bytes_mut(&mut self) -> &mut [u8] {
        self.memory.as_mut().expect("a chunk has memory while an address leads to it")
    }
}

/// New memory for a chunk, all zeros. If the system has none, the process ends, as it does when any
/// other allocation fails; `clients_bytes` is there to prevent that.
fn map() -> MmapMut {
    let failed = |_| handle_alloc_error(Layout::new::<[u8; CHUNK_BYTES]>());
    MmapMut::map_anon(CHUNK_BYTES).unwrap_or_else(failed)
}

fn address(index: usize, offset_units: usize) -> Address {
    let address = u32::try_from(index * CHUNK_UNITS + offset_units).ok().map(Address);
    address.and_then(Address::to_option).expect("records are added only while there is room")
}

/// The chunk of a place, and the offset of the place in it in bytes.
fn place(Address(address): Address) -> (usize, usize) {
    let address = address as usize;
    (address / CHUNK_UNITS, address % CHUNK_UNITS * UNIT_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two records in one place would destroy each other.
    #[test]
    fn places_follow_each_other_and_none_spans_two_chunks() {
        let mut chunks = Chunks::default();
        let units = CHUNK_UNITS / 2 + 1;
        let places: Vec<_> = [1, units, units, 1].map(|units| chunks.extend(units).0).into();
        let second = CHUNK_UNITS as u32;
        assert_eq!(places, [0, 1, second, second + units as u32]);
    }

    /// A log that is compacted again and again must not run out of indexes.
    #[test]
    fn the_index_of_a_released_chunk_is_used_again() {
        let mut chunks = Chunks::default();
        let first = chunks.extend(CHUNK_UNITS);
        assert_eq!(chunks.begin_evacuation(), [0]);
        assert!(chunks.are_evacuated_at(first));
        assert_eq!(chunks.extend(1), Address(CHUNK_UNITS as u32));
        chunks.release(0);
        assert_eq!(chunks.extend(CHUNK_UNITS), first);
        assert!(!chunks.are_evacuated_at(first));
        assert_eq!(chunks.begin_evacuation(), [0, 1]);
    }
}
