//! The record of each client: its ID, and where its point is.

use super::place::Place;
use super::point::Slot;
use std::hint::black_box;

/// How many bytes of records are allocated at a time.
const CHUNK_BYTES: usize = 1 << 16;

/// The most bytes of all records together: each is an ID and six more bytes.
pub const RECORD_BYTES_MAX: usize = 1 << 32;

/// What is before each ID: the place (4 bytes) and the ID's length (2), little-endian.
const HEADER_BYTES: usize = 6;
const LENGTH_AT: usize = 4;

/// Records one behind the other, in chunks. A slot is where a record begins.
///
/// The place is beside the ID because both are needed for each move, and each costs a wait for
/// memory of its own elsewhere. No record is ever removed: a log never forgets a client.
#[derive(Debug, Default)]
pub(super) struct Clients {
    /// No record lies across two chunks.
    chunks: Vec<Vec<u8>>,
    len: usize,
    bytes: usize,
}

impl Clients {
    /// How many clients there are.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Adds a client, which has no place yet; None if there is no room for it.
    pub(super) fn add(&mut self, id: &[u8]) -> Option<Slot> {
        let length = u16::try_from(id.len()).ok()?;
        let bytes = HEADER_BYTES + id.len();
        if self.chunks.last().is_none_or(|chunk| chunk.len() + bytes > CHUNK_BYTES) {
            if bytes > CHUNK_BYTES || self.chunks.len() == RECORD_BYTES_MAX / CHUNK_BYTES {
                return None;
            }
            self.chunks.push(Vec::with_capacity(CHUNK_BYTES));
        }
        let last = self.chunks.len() - 1;
        let chunk = &mut self.chunks[last];
        let start = last * CHUNK_BYTES + chunk.len();
        chunk.extend_from_slice(&[0; LENGTH_AT]);
        chunk.extend_from_slice(&length.to_le_bytes());
        chunk.extend_from_slice(id);
        self.len += 1;
        self.bytes += id.len();
        Some(Slot(u32::try_from(start).expect("the number of chunks is limited")))
    }

    /// The ID of a client.
    pub(super) fn id(&self, slot: Slot) -> &[u8] {
        let record = self.record(slot);
        let length = record[LENGTH_AT..].first_chunk().expect("a record has its header");
        &record[HEADER_BYTES..][..usize::from(u16::from_le_bytes(*length))]
    }

    /// Where the client's point is.
    pub(super) fn place(&self, slot: Slot) -> Place {
        let place = self.record(slot).first_chunk().expect("a record has its header");
        Place(u32::from_le_bytes(*place))
    }

    pub(super) fn set_place(&mut self, slot: Slot, place: Place) {
        let start = slot.0 as usize;
        let record = &mut self.chunks[start / CHUNK_BYTES][start % CHUNK_BYTES..];
        record[..LENGTH_AT].copy_from_slice(&place.0.to_le_bytes());
    }

    /// A record and what follows it in its chunk.
    fn record(&self, slot: Slot) -> &[u8] {
        let start = slot.0 as usize;
        &self.chunks[start / CHUNK_BYTES][start % CHUNK_BYTES..]
    }

    /// Brings records into the processor's cache. The waits for them overlap.
    pub(super) fn prefetch(&self, slots: &[Slot]) {
        for &slot in slots {
            let record = self.record(slot);
            black_box((record[0], record.get(HEADER_BYTES + 32).copied()));
        }
    }

    /// The bytes that the records hold.
    pub(super) fn held_bytes(&self) -> usize {
        self.chunks.len() * CHUNK_BYTES
    }

    /// The bytes of all IDs.
    pub(super) fn id_bytes(&self) -> usize {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_keep_their_slots_beyond_a_chunk() {
        let mut clients = Clients::default();
        let id = |number: usize| format!("{}-{number}", "x".repeat(number % 200)).into_bytes();
        let slots: Vec<_> =
            (0..3_000).map(|number| clients.add(&id(number)).expect("there is room")).collect();
        for (number, &slot) in slots.iter().enumerate() {
            clients.set_place(slot, Place(number as u32));
        }
        for (number, &slot) in slots.iter().enumerate() {
            assert_eq!((clients.id(slot), clients.place(slot).0), (&*id(number), number as u32));
        }
        assert_eq!(clients.id_bytes(), (0..3_000).map(|number| id(number).len()).sum::<usize>());
        assert_eq!((clients.len(), clients.held_bytes()), (3_000, 6 << 16));
    }

    #[test]
    fn an_id_that_no_chunk_can_hold_is_left_out() {
        let mut clients = Clients::default();
        assert_eq!(clients.add(&[b'x'; CHUNK_BYTES]), None);
        assert_eq!((clients.len(), clients.held_bytes()), (0, 0));
    }
}
