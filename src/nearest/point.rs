//! A client on the map.

use super::units::Units;

/// The number of a client in the index. No two clients have the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slot(pub(super) u32);

/// Where one client is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Point {
    pub(super) units: Units,
    pub(super) slot: Slot,
}
