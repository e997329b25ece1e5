//! Where a record is in memory.

/// Addresses count in steps of this size, so that 32 bits reach 16 GiB.
pub(super) const UNIT_BYTES: usize = 4;

/// The place of a record: a number of units, counted through all chunks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Address(pub(super) u32);

impl Address {
    /// No record: what comes before the first one, and after the last one.
    pub(super) const NONE: Self = Self(u32::MAX);

    pub(super) fn to_option(self) -> Option<Self> {
        (self != Self::NONE).then_some(self)
    }
}
