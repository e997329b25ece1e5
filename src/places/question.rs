//! What a source of places is asked.

use super::distance::distance_metres;
use crate::fetch::AskerId;
use crate::protocol::{Coordinates, MaxResults, RESULTS_MAX, Radius};

/// What a WHATSAT asks a source of places.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Question {
    /// Where the client is.
    pub center: Coordinates,
    /// How far from there, at most.
    pub radius: Radius,
    /// How many places, at most. A source may return more: the reply is cut.
    pub max: MaxResults,
    /// Who asks. While questions to a remote source wait, the askers take turns; nothing else depends
    /// on it, and the source does not learn it.
    pub asker: AskerId,
}

impl Question {
    /// A question of the default asker's.
    pub fn new(center: Coordinates, radius: Radius, max: MaxResults) -> Self {
        Self { center, radius, max, asker: AskerId::default() }
    }

    /// The same question on behalf of `asker`.
    pub fn asked_by(self, asker: AskerId) -> Self {
        Self { asker, ..self }
    }

    /// Whether a place is within the radius.
    pub fn reaches(&self, place: Coordinates) -> bool {
        distance_metres(self.center, place) <= self.radius.metres()
    }

    /// Whether it wants any place at all. A source that costs money or others' time does not ask
    /// for none.
    pub(super) fn wants_any(&self) -> bool {
        self.max.get() > 0
    }

    /// The radius in metres, as a service is asked: a product of 1,000 is not exact for every radius,
    /// and a millimetre more or less is nothing.
    pub(super) fn radius_metres(&self) -> f64 {
        (self.radius.metres() * 1000.0).round() / 1000.0
    }

    /// The question whose answer serves all that differ from this one in `max` only.
    pub(super) fn for_everyone(&self) -> Self {
        let max = MaxResults::new(RESULTS_MAX).expect("the most is in range");
        Self { max: if self.wants_any() { max } else { self.max }, ..*self }
    }
}
