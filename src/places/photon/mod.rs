//! Photon, which searches OpenStreetMap and needs no key.
//!
//! This folder owns the question as the service wants it and the mapping of its GeoJSON.
//! `docs/PLACES.md` has the mapping as a table.

mod feature;
mod mapping;

use super::answer::Answer;
use super::base::InvalidBase;
use super::base::endpoint;
use super::json_text::read_json;
use super::places_error::PlacesError;
use super::question::Question;
use super::service::Service;
use crate::fetch::{FetchRequest, FetchResponse, Url};
use feature::{Collection, PLACE_KEYS};
use std::fmt;

/// The URL of the service that Photon's makers run. Everyone may use it, within reason.
pub const PHOTON_BASE: &str = "https://photon.komoot.io";

/// The path of the search around a position, below the base.
const REVERSE: &str = "/reverse";

/// How many features are asked for. It is more than a reply has, because some are not places or are
/// too far away. The service gives no more than 50.
const FEATURES_MAX: usize = 50;

/// The smallest radius that is asked for, in kilometres: the service refuses 0.
const RADIUS_KM_MIN: f64 = 0.001;

/// Identifies this program to the service, as its terms of use ask.
const USER_AGENT: &str = concat!("herd-server/", env!("CARGO_PKG_VERSION"));

/// A Photon service. The nearest place comes first.
///
/// Each request asks for as many places as any question may want, so that its answer serves
/// everyone in that place. A question for no places sends no request.
#[derive(Clone)]
pub struct Photon {
    endpoint: Url,
}

impl Photon {
    /// The service of Photon's makers.
    pub fn new() -> Self {
        let endpoint = endpoint(PHOTON_BASE, REVERSE).expect("Photon's base is a good one");
        Self { endpoint }
    }

    /// The same at another place, such as one's own: `base` is what comes before
    /// `/reverse`, a URL of `http` or `https`.
    ///
    /// # Errors
    /// When `base` is anything else, or has a user name, a password, a query or a fragment.
    pub fn with_base(self, base: &str) -> Result<Self, InvalidBase> {
        Ok(Self { endpoint: endpoint(base, REVERSE)? })
    }
}

impl Default for Photon {
    fn default() -> Self {
        Self::new()
    }
}

impl Service for Photon {
    fn request(&self, question: &Question) -> Option<FetchRequest> {
        let Question { center, radius, max: _, asker: _ } = question;
        let kilometres = (radius.metres() / 1000.0).max(RADIUS_KM_MIN);
        let tags: String = PLACE_KEYS.iter().map(|key| format!("&osm_tag={key}")).collect();
        let query = format!(
            "lat={}&lon={}&radius={kilometres}&limit={FEATURES_MAX}{tags}",
            center.latitude, center.longitude
        );
        let mut url = self.endpoint.clone();
        url.set_query(Some(&query));
        question.wants_any().then(|| FetchRequest::get(url).with_header("User-Agent", USER_AGENT))
    }

    fn answer(&self, question: &Question, response: FetchResponse) -> Result<Answer, PlacesError> {
        match response.status() {
            200 => {}
            429 => return Ok(Answer::over_query_limit()),
            status => return Err(PlacesError::of_status(status)),
        }
        let collection: Collection<'_> = read_json("GeoJSON of Photon's", response.body())?;
        Ok(mapping::answer(question, &collection.features.0))
    }
}

impl fmt::Debug for Photon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let endpoint = self.endpoint.as_str();
        f.debug_struct("Photon").field("endpoint", &endpoint).finish_non_exhaustive()
    }
}
