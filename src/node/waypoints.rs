//! Shortcuts into a long list.

use super::address::Address;
use std::collections::VecDeque;

/// The number of changes from one waypoint to the next.
pub(super) const SPACING: u64 = if cfg!(test) { 4 } else { 512 };

/// Some records by their numbers, so that a reader need not walk through the whole log to find a
/// number.
///
/// When the record of a waypoint moves to the end of the list, its waypoint falls back to the previous
/// record, or is removed if that one has a waypoint already. So there are never more than [`SPACING`]
/// records from one waypoint to the next.
#[derive(Debug, Default)]
pub(super) struct Waypoints {
    /// Sorted by number.
    marks: VecDeque<(u64, Address)>,
    /// How many records were added after the last waypoint.
    since_last: u64,
}

impl Waypoints {
    /// Whether the newest record, with this number, becomes a waypoint.
    pub(super) fn take_in(&mut self, number: u64, address: Address) -> bool {
        self.since_last += 1;
        if self.since_last < SPACING {
            return false;
        }
        self.since_last = 0;
        self.marks.push_back((number, address));
        true
    }

    /// The waypoint at `number` falls back to another record.
    pub(super) fn fall_back(&mut self, number: u64, to_number: u64, to: Address) {
        let index = self.index(number);
        self.marks[index] = (to_number, to);
    }

    /// The record of the waypoint at `number` is at another address now.
    pub(super) fn relocate(&mut self, number: u64, address: Address) {
        let index = self.index(number);
        self.marks[index].1 = address;
    }

    /// Removes the waypoint at `number`.
    pub(super) fn remove(&mut self, number: u64) {
        let index = self.index(number);
        self.marks.remove(index);
    }

    /// The last waypoint up to `number`.
    pub(super) fn up_to(&self, number: u64) -> Option<Address> {
        let behind = self.marks.partition_point(|&(at, _)| at <= number);
        behind.checked_sub(1).map(|index| self.marks[index].1)
    }

    fn index(&self, number: u64) -> usize {
        let index = self.marks.binary_search_by_key(&number, |&(at, _)| at);
        index.expect("a record with a mark is a waypoint")
    }
}
