//! Where a client's point is in the tree.

use super::leaf::LEAF_POINTS_MAX;

/// The key of a leaf, and an index in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place(pub(super) u32);

impl Place {
    pub(super) fn new(leaf: u32, index: usize) -> Self {
        Self(leaf * LEAF_POINTS_MAX as u32 + index as u32)
    }

    pub(super) fn leaf(self) -> usize {
        self.0 as usize / LEAF_POINTS_MAX
    }

    pub(super) fn index(self) -> usize {
        self.0 as usize % LEAF_POINTS_MAX
    }
}
