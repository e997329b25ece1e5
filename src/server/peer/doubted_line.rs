//! A line of a neighbor whose times cannot be true.

use crate::node::Refusal;
use crate::protocol::{At, EXCERPT_BYTES_MAX, ServerName, Timestamp};

/// What is told of a line that was refused because of its times, in the place of many.
#[derive(Debug)]
pub(super) struct DoubtedLine {
    refusal: Refusal,
    /// The server that says it received the position.
    received_by: String,
    position_time: Timestamp,
    /// By how much the refused time is ahead of what it is compared with.
    seconds_ahead: i128,
    /// How many lines were refused for this reason since the last time.
    count: u64,
}

impl DoubtedLine {
    /// A line that was refused because one of its times is `ahead_ns` nanoseconds ahead.
    pub(super) fn new(at: &At<'_>, refusal: Refusal, ahead_ns: i128, count: u64) -> Self {
        let server = at.server();
        let shown = String::from_utf8_lossy(&server[..server.len().min(EXCERPT_BYTES_MAX)]);
        Self {
            refusal,
            received_by: shown.into_owned(),
            position_time: at.time(),
            seconds_ahead: ahead_ns / 1_000_000_000,
            count,
        }
    }

    /// Tells an operator.
    pub(super) fn tell(&self, server: &ServerName, neighbor: &ServerName) {
        let Self { refusal, received_by, position_time, seconds_ahead, count } = self;
        log::warn!(server:%, neighbor:%, count, received_by:?, position_time:%, seconds_ahead:%, reason:% = refusal; "refused lines of a neighbor");
    }
}
