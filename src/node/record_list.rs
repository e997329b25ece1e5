//! The records of a log in the order of their numbers.

use super::known_line::KnownLine;
use super::origin::Origin;
use super::records::{Address, Records};
use super::waypoints::{SPACING, Waypoints};
use std::iter;

/// This many bytes may always lie unused.
const FREE_BYTES_MIN: usize = if cfg!(test) { 1024 } else { 1 << 20 };

/// A list through all records, oldest change first, that can be entered anywhere.
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

    /// Whether any record can still be added or renewed.
    pub(super) fn has_room(&self) -> bool {
        self.records.have_room()
    }

    /// Adds a record at the end.
    pub(super) fn push(&mut self, line: KnownLine<'_>, number: u64, origin: Origin) -> Address {
        let address = self.records.insert(line);
        self.link_newest(address, number, origin);
        address
    }

    /// Takes a record from its place and puts it at the end with another line; returns where it is
    /// then.
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

    /// The records with greater numbers, in order.
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

    /// The record at `address`, a waypoint, is about to leave its place.
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

    /// Whether records that went have left more room than those that are there take. Only records of
    /// their sizes can use it, and it may be that none will come again.
    pub(super) fn is_wasteful(&self) -> bool {
        self.records.free_bytes() > self.records.live_bytes().max(FREE_BYTES_MIN)
    }

    /// The same records in new memory, without gaps.
    pub(super) fn moved_together(&self) -> Self {
        let mut moved = Self::new();
        for address in self.after(0) {
            moved.push(self.line(address), self.number(address), self.origin(address));
        }
        moved
    }

    /// Brings records into the processor's cache, and their neighbors, which a renewal writes to.
    pub(super) fn prefetch(&self, addresses: &[Address]) {
        // All records are asked for before the first neighbor is, which waits for its record.
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
