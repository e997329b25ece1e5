//! What is near a position: sources of places, and the reply they make.
//!
//! This room owns the shape of a Nearby Search reply and everything that can answer one. It knows
//! no sockets: a source that asks over HTTP does so through a [`Fetcher`](crate::fetch::Fetcher), and
//! what keeps answers for a while asks the runtime for the time.

mod answer;
mod api_key;
mod base;
mod bounds;
mod cached;
mod chain;
mod distance;
mod file;
mod gazetteer;
mod google;
mod google_new;
mod layout;
mod link;
mod notes;
mod number;
mod photon;
mod place;
mod shape;
mod shared;
mod verdict;

pub use answer::Answer;
pub use api_key::{API_KEY_BYTES_MAX, ApiKey, InvalidApiKey, REDACTED_KEY_BYTES_MIN};
pub use base::InvalidBase;
pub use cached::{CacheLimits, Cached, InvalidCacheLimits};
pub use chain::Chain;
pub use distance::{EARTH_RADIUS_METRES, distance_metres};
pub use file::{FilePlaces, InvalidPlacesFile, PLACES_FILE_BYTES_MAX};
pub use gazetteer::Gazetteer;
pub use google::{GOOGLE_BASE, GooglePlaces};
pub use google_new::{
    FieldMask, GOOGLE_NEW_BASE, GOOGLE_NEW_FIELD_MASK, GoogleNewPlaces, InvalidFieldMask,
};
pub use layout::lay_out;
pub use photon::{PHOTON_BASE, PhotonPlaces};
pub use place::Place;
pub use shape::InvalidAnswer;
pub use shared::Shared;

use crate::protocol::{Coordinates, MaxResults, RESULTS_MAX, Radius};
use async_trait::async_trait;
use std::fmt;
use std::sync::Arc;

/// What a WHATSAT asks of a source of places.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Question {
    /// Where the client is.
    pub center: Coordinates,
    /// How far from there, at most.
    pub radius: Radius,
    /// How many places, at most. A source may return more: the reply is cut.
    pub max: MaxResults,
}

impl Question {
    /// Whether it wants any place at all. A source that costs money or others' time does not ask
    /// for none.
    fn wants_any(&self) -> bool {
        self.max.get() > 0
    }

    /// The question whose answer serves all that differ from this one in `max` only.
    fn for_everyone(&self) -> Self {
        let max = MaxResults::new(RESULTS_MAX).expect("the most is in range");
        Self { max: if self.wants_any() { max } else { self.max }, ..*self }
    }
}

/// A source of places.
#[async_trait]
pub trait Places: Send + Sync + 'static {
    /// Finds what is near. A source that answers with a status of its own (`REQUEST_DENIED`, ...)
    /// has answered: that is an [`Answer`], not an error.
    ///
    /// # Errors
    /// When the source could not be reached, took too long, or made no sense. The client then gets
    /// a reply of the usual shape, with the status `UNKNOWN_ERROR` and the error's text.
    async fn nearby(&self, question: &Question) -> Result<Answer, PlacesError>;
}

#[async_trait]
impl<P: Places + ?Sized> Places for Arc<P> {
    async fn nearby(&self, question: &Question) -> Result<Answer, PlacesError> {
        (**self).nearby(question).await
    }
}

/// No answer came from a source of places. The text goes to clients: it says what happened, and
/// holds no key and no other secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacesError(String);

impl PlacesError {
    /// An error that says what happened.
    pub fn new(what_happened: impl Into<String>) -> Self {
        Self(what_happened.into())
    }
}

impl fmt::Display for PlacesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for PlacesError {}
