//! Where the lines of a log lie in memory.

use super::known_line::KnownLine;
use super::origin::{NeighborId, Origin};
use std::hint::black_box;

/// The size of a chunk of memory for lines. The system gives memory for one when it is written.
const CHUNK_BYTES: usize = 1 << 18;

/// Addresses count in such steps, so that 32 bits reach over 16 GiB.
const UNIT_BYTES: usize = 4;

const CHUNK_UNITS: usize = CHUNK_BYTES / UNIT_BYTES;

/// The number of chunks that addresses reach. One address is left to stand for none.
const CHUNKS_MAX: usize = if cfg!(test) { 4 } else { u32::MAX as usize / CHUNK_UNITS };

/// What stands before a record's line, in little-endian order, and where: the addresses of the
/// records before it and behind it (4 bytes each), its number (6), of which the topmost bit is its
/// mark, its origin, the length of its line, and where the client stands in that (2 each).
const HEADER_BYTES: usize = 20;
const PREVIOUS_AT: usize = 0;
const NEXT_AT: usize = 4;
const NUMBER_AT: usize = 8;
const ORIGIN_AT: usize = 14;
const LINE_BYTES_AT: usize = 16;
const CLIENT_AT: usize = 18;

const MARK: u64 = 1 << 47;
const NUMBER_MAX: u64 = MARK - 1;
const ORIGIN_HERE: u16 = u16::MAX;

/// Where a record lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Address(u32);

impl Address {
    /// Nowhere: before the first record, and behind the last one.
    pub(super) const NONE: Self = Self(u32::MAX);

    pub(super) fn to_option(self) -> Option<Self> {
        (self != Self::NONE).then_some(self)
    }
}

/// One record for each client, in a memory of its own: 20 bytes and the line, rounded up to four.
///
/// An allocation for each line would cost as much again as the record's header, and lie anywhere.
/// A record that is removed leaves its place to the next one of its size.
#[derive(Debug, Default)]
pub(super) struct Records {
    chunks: Vec<Box<[u8]>>,
    /// How much of the last chunk was ever used.
    used_units: usize,
    /// The first free place of each size in units; each has the address of the next in it.
    free: Vec<Address>,
    free_bytes: usize,
    live_bytes: usize,
}

impl Records {
    /// Bytes that removed records have left, which only others of their sizes can use.
    pub(super) fn free_bytes(&self) -> usize {
        self.free_bytes
    }

    /// Bytes of records that are there.
    pub(super) fn live_bytes(&self) -> usize {
        self.live_bytes
    }

    /// Whether any record can still be added. Otherwise none must be.
    pub(super) fn have_room(&self) -> bool {
        self.chunks.len() < CHUNKS_MAX
    }

    /// Adds a record with nothing but a line.
    pub(super) fn insert(&mut self, line: KnownLine<'_>) -> Address {
        let units = units_of(line.bytes.len());
        self.live_bytes += units * UNIT_BYTES;
        let address = self.take_free(units).unwrap_or_else(|| self.extend(units));
        self.write_line(address, line);
        address
    }

    /// Gives a record another line; returns where it is then. Its number, its origin and its
    /// neighbors are lost if it moves.
    pub(super) fn rewrite(&mut self, address: Address, line: KnownLine<'_>) -> Address {
        if units_of(line.bytes.len()) == units_of(self.line_bytes(address)) {
            self.write_line(address, line);
            return address;
        }
        self.remove(address);
        self.insert(line)
    }

    fn remove(&mut self, address: Address) {
        let units = units_of(self.line_bytes(address));
        self.live_bytes -= units * UNIT_BYTES;
        self.free_bytes += units * UNIT_BYTES;
        if self.free.len() <= units {
            self.free.resize(units + 1, Address::NONE);
        }
        self.set_next(address, self.free[units]);
        self.free[units] = address;
    }

    fn take_free(&mut self, units: usize) -> Option<Address> {
        let address = self.free.get(units)?.to_option()?;
        self.free[units] = self.next_address(address);
        self.free_bytes -= units * UNIT_BYTES;
        Some(address)
    }

