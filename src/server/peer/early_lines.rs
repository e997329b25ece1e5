//! The lines of a neighbor that came too early.

use crate::protocol::Timestamp;
use std::time::Duration;

/// The longest time that passes before a neighbor is asked again.
const ASK_AGAIN_MAX: Duration = Duration::from_secs(60);

/// What a link remembers of lines that were refused because their receive times were ahead of this
/// server's clock. They may be good later, and a feed tells each line once; so the follower has to
/// ask again.
///
/// It keeps no line: only the earliest receive time, whatever the neighbor sends.
#[derive(Debug)]
pub(super) struct EarlyLines {
    clock_tolerance: Duration,
    link_began: Duration,
    earliest_ns: Option<i128>,
}

impl EarlyLines {
    /// None so far, on a link that begins at the uptime `link_began`.
    pub(super) fn new(clock_tolerance: Duration, link_began: Duration) -> Self {
        Self { clock_tolerance, link_began, earliest_ns: None }
    }

    /// A line was refused that says it was received at `received_ns` nanoseconds after 1970.
    pub(super) fn note(&mut self, received_ns: i128) {
        self.earliest_ns = Some(self.earliest_ns.map_or(received_ns, |it| it.min(received_ns)));
    }

    /// Whether there were any on this link.
    pub(super) fn is_empty(&self) -> bool {
        self.earliest_ns.is_none()
    }

    /// Whether to ask the neighbor again when the wall clock shows `now`: one of the lines is good
    /// by then, and the link is at least as old as the tolerance, or [`ASK_AGAIN_MAX`].
    ///
    /// The second condition bounds the work that a neighbor with a wrong clock causes, because each
    /// time it sends everything since the first line that was too early.
    pub(super) fn are_due(&self, now: Timestamp, uptime: Duration) -> bool {
        let wait = self.clock_tolerance.min(ASK_AGAIN_MAX);
        let tolerated_ns = i128::from(now.as_nanos()) + self.clock_tolerance.as_nanos() as i128;
        self.earliest_ns.is_some_and(|earliest_ns| earliest_ns <= tolerated_ns)
            && uptime.saturating_sub(self.link_began) >= wait
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINK_BEGAN: Duration = Duration::from_secs(7);

    fn early_lines(clock_tolerance: u64, received: &[i128]) -> EarlyLines {
        let mut early = EarlyLines::new(Duration::from_secs(clock_tolerance), LINK_BEGAN);
        received.iter().for_each(|second| early.note(second * 1_000_000_000));
        early
    }

    fn are_due(early: &EarlyLines, now: u64, link_age: u64) -> bool {
        let now = Timestamp::from_nanos(now * 1_000_000_000);
        early.are_due(now, LINK_BEGAN + Duration::from_secs(link_age))
    }

    /// Servers whose clocks agree again would disagree until the client reports again.
    #[test]
    fn the_neighbor_is_asked_again_once_the_earliest_line_is_good() {
        let early = early_lines(5, &[1_020, 1_010, 1 << 60]);
        assert_eq!([1_004, 1_005, 1_006].map(|now| are_due(&early, now, 100)), [false, true, true]);
        let none = early_lines(5, &[]);
        assert!(none.is_empty() && !early.is_empty());
        assert!(!are_due(&none, 2_000, 100));
    }

    /// A neighbor with a wrong clock would otherwise send its log again without a pause.
    #[test]
    fn the_neighbor_is_not_asked_again_before_the_link_has_some_age() {
        let early = early_lines(5, &[1_000]);
        assert_eq!([0, 4, 5].map(|age| are_due(&early, 1_000, age)), [false, false, true]);
        let tolerant = early_lines(3_600, &[1_000]);
        assert_eq!([59, 60].map(|age| are_due(&tolerant, 1_000, age)), [false, true]);
    }
}
