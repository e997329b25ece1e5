//! One row of the comparison: what is measured, of which servers, and the target.

use crate::problem::Outcome;
use crate::stage::Stage;
use crate::statistics::{Comparison, three_digits};
use crate::trial::Trial;

/// A row that can be measured. Its figures are costs: less is better.
pub(crate) struct Row {
    name: String,
    what: String,
    unit: &'static str,
    ours: Box<dyn Trial>,
    rival: Rival,
    target: Option<Target>,
}

/// What our side is compared with.
enum Rival {
    /// Another side, measured in turn with ours.
    Side(Box<dyn Trial>),
    /// A figure.
    Limit(f64),
}

/// The target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Target {
    /// The median of the ratios of ours to theirs is at most this.
    Ratio(f64),
    /// The median of our figures is at most this.
    Figure(f64),
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
        let (ours, rival) = (Box::new(ours), Rival::Side(Box::new(theirs)));
        Self { name: name.into(), what: what.into(), unit, ours, rival, target: None }
    }

    /// A row of one side, which is held against a figure only.
    pub(crate) fn of_one(
        name: impl Into<String>,
        what: impl Into<String>,
        unit: &'static str,
        ours: impl Trial + 'static,
        limit: f64,
    ) -> Self {
        let (ours, rival) = (Box::new(ours), Rival::Limit(limit));
        let target = Some(Target::Figure(limit));
        Self { name: name.into(), what: what.into(), unit, ours, rival, target }
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
        matches!(self.rival, Rival::Side(_))
    }

    /// The target.
    pub(crate) fn target(&self) -> Option<Target> {
        self.target
    }

    /// Measures both sides in turn.
    pub(crate) fn measure(&self, stage: &Stage) -> Outcome<Comparison> {
        eprintln!("{}: {}", self.name, self.what);
        let mut ours = self.ours.begin(stage)?;
        let mut theirs = match &self.rival {
            Rival::Side(trial) => trial.begin(stage)?,
            Rival::Limit(limit) => Box::new(|| Ok(*limit)),
        };
        let mut comparison = Comparison::default();
        let pairs = stage.extent.pairs;
        for pair in 1..=pairs {
            let (ours, theirs) = (ours()?, theirs()?);
            comparison.push(ours, theirs);
            let [ours, theirs, ratio] = [ours, theirs, ours / theirs].map(three_digits);
            eprintln!("    {pair} of {pairs}: {ours} to {theirs} {} is {ratio}", self.unit);
        }
        Ok(comparison)
    }
}
