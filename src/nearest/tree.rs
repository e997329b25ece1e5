//! All clients in cells, small where there are many.

use super::cell::Cell;
use super::clients::Clients;
use super::leaf::{LEAF_POINTS_MAX, Leaf};
use super::place::Place;
use super::point::{Point, Slot};
use super::units::Units;
use crate::protocol::Coordinates;
use slab::Slab;
use std::hint::black_box;

/// The most clients in an index. A place counts leaves with 26 bits, and no leaf is empty.
pub const CLIENTS_MAX: usize = 1 << 26;

/// Four leaves become one when they have this many points together: half of what divides a leaf,
/// so that a client that goes to and fro costs nothing.
const MERGED_POINTS_MAX: usize = LEAF_POINTS_MAX / 2;

/// A leaf with more points than this does not look whether it can be merged.
const SPARSE_POINTS_MAX: usize = LEAF_POINTS_MAX / 4;

/// The key of the branch that is the whole map.
const ROOT: u32 = 0;

/// A quadtree: branches divide the map by four until a cell has at most 64 clients.
///
/// A client that moves within its cell, as most do, changes only its own point.
#[derive(Debug)]
pub(super) struct Tree {
    branches: Slab<Branch>,
    leaves: Slab<Leaf>,
}

#[derive(Debug)]
struct Branch {
    cell: Cell,
    parent: u32,
    quarters: [Child; 4],
}

/// What a quarter of a branch's cell has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Child {
    /// No clients.
    Empty,
    /// More clients than a leaf can have.
    Branch(u32),
    /// Some clients.
    Leaf(u32),
}

impl Tree {
    pub(super) fn new() -> Self {
        let mut branches = Slab::new();
        let whole = Branch { cell: Cell::WHOLE, parent: ROOT, quarters: [Child::Empty; 4] };
        assert_eq!(branches.insert(whole), ROOT as usize, "an empty slab begins with key 0");
        Self { branches, leaves: Slab::new() }
    }

    /// Adds a client that has no place yet.
    pub(super) fn add(&mut self, clients: &mut Clients, slot: Slot, at: Coordinates) {
        self.put_in(clients, Point { units: Units::of(at), slot }, at);
    }

    /// Moves a client.
    pub(super) fn move_to(&mut self, clients: &mut Clients, slot: Slot, at: Coordinates) {
        let (units, place) = (Units::of(at), clients.place(slot));
        let leaf = &mut self.leaves[place.leaf()];
        if leaf.cell.holds(units) {
            leaf.set(place.index(), units, at);
        } else {
            self.take_out(clients, place);
            self.put_in(clients, Point { units, slot }, at);
        }
    }

    /// The cells and contents of the map's quarters.
    pub(super) fn root(&self) -> (Cell, [Child; 4]) {
        self.branch(ROOT)
    }

    /// A branch's cell and its quarters.
    pub(super) fn branch(&self, branch: u32) -> (Cell, [Child; 4]) {
        let Branch { cell, quarters, .. } = self.branches[branch as usize];
        (cell, quarters)
    }

    pub(super) fn leaf(&self, leaf: u32) -> &Leaf {
        &self.leaves[leaf as usize]
    }

    fn put_in(&mut self, clients: &mut Clients, point: Point, at: Coordinates) {
        let mut branch = ROOT;
        loop {
            let Branch { cell, quarters, .. } = self.branches[branch as usize];
            let quarter = cell.quarter_of(point);
            match quarters[quarter] {
                Child::Branch(below) => branch = below,
                Child::Leaf(leaf) if self.leaf(leaf).is_full() => {
                    branch = self.divide(clients, leaf)
                }
                Child::Leaf(leaf) => return self.push(clients, leaf, point, at),
                Child::Empty => {
                    let leaf = self.grow_leaf(branch, quarter);
                    return self.push(clients, leaf, point, at);
                }
            }
        }
    }

    fn push(&mut self, clients: &mut Clients, leaf: u32, point: Point, at: Coordinates) {
        let index = self.leaves[leaf as usize].push(point, at);
        clients.set_place(point.slot, Place::new(leaf, index));
    }

    /// Hangs an empty leaf on a branch.
    fn grow_leaf(&mut self, branch: u32, quarter: usize) -> u32 {
        let cell = self.branches[branch as usize].cell.quarter(quarter);
        let leaf = key(self.leaves.insert(Leaf::new(cell, branch)));
        self.branches[branch as usize].quarters[quarter] = Child::Leaf(leaf);
        leaf
    }

