//! A row that was measured, and whether it reached its target.

use crate::problem::Outcome;
use crate::row::{Row, Target};
use crate::statistics::{Comparison, bounds, median};
use std::fmt;

/// A row and the result of measuring it.
pub(crate) struct Measured<'a> {
    pub(crate) row: &'a Row,
    pub(crate) result: Outcome<Summary>,
}

/// What was measured for a row, in brief and in full.
#[derive(Clone, Debug)]
pub(crate) struct Summary {
    /// The median of our figures.
    pub(crate) ours: f64,
    /// The median of theirs or, in a row of one side, the target.
    pub(crate) theirs: f64,
    /// The median of the pairs' ratios.
    pub(crate) ratio: f64,
    /// The least and the greatest of the pairs' ratios.
    pub(crate) ratio_bounds: (f64, f64),
    /// The target for the ratio, if there is one.
    pub(crate) ratio_wanted: Option<f64>,
    /// All figures.
    pub(crate) comparison: Comparison,
}

/// Whether a row reached its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Reached,
    Missed,
    /// There is no target.
    Open,
}

impl<'a> Measured<'a> {
    /// A row with what was measured, or why nothing was.
    pub(crate) fn new(row: &'a Row, result: Outcome<Comparison>) -> Self {
        Self { row, result: result.map(|comparison| Summary::new(row, comparison)) }
    }

    /// Whether the row reached its target; None if it was not measured.
    pub(crate) fn verdict(&self) -> Option<Verdict> {
        let summary = self.result.as_ref().ok()?;
        let reached = match self.row.target() {
            None => return Some(Verdict::Open),
            Some(Target::Ratio(limit)) => summary.ratio <= limit,
            Some(Target::Figure(limit)) => summary.ours <= limit,
        };
        Some(if reached { Verdict::Reached } else { Verdict::Missed })
    }

    /// The target, in words.
    pub(crate) fn target(&self) -> String {
        match self.row.target() {
            None => String::new(),
            Some(Target::Ratio(limit)) => format!("≤ {limit}"),
            Some(Target::Figure(limit)) => format!("≤ {limit} {}", self.row.unit()),
        }
    }
}

impl Summary {
    fn new(row: &Row, comparison: Comparison) -> Self {
        let ratios = comparison.ratios();
        let theirs = median(comparison.theirs());
        let ratio_wanted = row.target().map(|target| match target {
            Target::Ratio(ratio) => ratio,
            Target::Figure(figure) => figure / theirs,
        });
        Self {
            ours: median(comparison.ours()),
            theirs,
            ratio: median(&ratios),
            ratio_bounds: bounds(&ratios),
            ratio_wanted,
            comparison,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Reached => "yes",
            Self::Missed => "no",
            Self::Open => "",
        })
    }
}
