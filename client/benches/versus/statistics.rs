//! Medians and ranges of measured figures.

use std::iter::zip;

/// The figures of both sides of a row: one of each side for every pair of turns.
#[derive(Clone, Debug, Default)]
pub(crate) struct Comparison {
    ours: Vec<f64>,
    theirs: Vec<f64>,
}

impl Comparison {
    /// Adds a pair of turns.
    pub(crate) fn push(&mut self, ours: f64, theirs: f64) {
        self.ours.push(ours);
        self.theirs.push(theirs);
    }

    /// Our side's figures.
    pub(crate) fn ours(&self) -> &[f64] {
        &self.ours
    }

    /// The other side's figures.
    pub(crate) fn theirs(&self) -> &[f64] {
        &self.theirs
    }

    /// Our figure divided by theirs, pair by pair. Other work of the machine slows both of a pair,
    /// so it mostly cancels out.
    pub(crate) fn ratios(&self) -> Vec<f64> {
        zip(&self.ours, &self.theirs).map(|(ours, theirs)| ours / theirs).collect()
    }
}

/// The middle one of some numbers, or the mean of the two in the middle.
///
/// # Panics
/// When there is no number.
pub(crate) fn median(numbers: &[f64]) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let upper = sorted.len() / 2;
    if sorted.len() % 2 == 1 { sorted[upper] } else { (sorted[upper - 1] + sorted[upper]) / 2.0 }
}

/// The least and the greatest of some numbers.
pub(crate) fn bounds(numbers: &[f64]) -> (f64, f64) {
    let least = numbers.iter().copied().fold(f64::INFINITY, f64::min);
    let greatest = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    (least, greatest)
}

/// A number with three digits, or more if it has more before its point.
pub(crate) fn three_digits(number: f64) -> String {
    let magnitude = number.abs().max(1e-6).log10().floor();
    let decimals = (2.0 - magnitude).max(0.0) as usize;
    format!("{number:.decimals$}")
}

/// The same without zeros at its end, for numbers that a person has chosen.
pub(crate) fn up_to_three_digits(number: f64) -> String {
    let text = three_digits(number);
    if !text.contains('.') {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
