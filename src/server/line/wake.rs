//! Why a session goes on.

/// Why a session wakes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wake {
    /// Something went in or out.
    Progress,
    /// The time for something to go in or out has passed.
    TimeIsUp,
    /// The server forces its sessions to end.
    Forced,
}
