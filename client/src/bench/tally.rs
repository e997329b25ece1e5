//! The counts of a stage.

use super::kind::Kind;
use hdrhistogram::Histogram;
use std::time::Duration;

/// Latencies are recorded from a nanosecond to a minute; a longer one counts as a minute.
const LATENCY_NS_MAX: u64 = 60_000_000_000;

/// Significant decimal digits of a latency.
const DIGITS: u8 = 3;

/// The replies of one stage.
#[derive(Debug)]
pub(super) struct Tally {
    told: Histogram<u64>,
    asked: Histogram<u64>,
    refused: u64,
    lost: u64,
}

impl Tally {
    /// A tally of no replies.
    pub(super) fn new() -> Self {
        let empty = || {
            Histogram::new_with_bounds(1, LATENCY_NS_MAX, DIGITS)
                .expect("the bounds and the digits are ones that a histogram takes")
        };
        Self { told: empty(), asked: empty(), refused: 0, lost: 0 }
    }

    /// Counts `count` commands that were answered well, `latency` after they were sent.
    pub(super) fn well(&mut self, kind: Kind, latency: Duration, count: u64) {
        let nanos = u64::try_from(latency.as_nanos()).unwrap_or(u64::MAX);
        let latencies = match kind {
            Kind::Tell => &mut self.told,
            Kind::Ask => &mut self.asked,
        };
        latencies.saturating_record_n(nanos, count);
    }

    /// Counts `count` commands that were refused.
    pub(super) fn refused(&mut self, count: u64) {
        self.refused += count;
    }

    /// Counts a connection that broke with `count` commands under way.
    pub(super) fn lost(&mut self, under_way: usize) {
        self.lost += under_way.max(1) as u64;
    }

    /// How many commands were answered, well or not.
    pub(super) fn answered(&self) -> u64 {
        self.told.len() + self.asked.len() + self.refused
    }

    /// How many commands were refused or lost. A connection that broke counts as at least one.
    pub(super) fn errors(&self) -> u64 {
        self.refused + self.lost
    }

    /// The latencies of the commands of this kind that were answered well.
    pub(super) fn latencies(&self, kind: Kind) -> &Histogram<u64> {
        match kind {
            Kind::Tell => &self.told,
            Kind::Ask => &self.asked,
        }
    }
}
