//! On whose behalf something is asked.

/// Tells those apart who ask a service through the same fetcher, for example the connections of a
/// server: while requests wait for their turn, the askers take turns.
///
/// The default is one asker for all who say nothing about it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AskerId(u64);

impl AskerId {
    /// The asker with this number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }
}
