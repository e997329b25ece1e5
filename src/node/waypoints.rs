//! Ways into a long list.

use super::records::Address;
use std::collections::VecDeque;

/// The number of changes from one waypoint to the next.
pub(super) const SPACING: u64 = if cfg!(test) { 4 } else { 512 };

/// Some records by their numbers, so that nobody walks a whole log to a number in its middle.
///
/// Each is a record that is there. When that one moves to the end, its waypoint falls back to the
/// record before it, or goes if that one has a waypoint already. So from one waypoint to the next
/// there are never more than [`SPACING`] records.
#[derive(Debug, Default)]
pub(super) struct Waypoints {
    /// In the order of numbers.
    marks: VecDeque<(u64, Address)>,
    /// How many records have come since the last one.
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

    /// The waypoint at `number` goes.
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
