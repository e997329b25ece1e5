//! What is near a position: sources of places, and the replies that they give.
//!
//! This room owns the shape of a Nearby Search reply and everything that can answer one. It knows
//! no sockets: a source that asks over HTTP does so through a [`Fetcher`](crate::fetch::Fetcher), and
//! what keeps answers for a while asks the runtime for the time.

mod answer;
mod api_key;
mod base;
mod cached;
mod chain;
mod coalesced;
mod file;
mod gazetteer;
mod google;
mod google_new;
mod json_text;
mod layout;
mod lenient;
mod link;
mod nearby_search;
mod notes;
mod number;
mod photon;
mod place;
mod places_error;
mod question;
mod remote;
mod service;
mod shape;
mod source;
mod verdict;

pub use crate::fetch::AskerId;
pub use answer::Answer;
pub use api_key::{API_KEY_BYTES_MAX, ApiKey, InvalidApiKey, REDACTED_KEY_BYTES_MIN};
pub use base::InvalidBase;
pub use cached::{CacheLimits, Cached, InvalidCacheLimits};
pub use chain::Chain;
pub use coalesced::Coalesced;
pub use file::{FilePlaces, InvalidPlacesFile, PLACES_FILE_BYTES_MAX};
pub use gazetteer::Gazetteer;
pub use google::{GOOGLE_BASE, Google};
pub use google_new::{
    FieldMask, GOOGLE_NEW_BASE, GOOGLE_NEW_FIELD_MASK, GoogleNew, InvalidFieldMask,
};
pub use layout::lay_out;
pub use photon::{PHOTON_BASE, Photon};
pub use place::Place;
pub use places_error::PlacesError;
pub use question::Question;
pub use remote::Remote;
pub use service::Service;
pub use shape::InvalidAnswer;
pub use source::Places;
