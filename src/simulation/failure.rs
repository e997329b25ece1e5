//! A run that broke a rule.

use std::fmt;

/// How many of the last lines of the trace are shown.
const LINES_SHOWN: usize = 80;

/// The rule that a run broke, and how to reproduce it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub(super) seed: u64,
    pub(super) rule: String,
    pub(super) command: String,
    pub(super) trace: Vec<String>,
}

impl Failure {
    /// The seed of the run.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The rule that was broken, and by which server.
    pub fn rule(&self) -> &str {
        &self.rule
    }

    /// The trace of the run: what happened before, as far back as it is kept.
    pub fn trace(&self) -> &[String] {
        &self.trace
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let left_out = self.trace.len().saturating_sub(LINES_SHOWN);
        if left_out > 0 {
            writeln!(f, "({left_out} earlier lines: --trace shows them)")?;
        }
        for line in &self.trace[left_out..] {
            writeln!(f, "{line}")?;
        }
        writeln!(f, "seed {} broke a rule: {}", self.seed, self.rule)?;
        write!(f, "replay: {}", self.command)
    }
}

impl std::error::Error for Failure {}
