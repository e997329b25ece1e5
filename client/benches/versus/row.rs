//! One line of the comparison: what is measured, on whom, and what is to be reached.

use crate::problem::{Outcome, Problem};
use crate::stage::Stage;
use crate::statistics::{Comparison, bounds, median, three_digits};
use crate::trial::Trial;
use std::fmt;

/// A row that can be measured. Its figures are costs: less is better.
pub(crate) struct Row {
    name: String,
    what: String,
    unit: &'static str,
    ours: Box<dyn Trial>,
    theirs: Option<Box<dyn Trial>>,
    target: Option<Target>,
}

/// What is to be reached.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Target {
    /// The median of the ratios of ours to theirs is at most this.
    Ratio(f64),
    /// The median of our figures is at most this.
    Figure(f64),
}

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

impl Row {
    /// A row of two sides.
    pub(crate) fn of_two(
        name: impl Into<String>,
        what: impl Into<String>,
        unit: &'static str,
        ours: impl Trial + 'static,
        theirs: impl Trial + 'static,
    ) -> Self {
        let (ours, theirs) = (Box::new(ours), Box::new(theirs));
        Self {
            name: name.into(),
            what: what.into(),
            unit,
            ours,
            theirs: Some(theirs),
            target: None,
        }
    }

    /// A row of one side, which is held against a figure only.
    pub(crate) fn of_one(
        name: impl Into<String>,
        what: impl Into<String>,
        unit: &'static str,
        ours: impl Trial + 'static,
        limit: f64,
    ) -> Self {
        let (ours, target) = (Box::new(ours), Some(Target::Figure(limit)));
        Self { name: name.into(), what: what.into(), unit, ours, theirs: None, target }
    }

    /// The same row with something to reach.
    pub(crate) fn aiming_at(self, target: Target) -> Self {
        Self { target: Some(target), ..self }
    }

    /// What the row is called by.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// What is measured, in words.
    pub(crate) fn what(&self) -> &str {
        &self.what
    }

    /// What its figures count.
    pub(crate) fn unit(&self) -> &'static str {
        self.unit
    }

    /// Whether there is another side that is measured.
    pub(crate) fn has_rival(&self) -> bool {
        self.theirs.is_some()
    }

    /// What is to be reached.
    pub(crate) fn target(&self) -> Option<Target> {
        self.target
    }

    /// Measures both sides in turn.
    pub(crate) fn measure(&self, stage: &Stage) -> Outcome<Summary> {
        eprintln!("{}: {}", self.name, self.what);
        let mut ours = self.ours.begin(stage)?;
        let mut theirs = self.theirs.as_ref().map(|theirs| theirs.begin(stage)).transpose()?;
        let mut comparison = Comparison::default();
        for pair in 1..=stage.extent.pairs {
            let our_figure = ours()?;
            let their_figure = match &mut theirs {
                Some(measure) => measure()?,
                None => self.limit()?,
            };
            comparison.push(our_figure, their_figure);
            let [our_text, their_text, ratio] =
                [our_figure, their_figure, our_figure / their_figure].map(three_digits);
            let (unit, pairs) = (self.unit, stage.extent.pairs);
            eprintln!("    {pair} of {pairs}: {our_text} to {their_text} {unit} is {ratio}");
        }
        Ok(self.summary(comparison))
    }

    fn limit(&self) -> Outcome<f64> {
        match self.target {
            Some(Target::Figure(limit)) => Ok(limit),
            Some(Target::Ratio(_)) | None => Err(Problem::from("there is nothing to compare with")),
        }
    }

    fn summary(&self, comparison: Comparison) -> Summary {
        let ratios = comparison.ratios();
        let theirs = median(comparison.theirs());
        let ratio_wanted = self.target.map(|target| match target {
            Target::Ratio(ratio) => ratio,
            Target::Figure(figure) => figure / theirs,
        });
        Summary {
            ours: median(comparison.ours()),
            theirs,
            ratio: median(&ratios),
            ratio_bounds: bounds(&ratios),
            ratio_wanted,
            comparison,
        }
    }
}

impl Measured<'_> {
    /// How the row stands to what is to be reached; None when it was not measured.
    pub(crate) fn verdict(&self) -> Option<Verdict> {
        let summary = self.result.as_ref().ok()?;
        let reached = match self.row.target {
            None => return Some(Verdict::Open),
            Some(Target::Ratio(limit)) => summary.ratio <= limit,
            Some(Target::Figure(limit)) => summary.ours <= limit,
        };
        Some(if reached { Verdict::Reached } else { Verdict::Missed })
    }

    /// What is to be reached, in words.
    pub(crate) fn target(&self) -> String {
        match self.row.target {
            None => String::new(),
            Some(Target::Ratio(limit)) => format!("≤ {limit}"),
            Some(Target::Figure(limit)) => format!("≤ {limit} {}", self.row.unit),
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
