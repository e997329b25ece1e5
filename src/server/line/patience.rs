//! How long a client may take for what it does.

use crate::config::Limits;
use std::time::Duration;

/// When a client last did what is expected of it. All times are values of the clock's uptime.
///
/// A client is expected to take its replies, to end a line that it began, and to say something now
/// and then. Each has a limit of its own, so that a client that does one of them cannot leave out
/// another for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Patience {
    /// When it last took a reply, or a reply began to wait for it.
    taken: Duration,
    /// When it began the line that is not whole yet.
    line_begun: Option<Duration>,
    /// When something last went in or out.
    active: Duration,
}

/// What a client owes at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owes {
    /// It has replies to take.
    Taking,
    /// Nothing but to be there.
    Presence,
    /// Nothing at all: it waits for the server.
    Nothing,
}

impl Patience {
    pub(super) fn new(now: Duration) -> Self {
        Self { taken: now, line_begun: None, active: now }
    }

    /// The client took some of its replies, or the first of them began to wait.
    pub(super) fn note_taken(&mut self, now: Duration) {
        self.taken = self.taken.max(now);
        self.active = self.active.max(now);
        // While its replies waited, nothing was read from it.
        self.line_begun = self.line_begun.map(|begun| begun.max(now));
    }

    /// The client is read from again, after a wait that was not its fault.
    pub(super) fn note_resumed(&mut self, now: Duration) {
        self.active = self.active.max(now);
        self.line_begun = self.line_begun.map(|begun| begun.max(now));
    }

    /// Bytes came in.
    pub(super) fn note_heard(&mut self, now: Duration) {
        self.active = now;
    }

    /// Whether the client has begun a line, after all that is here was taken in.
    pub(super) fn note_line(&mut self, is_begun: bool, now: Duration) {
        self.line_begun = is_begun.then(|| self.line_begun.unwrap_or(now));
    }

    /// A line ended, so the one that is begun now is another.
    pub(super) fn note_line_end(&mut self) {
        self.line_begun = None;
    }

    /// When the patience ends; None if it does not.
    pub(super) fn ends(&self, owes: Owes, limits: &Limits) -> Option<Duration> {
        let idle = limits.idle.map(|idle| self.active + idle);
        let line = self.line_begun.map(|begun| begun + limits.line);
        match owes {
            Owes::Taking => Some(self.taken + limits.stall),
            Owes::Presence => [idle, line].into_iter().flatten().min(),
            Owes::Nothing => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn limits() -> Limits {
        let (idle, stall, line) = (Some(300 * SECOND), 30 * SECOND, 20 * SECOND);
        Limits { idle, stall, line, ..Limits::default() }
    }

    /// A client that takes nothing and sends a byte now and then held its slot for ever.
    #[test]
    fn only_taking_counts_while_replies_wait() {
        let mut patience = Patience::new(SECOND);
        patience.note_heard(25 * SECOND);
        assert_eq!(patience.ends(Owes::Taking, &limits()), Some(31 * SECOND));
        patience.note_taken(26 * SECOND);
        assert_eq!(patience.ends(Owes::Taking, &limits()), Some(56 * SECOND));
    }

    /// A client that sends a byte every four seconds held its slot for ever.
    #[test]
    fn a_line_that_is_begun_must_end_however_much_comes() {
        let mut patience = Patience::new(SECOND);
        patience.note_line(true, 2 * SECOND);
        patience.note_heard(20 * SECOND);
        patience.note_line(true, 20 * SECOND);
        assert_eq!(patience.ends(Owes::Presence, &limits()), Some(22 * SECOND));
        patience.note_line_end();
        patience.note_line(true, 21 * SECOND);
        assert_eq!(patience.ends(Owes::Presence, &limits()), Some(41 * SECOND));
        patience.note_line(false, 21 * SECOND);
        assert_eq!(patience.ends(Owes::Presence, &limits()), Some(320 * SECOND));
    }

    #[test]
    fn a_client_that_waits_for_places_owes_nothing() {
        let patience = Patience::new(SECOND);
        assert_eq!(patience.ends(Owes::Nothing, &limits()), None);
        let patient = Limits { idle: None, ..limits() };
        assert_eq!(patience.ends(Owes::Presence, &patient), None);
    }
}
