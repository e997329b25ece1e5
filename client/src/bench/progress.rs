//! The progress of a measurement.

use super::budget::Budget;
use std::time::{Duration, Instant};

/// A part of a measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// One command for each client, so that the servers know all of them. Not measured.
    Filling,
    /// The load runs, but is not measured yet.
    WarmingUp,
    /// The part that the figures describe.
    Measuring,
}

/// The progress of a stage.
#[derive(Clone, Debug)]
pub struct Progress {
    stage: Stage,
    budget: Budget,
    begun: Instant,
    told: Instant,
    answered: u64,
    per_second: f64,
}

impl Progress {
    /// The progress of a stage that begins now.
    pub(super) fn at_start(stage: Stage, budget: Budget, now: Instant) -> Self {
        Self { stage, budget, begun: now, told: now, answered: 0, per_second: 0.0 }
    }

    /// Whether the next report of progress is due.
    pub(super) fn is_due(&self, now: Instant, every: Duration) -> bool {
        now - self.told >= every
    }

    /// How many commands have been answered.
    pub(super) fn advance(&mut self, now: Instant, answered: u64) {
        let span = (now - self.told).as_secs_f64();
        self.per_second = (answered - self.answered) as f64 / span.max(f64::MIN_POSITIVE);
        (self.told, self.answered) = (now, answered);
    }

    /// Which part it is.
    pub fn stage(&self) -> Stage {
        self.stage
    }

    /// How many commands a second were answered since the last time.
    pub fn commands_per_second(&self) -> f64 {
        self.per_second
    }

    /// How much of the stage is done, from 0 to 1.
    pub fn share(&self) -> f64 {
        let (done, of) = match self.budget {
            Budget::Count(count) => (self.answered as f64, count as f64),
            Budget::Until(end) => {
                ((self.told - self.begun).as_secs_f64(), (end - self.begun).as_secs_f64())
            }
        };
        if of > 0.0 { (done / of).min(1.0) } else { 1.0 }
    }
}
