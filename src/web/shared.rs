//! What all connections of one door share.

use super::held::{Held, Share};
use super::problem::Problem;
use super::refused::Refused;
use crate::runtime::Turns;
use std::fmt;

/// The bytes of bodies of all connections together, in and out: 64 MiB.
const BODIES_BYTES_MAX: usize = 64 * 1024 * 1024;

/// The part of each body that does not count there. Without it, some that send large bodies slowly
/// could keep everybody else out.
const BODY_BYTES_RESERVED: usize = 16 * 1024;

/// How many streams of events there may be at a time.
const EVENT_STREAMS_MAX: usize = 256;

/// How many questions of all connections together may wait for places.
const LOOKUPS_MAX: usize = 64;

/// What all that come in may hold together.
pub(super) struct Shared {
    /// The bytes of bodies, in and out.
    bodies: Held,
    /// Streams of events.
    pub(super) streams: Held,
    /// Questions that wait for places.
    pub(super) lookups: Held,
    /// Who looks through the change log: one at a time.
    pub(super) scans: Turns,
    pub(super) refused: Refused,
}

impl Shared {
    pub(super) fn new() -> Self {
        Self {
            bodies: Held::new(BODIES_BYTES_MAX),
            streams: Held::new(EVENT_STREAMS_MAX),
            lookups: Held::new(LOOKUPS_MAX),
            scans: Turns::default(),
            refused: Refused::default(),
        }
    }

    /// Makes room for a body of this size.
    pub(super) fn hold(&self, bytes: usize) -> Result<Share, Problem> {
        self.hold_more(0, bytes)
    }

    /// Makes room for a body that grows from `before` to `after` bytes.
    pub(super) fn hold_more(&self, before: usize, after: usize) -> Result<Share, Problem> {
        let counted = |bytes: usize| bytes.saturating_sub(BODY_BYTES_RESERVED);
        let share = self.bodies.take(counted(after) - counted(before));
        share.ok_or(Problem::later("the server holds as many bodies as it may"))
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A few that send two mebibytes slowly kept all phones out.
    #[test]
    fn small_bodies_have_room_when_large_ones_have_taken_all() {
        let shared = Shared::new();
        let _all = shared.hold(BODIES_BYTES_MAX + BODY_BYTES_RESERVED).expect("there is room");
        assert!(shared.hold(BODY_BYTES_RESERVED).is_ok());
        let _some = shared.hold_more(BODY_BYTES_RESERVED - 1, BODY_BYTES_RESERVED);
        let refused = shared.hold_more(BODY_BYTES_RESERVED, BODY_BYTES_RESERVED + 1);
        let problem = Problem::later("the server holds as many bodies as it may");
        assert_eq!(refused.err(), Some(problem));
    }
}
