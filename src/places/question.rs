//! What a source of places is asked.

use crate::earth::distance_metres;
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
    /// Who asks. Askers take turns while questions to a remote source wait. Nothing else depends on
    /// it, and the source does not learn it.
    pub asker: AskerId,
}

impl Question {
    /// A question of the default asker.
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

    /// Whether it wants any place at all. A source that costs money or other people's time sends no
    /// request if not.
    pub(super) fn wants_any(&self) -> bool {
        self.max.get() > 0
    }

    /// The radius in metres, for a request to a service, rounded to a millimetre: a product with
    /// 1,000 is not exact for every radius.
    pub(super) fn radius_metres(&self) -> f64 {
        (self.radius.metres() * 1000.0).round() / 1000.0
    }

    /// The question whose answer serves all that differ from this one in `max` only.
    pub(super) fn for_everyone(&self) -> Self {
        let max = MaxResults::new(RESULTS_MAX).expect("the most is in range");
        Self { max: if self.wants_any() { max } else { self.max }, ..*self }
    }
}