    /// Puts a branch in the place of a leaf. None of the new leaves has more points than the old.
    fn divide(&mut self, clients: &mut Clients, leaf: u32) -> u32 {
        let old = self.leaves.remove(leaf as usize);
        let new = Branch { cell: old.cell, parent: old.parent, quarters: [Child::Empty; 4] };
        let branch = key(self.branches.insert(new));
        self.exchange(old.parent, Child::Leaf(leaf), Child::Branch(branch));
        for (index, &point) in old.points().iter().enumerate() {
            let quarter = old.cell.quarter_of(point);
            let leaf = match self.branches[branch as usize].quarters[quarter] {
                Child::Leaf(leaf) => leaf,
                Child::Empty | Child::Branch(_) => self.grow_leaf(branch, quarter),
            };
            self.push(clients, leaf, point, old.coordinates(index));
        }
        branch
    }

    fn take_out(&mut self, clients: &mut Clients, place: Place) {
        let (key, index) = (place.leaf(), place.index());
        let leaf = &mut self.leaves[key];
        if let Some(moved) = leaf.swap_remove(index) {
            clients.set_place(moved, place);
        }
        let (points, parent) = (leaf.len(), leaf.parent);
        if points == 0 {
            self.leaves.remove(key);
            self.exchange(parent, Child::Leaf(key as u32), Child::Empty);
        }
        if points <= SPARSE_POINTS_MAX {
            self.merge(clients, parent);
        }
    }

    /// Puts one leaf, or nothing, in the place of a branch that has few points, and of those above.
    fn merge(&mut self, clients: &mut Clients, mut branch: u32) {
        while branch != ROOT && self.is_sparse(branch) {
            let old = self.branches.remove(branch as usize);
            let mut new = Leaf::new(old.cell, old.parent);
            for quarter in old.quarters {
                let Child::Leaf(leaf) = quarter else { continue };
                let leaf = self.leaves.remove(leaf as usize);
                for (index, &point) in leaf.points().iter().enumerate() {
                    new.push(point, leaf.coordinates(index));
                }
            }
            let child = self.hang(clients, new);
            self.exchange(old.parent, Child::Branch(branch), child);
            branch = old.parent;
        }
    }

    /// Whether a branch has only leaves, and so few points that one leaf is enough.
    fn is_sparse(&self, branch: u32) -> bool {
        let mut points = 0;
        for quarter in self.branches[branch as usize].quarters {
            match quarter {
                Child::Empty => {}
                Child::Leaf(leaf) => points += self.leaf(leaf).len(),
                Child::Branch(_) => return false,
            }
        }
        points <= MERGED_POINTS_MAX
    }

    /// Keeps a leaf that has all its points already, unless it has none.
    fn hang(&mut self, clients: &mut Clients, leaf: Leaf) -> Child {
        if leaf.len() == 0 {
            return Child::Empty;
        }
        let key = key(self.leaves.insert(leaf));
        for (index, point) in self.leaves[key as usize].points().iter().enumerate() {
            clients.set_place(point.slot, Place::new(key, index));
        }
        Child::Leaf(key)
    }

    fn exchange(&mut self, branch: u32, old: Child, new: Child) {
        let quarters = &mut self.branches[branch as usize].quarters;
        let quarter = quarters.iter_mut().find(|quarter| **quarter == old);
        *quarter.expect("a parent has its child") = new;
    }

    /// Brings the points of clients into the processor's cache, step by step, so that the waits
    /// for memory overlap.
    pub(super) fn prefetch(&self, clients: &Clients, slots: &[Slot]) {
        for &slot in slots {
            black_box(self.leaves.get(clients.place(slot).leaf()).map(Leaf::len));
        }
        for &slot in slots {
            let place = clients.place(slot);
            let leaf = self.leaves.get(place.leaf());
            black_box(leaf.and_then(|leaf| leaf.points().get(place.index()).copied()));
        }
    }

    /// The bytes that the tree holds.
    pub(super) fn held_bytes(&self) -> usize {
        self.branches.capacity() * size_of::<Branch>()
            + self.leaves.capacity() * size_of::<Leaf>()
            + self.leaves.iter().map(|(_, leaf)| leaf.held_bytes()).sum::<usize>()
    }
}

