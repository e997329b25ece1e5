//! The clients in one cell.

use super::cell::Cell;
use super::point::{Point, Slot};
use super::units::Units;
use crate::protocol::Coordinates;

/// The most clients in a leaf. With fewer, there are more cells to visit; with more, there are more
/// clients to compare.
pub(super) const LEAF_POINTS_MAX: usize = 64;

/// How many points are allocated at a time: doubling would leave a quarter of the memory empty.
const POINTS_STEP: usize = 8;

/// The clients in one cell, in no order.
///
/// Units say exactly where a client is if its position has up to seven decimals. As soon as one in
/// the leaf has more, the leaf keeps the coordinates of all.
#[derive(Debug)]
pub(super) struct Leaf {
    pub(super) cell: Cell,
    /// The key of the branch that the leaf hangs on.
    pub(super) parent: u32,
    points: Vec<Point>,
    /// As long as `points`, or empty if the units say it all.
    exact: Vec<Coordinates>,
}

impl Leaf {
    pub(super) fn new(cell: Cell, parent: u32) -> Self {
        Self { cell, parent, points: Vec::new(), exact: Vec::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.points.len()
    }

    pub(super) fn is_full(&self) -> bool {
        self.len() == LEAF_POINTS_MAX
    }

    pub(super) fn points(&self) -> &[Point] {
        &self.points
    }

    /// Exactly where the client at `index` is.
    pub(super) fn coordinates(&self, index: usize) -> Coordinates {
        self.exact.get(index).copied().unwrap_or_else(|| self.points[index].units.coordinates())
    }

    /// Adds a client and returns its index.
    pub(super) fn push(&mut self, point: Point, at: Coordinates) -> usize {
        let index = self.len();
        make_room(&mut self.points);
        self.points.push(point);
        if self.is_exact() || point.units.coordinates() != at {
            self.note_exactly(index, at);
        }
        index
    }

    /// Moves the client at `index` within the cell.
    pub(super) fn set(&mut self, index: usize, units: Units, at: Coordinates) {
        self.points[index].units = units;
        if self.is_exact() || units.coordinates() != at {
            self.note_exactly(index, at);
        }
    }

    /// Takes the client at `index` out. The last one takes its place and is returned, unless it
    /// was the last one itself.
    pub(super) fn swap_remove(&mut self, index: usize) -> Option<Slot> {
        self.points.swap_remove(index);
        if self.is_exact() {
            self.exact.swap_remove(index);
        }
        if self.points.capacity() >= self.len() + 2 * POINTS_STEP {
            self.points.shrink_to(self.len() + POINTS_STEP / 2);
            self.exact.shrink_to(self.exact.len() + POINTS_STEP / 2);
        }
        self.points.get(index).map(|point| point.slot)
    }

    fn is_exact(&self) -> bool {
        !self.exact.is_empty()
    }

    fn note_exactly(&mut self, index: usize, at: Coordinates) {
        while self.exact.len() < self.points.len() {
            make_room(&mut self.exact);
            self.exact.push(self.points[self.exact.len()].units.coordinates());
        }
        self.exact[index] = at;
    }

    /// The bytes that the leaf holds, but for itself.
    pub(super) fn held_bytes(&self) -> usize {
        self.points.capacity() * size_of::<Point>()
            + self.exact.capacity() * size_of::<Coordinates>()
    }
}

fn make_room<T>(items: &mut Vec<T>) {
    if items.len() == items.capacity() {
        items.reserve_exact(POINTS_STEP);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(latitude: f64, longitude: f64) -> Coordinates {
        Coordinates { latitude, longitude }
    }

    fn push(leaf: &mut Leaf, slot: u32, position: Coordinates) {
        leaf.push(Point { units: Units::of(position), slot: Slot(slot) }, position);
    }

    fn all(leaf: &Leaf) -> Vec<(u32, Coordinates)> {
        let slots = leaf.points().iter().map(|point| point.slot.0);
        slots.enumerate().map(|(index, slot)| (slot, leaf.coordinates(index))).collect()
    }

    /// The memory goal holds because positions with few decimals are not kept twice.
    #[test]
    fn only_a_position_with_many_decimals_makes_a_leaf_keep_coordinates() {
        let mut leaf = Leaf::new(Cell::WHOLE, 0);
        push(&mut leaf, 0, at(34.0689301, -118.4451271));
        push(&mut leaf, 1, at(0.0, 1.0));
        assert_eq!(leaf.held_bytes(), 8 * 12);
        push(&mut leaf, 2, at(0.1 + 0.2, 2.0));
        leaf.set(1, Units::of(at(1e-9, 1.0)), at(1e-9, 1.0));
        let expected =
            [(0, at(34.0689301, -118.4451271)), (1, at(1e-9, 1.0)), (2, at(0.1 + 0.2, 2.0))];
        assert_eq!(all(&leaf), expected);
        assert_eq!(leaf.swap_remove(0), Some(Slot(2)));
        assert_eq!(all(&leaf), [expected[2], expected[1]]);
        assert_eq!(leaf.swap_remove(1), None);
        assert_eq!(all(&leaf), [expected[2]]);
    }

    #[test]
    fn a_leaf_that_empties_gives_memory_back() {
        let mut leaf = Leaf::new(Cell::WHOLE, 0);
        for slot in 0..64 {
            push(&mut leaf, slot, at(0.1 + 0.2, f64::from(slot)));
        }
        assert!(leaf.is_full());
        assert_eq!(leaf.held_bytes(), 64 * (12 + 16));
        for _ in 0..60 {
            leaf.swap_remove(0);
        }
        assert!(leaf.held_bytes() <= 20 * (12 + 16), "{} bytes", leaf.held_bytes());
    }
}
