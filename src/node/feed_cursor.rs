//! What one neighbor must be sent next.

use super::change_log::ChangeLog;
use super::origin::{NeighborId, Origin};

/// Where the feed of one neighbor stands in the log, and which lines it leaves out.
///
/// A line is not sent back to the neighbor that it was learned from, because that one has it. But
/// everything that was in the log when the neighbor asked to follow is sent, because the neighbor
/// may have lost it since.
///
/// A neighbor that restarts may ask to follow before the last lines from before its restart have
/// arrived here. They look as if the restarted neighbor had sent them, but it does not have them.
/// So once it is known that the neighbor has a new log, everything that came since it asked is
/// [sent, too](Self::send_whole).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedCursor {
    neighbor: NeighborId,
    /// The log's last number when the neighbor asked.
    asked_at: u64,
    sent: u64,
    send_whole_up_to: u64,
}

impl FeedCursor {
    /// A cursor for a neighbor that asks now and has everything up to `number`.
    pub fn new(neighbor: NeighborId, number: u64, log: &ChangeLog) -> Self {
        let last = log.last_number();
        Self { neighbor, asked_at: last, sent: number, send_whole_up_to: last }
    }

    /// Starts again from the beginning, for a neighbor that may have lost everything.
    pub fn begin_again(&mut self, log: &ChangeLog) {
        *self = Self::new(self.neighbor, 0, log);
    }

    /// Sends everything that came since the neighbor asked, whatever its origin: lines that seemed
    /// to come from the neighbor came from before its restart.
    pub fn send_whole(&mut self, log: &ChangeLog) {
        self.sent = self.sent.min(self.asked_at);
        self.send_whole_up_to = log.last_number();
    }

    /// The number up to which the neighbor has been sent everything.
    pub fn number(&self) -> u64 {
        self.sent
    }

    /// Appends the next lines for the neighbor and moves on. It takes lines with numbers up to
    /// `covered` until `out` holds `bytes_max` bytes, but at least one line if there is one.
    pub fn next_batch(
        &mut self,
        log: &ChangeLog,
        covered: u64,
        bytes_max: usize,
        out: &mut Vec<u8>,
    ) {
        for change in log.changes_after(self.sent) {
            if change.number > covered {
                break;
            }
            if self.sends(change.origin, change.number) {
                if !out.is_empty() && out.len() + change.line.len() > bytes_max {
                    return;
                }
                out.extend_from_slice(change.line);
            }
            self.sent = change.number;
        }
        self.sent = self.sent.max(covered.min(log.last_number()));
    }

    fn sends(&self, origin: Origin, number: u64) -> bool {
        origin != Origin::Neighbor(self.neighbor) || number <= self.send_whole_up_to
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::At;

    const BALL: NeighborId = NeighborId(0);
    const WELSH: NeighborId = NeighborId(1);

    fn take_in(log: &mut ChangeLog, client: &str, time: u32, origin: Origin) {
        let line = format!("AT Ball +0.000000000 {client} +0+0 {time}\n");
        let at = At::parse(line.as_bytes()).expect("the line is good");
        log.take_in(&at, line.as_bytes(), origin);
    }

    fn batch(cursor: &mut FeedCursor, log: &ChangeLog, covered: u64) -> Vec<String> {
        batch_of(cursor, log, covered, 1 << 16)
    }

    fn batch_of(
        cursor: &mut FeedCursor,
        log: &ChangeLog,
        covered: u64,
        bytes: usize,
    ) -> Vec<String> {
        let mut out = Vec::new();
        cursor.next_batch(log, covered, bytes, &mut out);
        let client = |line: &str| line.split(' ').nth(3).expect("an AT has a client").to_owned();
        String::from_utf8(out).expect("the lines are ASCII").lines().map(client).collect()
    }

    #[test]
    fn a_line_does_not_go_back_to_where_it_came_from() {
        let mut log = ChangeLog::new(1);
        let mut ball = FeedCursor::new(BALL, 0, &log);
        let mut welsh = FeedCursor::new(WELSH, 0, &log);
        take_in(&mut log, "own", 1, Origin::Here);
        take_in(&mut log, "balls", 1, Origin::Neighbor(BALL));
        assert_eq!(batch(&mut ball, &log, u64::MAX), ["own"]);
        assert_eq!(batch(&mut welsh, &log, u64::MAX), ["own", "balls"]);
        assert_eq!((ball.number(), welsh.number()), (2, 2));
    }

    #[test]
    fn what_was_in_the_log_when_the_neighbor_asked_is_sent_whole() {
        let mut log = ChangeLog::new(1);
        take_in(&mut log, "before", 1, Origin::Neighbor(BALL));
        let mut ball = FeedCursor::new(BALL, 0, &log);
        take_in(&mut log, "after", 1, Origin::Neighbor(BALL));
        assert_eq!(batch(&mut ball, &log, u64::MAX), ["before"]);
    }

    /// The simulation found that a herd could disagree for ever without this: Ball restarts and asks
    /// to follow, then the last words of its former self come in over a link that is still open.
    #[test]
    fn the_last_words_of_a_neighbors_former_self_are_sent_to_it() {
        let mut log = ChangeLog::new(1);
        take_in(&mut log, "before", 1, Origin::Here);
        let mut ball = FeedCursor::new(BALL, 0, &log);
        take_in(&mut log, "last-words", 1, Origin::Neighbor(BALL));
        assert_eq!(batch(&mut ball, &log, u64::MAX), ["before"]);
        ball.send_whole(&log);
        take_in(&mut log, "balls", 1, Origin::Neighbor(BALL));
        assert_eq!(batch(&mut ball, &log, u64::MAX), ["last-words"]);
        assert_eq!(ball.number(), 3);
    }

    #[test]
    fn nothing_uncovered_is_sent_or_counted() {
        let mut log = ChangeLog::new(1);
        let mut ball = FeedCursor::new(BALL, 0, &log);
        for client in ["a", "b", "c"] {
            take_in(&mut log, client, 1, Origin::Here);
        }
        assert_eq!(batch(&mut ball, &log, 2), ["a", "b"]);
        assert_eq!(ball.number(), 2);
        take_in(&mut log, "a", 2, Origin::Here);
        assert_eq!(batch(&mut ball, &log, 2), [""; 0]);
        assert_eq!(batch(&mut ball, &log, 4), ["c", "a"]);
        assert_eq!(ball.number(), 4);
    }

    #[test]
    fn a_batch_ends_at_its_limit_and_goes_on_from_there() {
        let mut log = ChangeLog::new(1);
        let mut ball = FeedCursor::new(BALL, 0, &log);
        for client in ["a", "b", "c"] {
            take_in(&mut log, client, 1, Origin::Here);
        }
        let line_bytes = "AT Ball +0.000000000 a +0+0 1\n".len();
        assert_eq!(batch_of(&mut ball, &log, 3, 2 * line_bytes), ["a", "b"]);
        assert_eq!(ball.number(), 2);
        assert_eq!(batch_of(&mut ball, &log, 3, 1), ["c"]);
        assert_eq!(ball.number(), 3);
    }
}
