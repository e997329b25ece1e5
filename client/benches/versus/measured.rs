//! A row that was measured, and how it stands.

use crate::problem::Outcome;
use crate::row::{Row, Target};
use crate::statistics::{Comparison, bounds, median};
use std::fmt;

/// A row and what came of measuring it.
pub(crate) struct Measured<'a> {
    pub(crate) row: &'a Row,
    pub(crate) result: Outcome<Summary>,
}

/// What was measured for a row, in brief and in full.
#[derive(Clone, Debug)]
pub(crate) struct Summary {
    /// The median of our figures.
    pub(crate) ours: f64,
    /// The median of theirs, or, where there is nobody else, the figure that is to be reached.
    pub(crate) theirs: f64,
    /// The median of the pairs' ratios.
    pub(crate) ratio: f64,
    /// The least and the greatest of the pairs' ratios.
    pub(crate) ratio_bounds: (f64, f64),
    /// The ratio that is to be reached, as far as something is.
    pub(crate) ratio_wanted: Option<f64>,
    /// All figures.
    pub(crate) comparison: Comparison,
}

/// How a row stands to what is to be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Reached,
    Missed,
    /// Nothing is to be reached.
    Open,
}

impl<'a> Measured<'a> {
    /// A row with what was measured, or why nothing was.
    pub(crate) fn new(row: &'a Row, result: Outcome<Comparison>) -> Self {
        Self { row, result: result.map(|comparison| Summary::new(row, comparison)) }
    }

    /// How the row stands to what is to be reached; None when it was not measured.
    pub(crate) fn verdict(&self) -> Option<Verdict> {
        let summary = self.result.as_ref().ok()?;
        let reached = match self.row.target() {
            None => return Some(Verdict::Open),
            Some(Target::Ratio(limit)) => summary.ratio <= limit,
            Some(Target::Figure(limit)) => summary.ours <= limit,
        };
        Some(if reached { Verdict::Reached } else { Verdict::Missed })
    }

    /// What is to be reached, in words.
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
