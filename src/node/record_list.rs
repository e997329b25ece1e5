//! The records of a log in the order of their numbers.

use super::address::Address;
use super::known_line::KnownLine;
use super::origin::Origin;
use super::records::{EvacuationStep, Records};
use super::waypoints::{SPACING, Waypoints};
use std::iter;

/// The size of free places that is never too much.
const FREE_BYTES_MIN: usize = if cfg!(test) { 1024 } else { 1 << 20 };

/// When clients have reached their limit, free places are compacted if there is one byte of them for
/// this many bytes of records.
const LIVE_BYTES_A_FREE_ONE: usize = 8;

/// A linked list of all records, oldest change first. Waypoints lead to any number in it quickly.
#[derive(Debug)]
pub(super) struct RecordList {
    records: Records,
    oldest: Address,
    newest: Address,
    waypoints: Waypoints,
}

impl RecordList {
    pub(super) fn new() -> Self {
        Self {
            records: Records::default(),
            oldest: Address::NONE,
            newest: Address::NONE,
            waypoints: Waypoints::default(),
        }
    }

    pub(super) fn line(&self, address: Address) -> KnownLine<'_> {
        self.records.line(address)
    }

    pub(super) fn number(&self, address: Address) -> u64 {
        self.records.number(address)
    }

    pub(super) fn origin(&self, address: Address) -> Origin {
        self.records.origin(address)
    }

    /// Whether there is room to add or renew any record.
    pub(super) fn has_room(&self) -> bool {
        self.records.have_room()
    }

    /// Adds a record at the end.
    pub(super) fn push(&mut self, line: KnownLine<'_>, number: u64, origin: Origin) -> Address {
        let address = self.records.insert(line);
        self.link_newest(address, number, origin);
        address
    }

    /// Moves a record to the end of the list, with another line, and returns its new address.
    pub(super) fn renew(
        &mut self,
        address: Address,
        line: KnownLine<'_>,
        number: u64,
        origin: Origin,
    ) -> Address {
        self.unlink(address);
        let address = self.records.rewrite(address, line);
        self.link_newest(address, number, origin);
        address
    }

    /// The records with numbers greater than `number`, in order.
    pub(super) fn after(&self, number: u64) -> impl Iterator<Item = Address> {
        iter::successors(self.first_after(number), |&address| self.records.next(address))
    }

    fn first_after(&self, number: u64) -> Option<Address> {
        let newest = self.newest.to_option()?;
        let last = self.records.number(newest);
        if number >= last {
            return None;
        }
        if last - number <= SPACING {
            let before = |&address: &Address| self.records.previous(address);
            let is_after = |&address: &Address| self.records.number(address) > number;
            return iter::successors(Some(newest), before).take_while(is_after).last();
        }
        let start = self.waypoints.up_to(number).or(self.oldest.to_option());
        iter::successors(start, |&address| self.records.next(address))
            .find(|&address| self.records.number(address) > number)
    }

    fn link_newest(&mut self, address: Address, number: u64, origin: Origin) {
        match self.newest.to_option() {
            Some(newest) => self.records.set_next(newest, address),
            None => self.oldest = address,
        }
        self.records.set_previous(address, self.newest);
        self.records.set_next(address, Address::NONE);
        self.records.set_number(address, number);
        self.records.set_origin(address, origin);
        self.newest = address;
        if self.waypoints.take_in(number, address) {
            self.records.mark(address);
        }
    }

    fn unlink(&mut self, address: Address) {
        if self.records.is_marked(address) {
            self.move_waypoint(address);
        }
        let (previous, next) = (self.records.previous(address), self.records.next(address));
        match previous {
            Some(previous) => self.records.set_next(previous, next.unwrap_or(Address::NONE)),
            None => self.oldest = next.unwrap_or(Address::NONE),
        }
        match next {
            Some(next) => self.records.set_previous(next, previous.unwrap_or(Address::NONE)),
            None => self.newest = previous.unwrap_or(Address::NONE),
        }
    }

    /// The record at `address`, a waypoint, is about to leave its place in the list.
    fn move_waypoint(&mut self, address: Address) {
        let number = self.records.number(address);
        match self.records.previous(address).filter(|&before| !self.records.is_marked(before)) {
            Some(before) => {
                self.waypoints.fall_back(number, self.records.number(before), before);
                self.records.mark(before);
            }
            None => self.waypoints.remove(number),
        }
    }

    /// Begins to compact the log if free places take more memory than records do. Only records of
    /// the same sizes can use them, and there may never be any.
    pub(super) fn begin_compaction_if_wasteful(&mut self) {
        self.begin_compaction_beyond(self.records.live_bytes());
    }

    /// Begins to compact the log if that gives a part of its memory back that is worth the work.
    pub(super) fn begin_compaction_for_room(&mut self) {
        self.begin_compaction_beyond(self.records.live_bytes() / LIVE_BYTES_A_FREE_ONE);
    }

    fn begin_compaction_beyond(&mut self, free_bytes: usize) {
        let limit = free_bytes.max(FREE_BYTES_MIN);
        if !self.records.are_evacuating() && self.records.free_bytes() > limit {
            self.records.begin_evacuation();
        }
    }

    /// Whether a compaction is under way.
    #[cfg(test)]
    pub(super) fn is_compacting(&self) -> bool {
        self.records.are_evacuating()
    }

    /// Handles the next place of a compaction. The caller must note where the record has gone.
    pub(super) fn compact_place(&mut self) -> EvacuationStep {
        let step = self.records.evacuate_place();
        if let EvacuationStep::Moved { to, .. } = step {
            self.relink(to);
        }
        step
    }

    /// The record at `address` has come from another place: tells its neighbors and its waypoint.
    fn relink(&mut self, address: Address) {
        match self.records.previous(address) {
            Some(previous) => self.records.set_next(previous, address),
            None => self.oldest = address,
        }
        match self.records.next(address) {
            Some(next) => self.records.set_previous(next, address),
            None => self.newest = address,
        }
        if self.records.is_marked(address) {
            self.waypoints.relocate(self.records.number(address), address);
        }
    }

    /// The bytes of all records and all free places.
    pub(super) fn placed_bytes(&self) -> usize {
        self.records.live_bytes() + self.records.free_bytes()
    }

    /// Brings records into the processor's cache, with their neighbors, which a renewal changes.
    pub(super) fn prefetch(&self, addresses: &[Address]) {
        // The reads of all records overlap. The address of a neighbor is in its record, so the
        // neighbors come after that.
        for &address in addresses {
            self.records.touch(address);
        }
        for &address in addresses {
            let [previous, next] = [self.records.previous(address), self.records.next(address)];
            previous
                .into_iter()
                .chain(next)
                .for_each(|neighbor| self.records.touch_header(neighbor));
        }
    }
}