    /// A place that was never used.
    fn extend(&mut self, units: usize) -> Address {
        if self.chunks.is_empty() || self.used_units + units > CHUNK_UNITS {
            self.chunks.push(vec![0; CHUNK_BYTES].into());
            self.used_units = 0;
        }
        let address = (self.chunks.len() - 1) * CHUNK_UNITS + self.used_units;
        self.used_units += units;
        let address = u32::try_from(address).ok().map(Address).and_then(Address::to_option);
        address.expect("records are added only while there is room")
    }

    /// The record's line.
    pub(super) fn line(&self, address: Address) -> KnownLine<'_> {
        let length = self.line_bytes(address);
        let bytes = &self.bytes_at(address)[HEADER_BYTES..][..length];
        KnownLine { bytes, client_start: u16::from_le_bytes(self.header(address, CLIENT_AT)) }
    }

    fn line_bytes(&self, address: Address) -> usize {
        usize::from(u16::from_le_bytes(self.header(address, LINE_BYTES_AT)))
    }

    fn write_line(&mut self, address: Address, line: KnownLine<'_>) {
        let length = u16::try_from(line.bytes.len()).expect("a line is shorter than 65,536 bytes");
        self.set_header(address, LINE_BYTES_AT, length.to_le_bytes());
        self.set_header(address, CLIENT_AT, line.client_start.to_le_bytes());
        self.bytes_at_mut(address)[HEADER_BYTES..][..line.bytes.len()].copy_from_slice(line.bytes);
    }

    /// Looks at a record's first 128 bytes, and at nothing in them.
    pub(super) fn touch(&self, address: Address) {
        let bytes = self.bytes_at(address);
        black_box((bytes[0], bytes.get(64).copied(), bytes.get(127).copied()));
    }

    /// Looks at a record's first byte.
    pub(super) fn touch_header(&self, address: Address) {
        black_box(self.bytes_at(address)[0]);
    }

    /// The record before.
    pub(super) fn previous(&self, address: Address) -> Option<Address> {
        Address(u32::from_le_bytes(self.header(address, PREVIOUS_AT))).to_option()
    }

    pub(super) fn set_previous(&mut self, address: Address, previous: Address) {
        self.set_header(address, PREVIOUS_AT, previous.0.to_le_bytes());
    }

    /// The record behind.
    pub(super) fn next(&self, address: Address) -> Option<Address> {
        self.next_address(address).to_option()
    }

    fn next_address(&self, address: Address) -> Address {
        Address(u32::from_le_bytes(self.header(address, NEXT_AT)))
    }

    pub(super) fn set_next(&mut self, address: Address, next: Address) {
        self.set_header(address, NEXT_AT, next.0.to_le_bytes());
    }

    /// The number of the record's change.
    pub(super) fn number(&self, address: Address) -> u64 {
        self.marked_number(address) & NUMBER_MAX
    }

    /// Gives the record a number, and takes its mark.
    pub(super) fn set_number(&mut self, address: Address, number: u64) {
        assert!(number <= NUMBER_MAX, "a million changes a second take four years to get there");
        self.set_marked_number(address, number);
    }

    /// Whether the record has a mark.
    pub(super) fn is_marked(&self, address: Address) -> bool {
        self.marked_number(address) & MARK != 0
    }

    pub(super) fn mark(&mut self, address: Address) {
        self.set_marked_number(address, self.marked_number(address) | MARK);
    }

    fn marked_number(&self, address: Address) -> u64 {
        let [low @ .., _, _] = self.header::<8>(address, NUMBER_AT);
        let mut bytes = [0; 8];
        bytes[..6].copy_from_slice(&low);
        u64::from_le_bytes(bytes)
    }

    fn set_marked_number(&mut self, address: Address, number: u64) {
        let [low @ .., _, _] = number.to_le_bytes();
        self.set_header::<6>(address, NUMBER_AT, low);
    }

    /// Where the record's line was learned.
    pub(super) fn origin(&self, address: Address) -> Origin {
        match u16::from_le_bytes(self.header(address, ORIGIN_AT)) {
            ORIGIN_HERE => Origin::Here,
            neighbor => Origin::Neighbor(NeighborId(neighbor)),
        }
    }

    pub(super) fn set_origin(&mut self, address: Address, origin: Origin) {
        let code = match origin {
            Origin::Here => ORIGIN_HERE,
            Origin::Neighbor(NeighborId(neighbor)) => neighbor,
        };
        self.set_header(address, ORIGIN_AT, code.to_le_bytes());
    }

    fn header<const N: usize>(&self, address: Address, at: usize) -> [u8; N] {
        let bytes = self.bytes_at(address)[at..].first_chunk();
        *bytes.expect("a header lies within its chunk")
    }

    fn set_header<const N: usize>(&mut self, address: Address, at: usize, value: [u8; N]) {
        self.bytes_at_mut(address)[at..at + N].copy_from_slice(&value);
    }

    /// The chunk from a record on.
    fn bytes_at(&self, address: Address) -> &[u8] {
        let (chunk, offset) = place(address);
        &self.chunks[chunk][offset..]
    }

    fn bytes_at_mut(&mut self, address: Address) -> &mut [u8] {
        let (chunk, offset) = place(address);
        &mut self.chunks[chunk][offset..]
    }
}

