//! Photon, which searches OpenStreetMap and needs no key.
//!
//! This folder owns the question as the service wants it and the mapping of its GeoJSON.
//! `docs/PLACES.md` has the mapping as a table.

mod feature;
mod mapping;

use super::base::endpoint;
use super::{Answer, InvalidBase, Places, PlacesError, Question};
use crate::fetch::{FetchRequest, FetchResponse, Fetcher, Url};
use async_trait::async_trait;
use feature::{Collection, PLACE_KEYS};
use std::fmt;

/// Where the service of Photon's makers is. It is for everyone, and asks for fair use.
pub const PHOTON_BASE: &str = "https://photon.komoot.io";

/// The path of the search around a position, below the base.
const REVERSE: &str = "/reverse";

/// How many features are asked for: more than a reply has, since some are not places or too far. The
/// service gives no more than 50.
const FEATURES_MAX: usize = 50;

/// The smallest radius that is asked for, in kilometres: the service takes none of 0.
const RADIUS_KM_MIN: f64 = 0.001;

/// Requests say who asks, as fair use needs.
const USER_AGENT: &str = concat!("herd-server/", env!("CARGO_PKG_VERSION"));

/// The source that asks a Photon service. The nearest place comes first.
///
/// Each question asks for as many places as anyone can want, so that its answer serves everyone in
/// that place. A question for none asks nobody.
pub struct PhotonPlaces<F: Fetcher> {
    fetcher: F,
    endpoint: Url,
}

impl<F: Fetcher> PhotonPlaces<F> {
    /// A source that asks the service of Photon's makers.
    pub fn new(fetcher: F) -> Self {
        let endpoint = endpoint(PHOTON_BASE, REVERSE).expect("Photon's base is a good one");
        Self { fetcher, endpoint }
    }

    /// The same source with another service, such as one's own: `base` is what comes before
    /// `/reverse`, a URL of `http` or `https`.
    ///
    /// # Errors
    /// When `base` is anything else, or has a user name, a password, a query or a fragment.
    pub fn with_base(self, base: &str) -> Result<Self, InvalidBase> {
        Ok(Self { endpoint: endpoint(base, REVERSE)?, ..self })
    }

    fn request(&self, question: &Question) -> FetchRequest {
        let Question { center, radius, max: _ } = question;
        let kilometres = (radius.metres() / 1000.0).max(RADIUS_KM_MIN);
        let tags: String = PLACE_KEYS.iter().map(|key| format!("&osm_tag={key}")).collect();
        let query = format!(
            "lat={}&lon={}&radius={kilometres}&limit={FEATURES_MAX}{tags}",
            center.latitude, center.longitude
        );
        let mut url = self.endpoint.clone();
        url.set_query(Some(&query));
        FetchRequest::get(url).with_header("User-Agent", USER_AGENT)
    }
}

#[async_trait]
impl<F: Fetcher> Places for PhotonPlaces<F> {
    async fn nearby(&self, question: &Question) -> Result<Answer, PlacesError> {
        if !question.wants_any() {
            return Ok(Answer::zero_results());
        }
        match self.fetcher.fetch(self.request(question)).await {
            Ok(response) => answer(question, &response),
            Err(error) => {
                Err(PlacesError::new(format!("no answer from the places service: {error}")))
            }
        }
    }
}

impl<F: Fetcher> fmt::Debug for PhotonPlaces<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let endpoint = self.endpoint.as_str();
        f.debug_struct("PhotonPlaces").field("endpoint", &endpoint).finish_non_exhaustive()
    }
}

fn answer(question: &Question, response: &FetchResponse) -> Result<Answer, PlacesError> {
    let refused = |status| match status {
        429 => Ok(Answer::refusal("OVER_QUERY_LIMIT", "the places service answered 429")),
        _ => Err(PlacesError::new(format!("the places service answered {status}"))),
    };
    if response.status() != 200 {
        return refused(response.status());
    }
    let collection: Collection<'_> = serde_json::from_slice(response.body()).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let what = "the places service answered with no GeoJSON of Photon's";
        PlacesError::new(format!("{what}: wrong at line {line} column {column}"))
    })?;
    Ok(mapping::answer(question, &collection.features))
}
