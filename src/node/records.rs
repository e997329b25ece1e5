//! One record for each client.

use super::address::{Address, UNIT_BYTES};
use super::chunks::Chunks;
use super::known_line::KnownLine;
use super::origin::{NeighborId, Origin};
use std::hint::black_box;

/// The header before each line, and the offsets of its little-endian fields: the addresses of the
/// previous and the next record (4 bytes each), the number of the change (6), whose topmost bit is
/// the mark, the origin, the length of the line, and the offset of the client in it (2 each).
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

/// The client's offset in a free place. A line begins with `AT`, so no record has it.
const CLIENT_OF_FREE: u16 = 0;

/// Records of different sizes in chunks of memory: 20 bytes and the line, rounded up to four.
///
/// One allocation for each line would cost as much again as the header, and lines that follow each
/// other would be far apart. A record that is removed leaves a free place, which only a record of
/// the same size can use. To get rid of free places, an [evacuation](Self::begin_evacuation) moves
/// all records to new chunks, a few at a time.
#[derive(Debug, Default)]
pub(super) struct Records {
    chunks: Chunks,
    /// The first free place of each size in units. Each free place has the address of the next one.
    free: Vec<Address>,
    free_bytes: usize,
    live_bytes: usize,
    evacuation: Option<Evacuation>,
}

/// How far an evacuation has come.
#[derive(Debug)]
struct Evacuation {
    /// The chunks that have records left, the current one last.
    chunks: Vec<usize>,
    /// Everything before this offset in the current chunk has been moved.
    offset_units: usize,
}

/// One step of an evacuation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EvacuationStep {
    /// A record was copied. Whatever holds its old address must be changed before the next step.
    Moved {
        /// Where the record was.
        from: Address,
        /// Where it is now.
        to: Address,
    },
    /// A free place was skipped, or an empty chunk given back.
    Skipped,
    /// There is no evacuation, or no room for one.
    Nothing,
}

impl Records {
    /// The bytes of free places.
    pub(super) fn free_bytes(&self) -> usize {
        self.free_bytes
    }

    /// The bytes of records.
    pub(super) fn live_bytes(&self) -> usize {
        self.live_bytes
    }

    /// Whether there is room for a record of any size. If not, none may be added.
    pub(super) fn have_room(&self) -> bool {
        self.chunks.have_room()
    }

    /// Adds a record that has only a line.
    pub(super) fn insert(&mut self, line: KnownLine<'_>) -> Address {
        let units = units_of(line.bytes.len());
        self.live_bytes += units * UNIT_BYTES;
        let address = self.find_place(units);
        self.write_line(address, line);
        address
    }

    /// Gives a record another line and returns its new address. If that is different, the record
    /// has lost its number, its origin and its neighbors.
    pub(super) fn rewrite(&mut self, address: Address, line: KnownLine<'_>) -> Address {
        if units_of(line.bytes.len()) == self.units_at(address) {
            self.write_line(address, line);
            return address;
        }
        self.remove(address);
        self.insert(line)
    }

    fn remove(&mut self, address: Address) {
        let units = self.units_at(address);
        self.live_bytes -= units * UNIT_BYTES;
        self.free_bytes += units * UNIT_BYTES;
        self.set_header(address, CLIENT_AT, CLIENT_OF_FREE.to_le_bytes());
        // A chunk that is being evacuated will be given back, so nothing new may go there.
        if self.chunks.are_evacuated_at(address) {
            return;
        }
        if self.free.len() <= units {
            self.free.resize(units + 1, Address::NONE);
        }
        self.set_next(address, self.free[units]);
        self.free[units] = address;
    }

    fn find_place(&mut self, units: usize) -> Address {
        match self.free.get(units).and_then(|first| first.to_option()) {
            Some(address) => {
                self.free[units] = self.next_address(address);
                self.free_bytes -= units * UNIT_BYTES;
                address
            }
            None => self.chunks.extend(units),
        }
    }

    /// Whether an evacuation is under way.
    pub(super) fn are_evacuating(&self) -> bool {
        self.evacuation.is_some()
    }

    /// Begins to move all records to new chunks. The caller does the work with
    /// [`evacuate_place`](Self::evacuate_place).
    pub(super) fn begin_evacuation(&mut self) {
        // All places that are free now are in old chunks.
        self.free.clear();
        let chunks = self.chunks.begin_evacuation();
        self.evacuation = Some(Evacuation { chunks, offset_units: 0 });
    }

    /// Handles the next place of the old chunks. They are read from start to end: the length of
    /// each line says where the next place is.
    pub(super) fn evacuate_place(&mut self) -> EvacuationStep {
        let Some(Evacuation { chunks, offset_units }) = &self.evacuation else {
            return EvacuationStep::Nothing;
        };
        let Some(&chunk) = chunks.last() else {
            self.evacuation = None;
            return EvacuationStep::Nothing;
        };
        let Some(from) = self.chunks.place_in(chunk, *offset_units) else {
            self.chunks.release(chunk);
            if let Some(evacuation) = &mut self.evacuation {
                evacuation.chunks.pop();
                evacuation.offset_units = 0;
            }
            return EvacuationStep::Skipped;
        };
        let units = self.units_at(from);
        if self.is_free(from) {
            self.free_bytes -= units * UNIT_BYTES;
            self.advance_evacuation(units);
            return EvacuationStep::Skipped;
        }
        if !self.chunks.have_room_to_move() {
            return EvacuationStep::Nothing;
        }
        let to = self.find_place(units);
        self.chunks.copy(from, to, units * UNIT_BYTES);
        self.advance_evacuation(units);
        EvacuationStep::Moved { from, to }
    }