fn place(Address(address): Address) -> (usize, usize) {
    let address = address as usize;
    (address / CHUNK_UNITS, address % CHUNK_UNITS * UNIT_BYTES)
}

/// The units that a record with a line of `line_bytes` takes.
fn units_of(line_bytes: usize) -> usize {
    (HEADER_BYTES + line_bytes).div_ceil(UNIT_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(bytes: &[u8]) -> KnownLine<'_> {
        KnownLine { bytes, client_start: 3 }
    }

    const LONG: &[u8] = b"a line that needs more room than the short one\n";

    #[test]
    fn a_line_of_the_same_size_stays_where_it_is() {
        let mut records = Records::default();
        let address = records.insert(line(b"first\n"));
        assert_eq!(records.rewrite(address, line(b"newer\n")), address);
        assert_eq!(records.line(address), line(b"newer\n"));
        assert_eq!((records.live_bytes(), records.free_bytes()), (28, 0));
    }

    #[test]
    fn a_record_that_moves_leaves_its_place_to_the_next_of_its_size() {
        let mut records = Records::default();
        let first = records.insert(line(b"first\n"));
        let second = records.insert(line(b"second\n"));
        assert_ne!(records.rewrite(first, line(LONG)), first);
        assert_eq!((records.live_bytes(), records.free_bytes()), (28 + 68, 28));
        assert_eq!(records.insert(line(b"third\n")), first);
        assert_eq!((records.live_bytes(), records.free_bytes()), (28 + 68 + 28, 0));
        assert_eq!(records.line(second), line(b"second\n"));
    }

    #[test]
    fn the_parts_of_a_header_do_not_touch_each_other() {
        let mut records = Records::default();
        let address = records.insert(line(LONG));
        records.set_previous(address, Address(1));
        records.set_next(address, Address::NONE);
        records.set_number(address, NUMBER_MAX);
        records.set_origin(address, Origin::Neighbor(NeighborId(7)));
        assert!(!records.is_marked(address));
        records.mark(address);
        assert_eq!((records.previous(address), records.next(address)), (Some(Address(1)), None));
        assert_eq!((records.number(address), records.is_marked(address)), (NUMBER_MAX, true));
        assert_eq!(records.origin(address), Origin::Neighbor(NeighborId(7)));
        assert_eq!(records.line(address), line(LONG));
        records.set_number(address, 1);
        assert!(!records.is_marked(address));
    }

    #[test]
    fn a_full_chunk_is_followed_by_another() {
        let mut records = Records::default();
        let addresses: Vec<_> =
            (0..3 * CHUNK_BYTES / 68).map(|_| records.insert(line(LONG))).collect();
        assert_eq!(records.chunks.len(), 3);
        assert!(addresses.iter().all(|&address| records.line(address) == line(LONG)));
    }
}