fn key(key: usize) -> u32 {
    u32::try_from(key).expect("there are fewer leaves and branches than clients may be")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(latitude: f64, longitude: f64) -> Coordinates {
        Coordinates { latitude, longitude }
    }

    impl Tree {
        /// All points as the branches lead to them; checks what must always hold on the way.
        fn walk(&self, clients: &Clients, branch: u32, out: &mut Vec<(u32, Coordinates)>) {
            let (cell, quarters) = self.branch(branch);
            for (quarter, child) in quarters.into_iter().enumerate() {
                match child {
                    Child::Empty => {}
                    Child::Branch(below) => {
                        let Branch { cell: own, parent, .. } = self.branches[below as usize];
                        assert_eq!((own, parent), (cell.quarter(quarter), branch));
                        self.walk(clients, below, out);
                    }
                    Child::Leaf(key) => {
                        let leaf = self.leaf(key);
                        assert_eq!((leaf.cell, leaf.parent), (cell.quarter(quarter), branch));
                        assert!((1..=LEAF_POINTS_MAX).contains(&leaf.len()));
                        for (index, point) in leaf.points().iter().enumerate() {
                            let place = clients.place(point.slot);
                            assert_eq!((place.leaf(), place.index()), (key as usize, index));
                            assert!(leaf.cell.holds(point.units));
                            out.push((point.slot.0, leaf.coordinates(index)));
                        }
                    }
                }
            }
        }
    }

    /// A tree whose clients are numbered from 0 on.
    struct Numbered {
        tree: Tree,
        clients: Clients,
        slots: Vec<Slot>,
    }

    impl Numbered {
        fn new() -> Self {
            Self { tree: Tree::new(), clients: Clients::default(), slots: Vec::new() }
        }

        fn add(&mut self, to: Coordinates) {
            let slot = self.clients.add(b"kiwi").expect("there is room");
            self.tree.add(&mut self.clients, slot, to);
            self.slots.push(slot);
        }

        fn move_to(&mut self, number: usize, to: Coordinates) {
            self.tree.move_to(&mut self.clients, self.slots[number], to);
        }

        fn points(&self) -> Vec<Coordinates> {
            let mut found = Vec::new();
            self.tree.walk(&self.clients, ROOT, &mut found);
            found.sort_by_key(|&(slot, _)| slot);
            assert!(found.iter().map(|&(slot, _)| slot).eq(self.slots.iter().map(|slot| slot.0)));
            found.into_iter().map(|(_, at)| at).collect()
        }

        fn leaves(&self) -> usize {
            self.tree.leaves.len()
        }
    }

    /// A depot: more clients at one point than a leaf can have, and nothing to divide them by.
    #[test]
    fn any_number_of_clients_may_stand_at_one_point() {
        let mut tree = Numbered::new();
        for _ in 0..1_000 {
            tree.add(at(34.0, -118.0));
        }
        assert_eq!(tree.points(), [at(34.0, -118.0); 1_000]);
        for slot in 0..1_000 {
            tree.move_to(slot, at(35.0, 90.0));
        }
        assert_eq!(tree.points(), [at(35.0, 90.0); 1_000]);
    }

    /// Without merging, a fleet that drives around would leave cells behind everywhere.
    #[test]
    fn cells_that_clients_have_left_are_given_back() {
        let mut tree = Numbered::new();
        let scattered = |slot: usize| at((slot % 60) as f64, (slot % 173) as f64);
        for slot in 0..3_000 {
            tree.add(scattered(slot));
        }
        assert!(tree.leaves() > 47, "{} leaves", tree.leaves());
        for slot in 64..3_000 {
            tree.move_to(slot, at(-45.0, -100.0));
        }
        for slot in 0..64 {
            tree.move_to(slot, at(-45.0, -100.0));
        }
        let one_point = tree.leaves();
        for slot in 0..2_990 {
            tree.move_to(slot, scattered(slot));
        }
        for slot in 0..2_990 {
            tree.move_to(slot, at(-45.0, -100.0));
        }
        assert_eq!(tree.points(), [at(-45.0, -100.0); 3_000]);
        assert!(one_point < 3_000 / 16 && tree.leaves() < 3_000 / 16, "{one_point} leaves");
    }

    proptest! {
        #[test]
        fn it_holds_what_a_plain_table_holds(
            moves in prop::collection::vec((0..400usize, 0..5u8, 0..5u8, any::<bool>()), 0..2_000),
        ) {
            let (mut tree, mut plain) = (Numbered::new(), Vec::new());
            for (slot, north, east, is_fine) in moves {
                let fine = if is_fine { 1e-9 } else { 0.0 };
                // Some are far apart, and some differ only in the last unit.
                let degrees = |step: u8| f64::from(step / 3) * 40.0 + f64::from(step % 3) * 1e-7;
                let to = at(degrees(north) + fine, degrees(east));
                match slot < plain.len() {
                    true => {
                        tree.move_to(slot, to);
                        plain[slot] = to;
                    }
                    false => {
                        tree.add(to);
                        plain.push(to);
                    }
                }
            }
            prop_assert_eq!(tree.points(), plain);
        }
    }
}
