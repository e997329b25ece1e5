//! What is near a position: sources of places, and the reply they make.
//!
//! This room owns the shape of a Nearby Search reply and everything that can answer one. It knows
//! no sockets and no clocks: a source that asks over HTTP does so through a
//! [`Fetcher`](crate::fetch::Fetcher).

mod answer;
mod api_key;
mod bounds;
mod distance;
mod file;
mod gazetteer;
mod google;
mod layout;
mod place;
mod shape;

pub use answer::Answer;
pub use api_key::{API_KEY_BYTES_MAX, ApiKey, InvalidApiKey, REDACTED_KEY_BYTES_MIN};
pub use distance::{EARTH_RADIUS_METRES, distance_metres};
pub use file::{FilePlaces, InvalidPlacesFile, PLACES_FILE_BYTES_MAX};
pub use gazetteer::Gazetteer;
pub use google::{GOOGLE_BASE, GooglePlaces, InvalidBase};
pub use layout::lay_out;
pub use place::Place;
pub use shape::InvalidAnswer;

use crate::protocol::{Coordinates, MaxResults, Radius};
use async_trait::async_trait;
use std::fmt;

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
