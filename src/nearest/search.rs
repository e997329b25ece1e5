//! Finding the clients nearest to a point.

use super::cell::Cell;
use super::leaf::Leaf;
use super::point::Slot;
use super::tree::{Child, Tree};
use super::units::{AROUND, Units};
use super::window::Window;
use crate::earth::distance_metres;
use crate::protocol::Coordinates;
use std::cmp::Ordering;

/// A client that was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Found {
    pub(super) slot: Slot,
    pub(super) at: Coordinates,
    pub(super) metres: f64,
}

/// The circle that is searched. It shrinks to the farthest client found as soon as there are enough.
#[derive(Clone, Copy, Debug)]
pub(super) struct Circle {
    pub(super) center: Coordinates,
    pub(super) metres: f64,
    pub(super) max: usize,
}

/// The clients of a circle, the nearest first, then by ID: at most `max`.
///
/// The cells near the center come first. So the circle has shrunk to about its final size by the
/// time that the others are looked at, and most of them are left out without being opened.
pub(super) fn nearest<'i>(
    tree: &Tree,
    circle: Circle,
    id_of: impl Fn(Slot) -> &'i [u8],
) -> Vec<Found> {
    let mut search = Search::new(circle, id_of);
    let mut ahead = Vec::new();
    let (cell, quarters) = tree.root();
    search.put_off(cell, quarters, &mut ahead);
    while let Some((cell, child)) = ahead.pop() {
        if !search.window.touches(cell) {
            continue;
        }
        match child {
            Child::Empty => {}
            Child::Branch(branch) => search.put_off(cell, tree.branch(branch).1, &mut ahead),
            Child::Leaf(leaf) => search.open(tree.leaf(leaf)),
        }
    }
    search.found
}

struct Search<F> {
    circle: Circle,
    window: Window,
    found: Vec<Found>,
    id_of: F,
    /// Where the center is in units, and how much shorter a degree of longitude is there.
    center: Units,
    cosine: f64,
}

impl<'i, F: Fn(Slot) -> &'i [u8]> Search<F> {
    fn new(circle: Circle, id_of: F) -> Self {
        Self {
            circle,
            window: Window::around(circle.center, circle.metres),
            found: Vec::new(),
            id_of,
            center: Units::of(circle.center),
            cosine: circle.center.latitude.to_radians().cos(),
        }
    }

    /// Has the quarters of a cell looked at later, but before everything that was put off earlier:
    /// the nearest first.
    fn put_off(&self, cell: Cell, quarters: [Child; 4], ahead: &mut Vec<(Cell, Child)>) {
        let mut near = [(0.0, 0); 4];
        for (quarter, entry) in near.iter_mut().enumerate() {
            *entry = (self.gap(cell.quarter(quarter)), quarter);
        }
        near.sort_unstable_by(|one, other| other.0.total_cmp(&one.0));
        let touched =
            near.into_iter().map(|(_, quarter)| (cell.quarter(quarter), quarters[quarter]));
        ahead.extend(
            touched.filter(|&(cell, child)| child != Child::Empty && self.window.touches(cell)),
        );
    }

    /// About how far a cell is, squared. It decides on the order only.
    fn gap(&self, cell: Cell) -> f64 {
        let north = cell.norths().gap(i64::from(self.center.north)) as f64;
        let easts = cell.easts();
        let east = i64::from(self.center.east);
        let east = [east, east - AROUND, east + AROUND]
            .map(|east| easts.gap(east))
            .into_iter()
            .min()
            .unwrap_or(0) as f64;
        let east = east * self.cosine;
        north * north + east * east
    }

    /// Looks at all clients of a leaf.
    fn open(&mut self, leaf: &Leaf) {
        for (index, point) in leaf.points().iter().enumerate() {
            if self.window.holds(point.units) {
                let at = leaf.coordinates(index);
                let metres = distance_metres(self.circle.center, at);
                self.offer(Found { slot: point.slot, at, metres });
            }
        }
        let Some(last) = self.found.last() else { return };
        if self.found.len() == self.circle.max && last.metres < self.circle.metres {
            self.circle.metres = last.metres;
            self.window = Window::around(self.circle.center, last.metres);
        }
    }

    fn offer(&mut self, new: Found) {
        if new.metres > self.circle.metres {
            return;
        }
        if self.found.len() == self.circle.max {
            let is_nearer = self.found.last().is_some_and(|last| self.order(&new, last).is_lt());
            if !is_nearer {
                return;
            }
            self.found.pop();
        }
        let index = self.found.partition_point(|found| self.order(found, &new).is_lt());
        self.found.insert(index, new);
    }

    fn order(&self, one: &Found, other: &Found) -> Ordering {
        let by_distance = one.metres.total_cmp(&other.metres);
        by_distance.then_with(|| (self.id_of)(one.slot).cmp((self.id_of)(other.slot)))
    }
}