    fn advance_evacuation(&mut self, units: usize) {
        if let Some(evacuation) = &mut self.evacuation {
            evacuation.offset_units += units;
        }
    }

    fn is_free(&self, address: Address) -> bool {
        self.header(address, CLIENT_AT) == CLIENT_OF_FREE.to_le_bytes()
    }

    fn units_at(&self, address: Address) -> usize {
        units_of(self.line_bytes(address))
    }

    /// The record's line.
    pub(super) fn line(&self, address: Address) -> KnownLine<'_> {
        let length = self.line_bytes(address);
        let bytes = &self.chunks.bytes_at(address)[HEADER_BYTES..][..length];
        KnownLine { bytes, client_start: u16::from_le_bytes(self.header(address, CLIENT_AT)) }
    }

    fn line_bytes(&self, address: Address) -> usize {
        usize::from(u16::from_le_bytes(self.header(address, LINE_BYTES_AT)))
    }

    fn write_line(&mut self, address: Address, line: KnownLine<'_>) {
        let length = u16::try_from(line.bytes.len()).expect("a line is shorter than 65,536 bytes");
        self.set_header(address, LINE_BYTES_AT, length.to_le_bytes());
        self.set_header(address, CLIENT_AT, line.client_start.to_le_bytes());
        self.chunks.bytes_at_mut(address)[HEADER_BYTES..][..line.bytes.len()]
            .copy_from_slice(line.bytes);
    }

    /// Brings the first 128 bytes of a record into the processor's cache.
    pub(super) fn touch(&self, address: Address) {
        let bytes = self.chunks.bytes_at(address);
        black_box((bytes[0], bytes.get(64).copied(), bytes.get(127).copied()));
    }

    /// Brings the header of a record into the processor's cache.
    pub(super) fn touch_header(&self, address: Address) {
        black_box(self.chunks.bytes_at(address)[0]);
    }

    /// The previous record.
    pub(super) fn previous(&self, address: Address) -> Option<Address> {
        Address(u32::from_le_bytes(self.header(address, PREVIOUS_AT))).to_option()
    }

    pub(super) fn set_previous(&mut self, address: Address, previous: Address) {
        self.set_header(address, PREVIOUS_AT, previous.0.to_le_bytes());
    }

    /// The next record.
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

    /// Sets the number of the record's change and removes the mark.
    pub(super) fn set_number(&mut self, address: Address, number: u64) {
        assert!(number <= NUMBER_MAX, "four years of a million changes a second do not reach it");
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

    /// Where the server learned the record's line.
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
        let bytes = self.chunks.bytes_at(address)[at..].first_chunk();
        *bytes.expect("a header is within its chunk")
    }

    fn set_header<const N: usize>(&mut self, address: Address, at: usize, value: [u8; N]) {
        self.chunks.bytes_at_mut(address)[at..at + N].copy_from_slice(&value);
    }
}

/// The size of a record with a line of this length.
fn units_of(line_bytes: usize) -> usize {
    (HEADER_BYTES + line_bytes).div_ceil(UNIT_BYTES)
}

#[cfg(test)]
mod tests {
    use super::super::chunks::CHUNK_BYTES;
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
    fn the_free_place_of_a_record_that_moved_goes_to_the_next_of_its_size() {
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
    fn the_fields_of_a_header_do_not_overlap() {
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
        assert!(addresses.iter().all(|&address| records.line(address) == line(LONG)));
    }

    /// Without this, a log whose lines have grown once would keep twice its memory.
    #[test]
    fn an_evacuation_moves_what_is_there_and_skips_what_is_free() {
        let mut records = Records::default();
        let first = records.insert(line(b"first\n"));
        let second = records.insert(line(b"second\n"));
        let moved = records.rewrite(first, line(LONG));
        records.set_number(moved, 7);
        records.begin_evacuation();
        assert_eq!(records.insert(line(b"third\n")), Address(CHUNK_BYTES as u32 / 4));
        let steps: Vec<_> = (0..5).map(|_| records.evacuate_place()).collect();
        let [to_second, to_moved] = [7, 14].map(|units| Address(CHUNK_BYTES as u32 / 4 + units));
        assert_eq!(
            steps,
            [
                EvacuationStep::Skipped,
                EvacuationStep::Moved { from: second, to: to_second },
                EvacuationStep::Moved { from: moved, to: to_moved },
                EvacuationStep::Skipped,
                EvacuationStep::Nothing,
            ]
        );
        assert_eq!((records.line(to_moved), records.number(to_moved)), (line(LONG), 7));
        assert_eq!((records.live_bytes(), records.free_bytes()), (28 + 28 + 68, 0));
        assert!(!records.are_evacuating());
    }

    /// A free place in a chunk that is about to be given back must not be used.
    #[test]
    fn what_is_removed_during_an_evacuation_is_not_used_again() {
        let mut records = Records::default();
        let old = records.insert(line(b"first\n"));
        records.begin_evacuation();
        records.rewrite(old, line(LONG));
        assert_ne!(records.insert(line(b"third\n")), old);
        assert_eq!(records.evacuate_place(), EvacuationStep::Skipped);
        assert_eq!(records.free_bytes(), 0);
    }
}
