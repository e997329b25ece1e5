//! The squares that the map is divided into.

use super::point::Point;
use super::units::Units;

/// From this depth on, a cell is a single pair of units, and the bits of slots divide it further.
const DEPTH_OF_UNITS: u8 = 32;

/// A square of the map: all units that begin with the same bits.
///
/// The whole map is the square of depth 0, and each further bit of both units divides it by four.
/// Any number of clients may stand at one point, so below a single pair of units the client's slot
/// goes on dividing. Slots differ, so every cell with two clients can be divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    south: u32,
    west: u32,
    depth: u8,
}

impl Cell {
    /// The whole map.
    pub(super) const WHOLE: Self = Self { south: 0, west: 0, depth: 0 };

    /// Which quarter of the cell a point in it belongs to, 0 to 3.
    pub(super) fn quarter_of(self, point: Point) -> usize {
        let Point { units: Units { north, east }, slot } = point;
        let quarter = if self.depth < DEPTH_OF_UNITS {
            let shift = DEPTH_OF_UNITS - 1 - self.depth;
            (north >> shift & 1) << 1 | east >> shift & 1
        } else {
            slot.0 >> (2 * (self.depth - DEPTH_OF_UNITS)) & 3
        };
        quarter as usize
    }

    /// A quarter of the cell, 0 to 3.
    pub(super) fn quarter(self, quarter: usize) -> Self {
        let Self { south, west, depth } = self;
        if depth >= DEPTH_OF_UNITS {
            return Self { depth: depth + 1, ..self };
        }
        let half = 1 << (DEPTH_OF_UNITS - 1 - depth);
        let (south_half, west_half) = (quarter as u32 >> 1, quarter as u32 & 1);
        Self { south: south + south_half * half, west: west + west_half * half, depth: depth + 1 }
    }

    /// Whether the units are in the cell.
    pub(super) fn holds(self, units: Units) -> bool {
        (units.north ^ self.south | units.east ^ self.west) & !self.last_offset() == 0
    }

    /// The first and last units from the South Pole.
    pub(super) fn norths(self) -> Span {
        Span { first: self.south, last: self.south | self.last_offset() }
    }

    /// The first and last units from longitude -180.
    pub(super) fn easts(self) -> Span {
        Span { first: self.west, last: self.west | self.last_offset() }
    }

    fn last_offset(self) -> u32 {
        u32::MAX.checked_shr(u32::from(self.depth)).unwrap_or(0)
    }
}

/// Units from the first to the last, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) first: u32,
    pub(super) last: u32,
}

impl Span {
    /// No units at all.
    pub(super) const EMPTY: Self = Self { first: 1, last: 0 };

    pub(super) fn holds(self, units: u32) -> bool {
        self.first <= units && units <= self.last
    }

    pub(super) fn touches(self, other: Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }

    /// How far the units are from the span; 0 within.
    pub(super) fn gap(self, units: i64) -> i64 {
        (i64::from(self.first) - units).max(units - i64::from(self.last)).max(0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::point::Slot;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// A point outside the cell that it was put into would never be found.
        #[test]
        fn a_point_is_in_its_quarter_and_in_no_other(north: u32, east: u32, slot: u32) {
            let point = Point { units: Units { north, east }, slot: Slot(slot) };
            let mut cell = Cell::WHOLE;
            for depth in 0..48 {
                let quarter = cell.quarter_of(point);
                for other in (0..4).filter(|&other| depth < 32 && other != quarter) {
                    prop_assert!(!cell.quarter(other).holds(point.units));
                }
                cell = cell.quarter(quarter);
                prop_assert!(cell.holds(point.units));
                prop_assert!(cell.norths().holds(north) && cell.easts().holds(east));
            }
            let last = Cell { south: north, west: east, depth: 48 };
            prop_assert_eq!(cell, last);
        }
    }

    #[test]
    fn a_gap_is_counted_from_the_nearer_end() {
        let span = Span { first: 10, last: 20 };
        assert_eq!([7, 10, 15, 20, 24].map(|units| span.gap(units)), [3, 0, 0, 0, 4]);
    }
}
