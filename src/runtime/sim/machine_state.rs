//! What a world knows of a machine.

use super::files::Files;

/// A machine's name, clock and disk.
pub(super) struct MachineState {
    pub(super) name: String,
    /// How far its wall clock is ahead of the right time.
    pub(super) clock_ahead_ns: i64,
    pub(super) files: Files,
}
