//! How long the other side of a connection may take for what it does.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

/// The longest that a connection may be open between two requests.
pub(super) const KEEP_ALIVE_SPAN: Duration = Duration::from_secs(75);

/// The longest that the head of a request may take, from its first byte to its last.
pub(super) const HEAD_SPAN: Duration = Duration::from_secs(10);

/// What a connection is at. All times are values of the clock's uptime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pace {
    phase: Phase,
    /// Since when the other side has taken nothing of what it could take.
    blocked: Option<Duration>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// No request has begun, since this time.
    Idle(Duration),
    /// The head of a request has begun, at this time.
    Head(Duration),
    /// A request is being answered. How long its body may take is limited where it is read.
    Answering,
}

impl Pace {
    fn new(now: Duration) -> Self {
        Self { phase: Phase::Idle(now), blocked: None }
    }

    /// Bytes came in.
    pub(super) fn heard(&mut self, now: Duration) {
        if let Phase::Idle(_) = self.phase {
            self.phase = Phase::Head(now);
        }
    }

    /// The head of a request is whole.
    pub(super) fn asked(&mut self) {
        self.phase = Phase::Answering;
    }

    /// The reply has been produced.
    pub(super) fn answered(&mut self, now: Duration) {
        self.phase = Phase::Idle(now);
    }

    /// The other side takes nothing for now.
    pub(super) fn blocked(&mut self, now: Duration) {
        self.blocked.get_or_insert(now);
    }

    /// The other side has taken something.
    pub(super) fn taken(&mut self) {
        self.blocked = None;
    }

    /// Whether a request is being answered.
    pub(super) fn is_answering(&self) -> bool {
        self.phase == Phase::Answering
    }

    /// When the patience ends; None if nothing is owed. `stall` is how long the other side may take
    /// nothing.
    pub(super) fn ends(&self, stall: Duration) -> Option<Duration> {
        let phase = match self.phase {
            Phase::Idle(since) => Some(since + KEEP_ALIVE_SPAN),
            Phase::Head(since) => Some(since + HEAD_SPAN),
            Phase::Answering => None,
        };
        let blocked = self.blocked.map(|since| since + stall);
        [phase, blocked].into_iter().flatten().min()
    }
}

/// A connection's pace, which its stream, its requests and its driver look at.
#[derive(Clone, Debug)]
pub(super) struct SharedPace(Arc<Mutex<Pace>>);

impl SharedPace {
    pub(super) fn new(now: Duration) -> Self {
        Self(Arc::new(Mutex::new(Pace::new(now))))
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Pace> {
        self.0.lock().expect("nothing panics while it holds the pace")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// A head that comes byte by byte would otherwise hold its slot for ever.
    #[test]
    fn a_head_has_one_deadline_however_often_bytes_come() {
        let mut pace = Pace::new(SECOND);
        assert_eq!(pace.ends(SECOND), Some(76 * SECOND));
        pace.heard(5 * SECOND);
        pace.heard(9 * SECOND);
        assert_eq!(pace.ends(SECOND), Some(15 * SECOND));
        pace.asked();
        assert_eq!((pace.ends(SECOND), pace.is_answering()), (None, true));
        pace.answered(20 * SECOND);
        assert_eq!(pace.ends(SECOND), Some(95 * SECOND));
    }

    /// A reader that takes nothing would otherwise hold what was written for it.
    #[test]
    fn a_reader_that_takes_nothing_has_a_deadline_that_nothing_else_moves() {
        let mut pace = Pace::new(SECOND);
        pace.asked();
        pace.blocked(2 * SECOND);
        pace.blocked(20 * SECOND);
        pace.heard(25 * SECOND);
        assert_eq!(pace.ends(30 * SECOND), Some(32 * SECOND));
        pace.taken();
        assert_eq!(pace.ends(30 * SECOND), None);
    }
}
