//! Google's new Places API, whose replies become those of Nearby Search.
//!
//! This folder owns the question as the service wants it and the mapping of what it says.
//! `docs/PLACES.md` has the mapping as tables.

mod field_mask;
mod mapping;
mod refusal;
mod wire;

pub use field_mask::{FieldMask, GOOGLE_NEW_FIELD_MASK, InvalidFieldMask};

use super::base::endpoint;
use super::{Answer, ApiKey, InvalidBase, Places, PlacesError, Question};
use crate::fetch::{FetchRequest, FetchResponse, Fetcher, Url};
use crate::protocol::RESULTS_MAX;
use async_trait::async_trait;
use std::fmt;

/// Where Google's own service is.
pub const GOOGLE_NEW_BASE: &str = "https://places.googleapis.com";

/// The path of the new Nearby Search, below the base.
const SEARCH_NEARBY: &str = "/v1/places:searchNearby";

/// The smallest radius that is asked for, in metres: the service takes none of 0.
const RADIUS_METRES_MIN: f64 = 1.0;

/// The source that asks Google's Places API (New), which new keys have.
///
/// Each question asks for [`RESULTS_MAX`] places, since a request costs the same for one as for all:
/// so that its answer serves everyone in that place. A question for none asks nobody.
pub struct GoogleNewPlaces<F: Fetcher> {
    fetcher: F,
    endpoint: Url,
    key: ApiKey,
    mask: FieldMask,
}

impl<F: Fetcher> GoogleNewPlaces<F> {
    /// A source that asks Google, as the customer whose key this is, for the fields of
    /// [`GOOGLE_NEW_FIELD_MASK`].
    pub fn new(fetcher: F, key: ApiKey) -> Self {
        let endpoint =
            endpoint(GOOGLE_NEW_BASE, SEARCH_NEARBY).expect("Google's base is a good one");
        Self { fetcher, endpoint, key, mask: FieldMask::default() }
    }

    /// The same source with another service: `base` is what comes before `/v1/places:...`, a URL of
    /// `http` or `https`.
    ///
    /// # Errors
    /// When `base` is anything else, or has a user name, a password, a query or a fragment.
    pub fn with_base(self, base: &str) -> Result<Self, InvalidBase> {
        Ok(Self { endpoint: endpoint(base, SEARCH_NEARBY)?, ..self })
    }

    /// The same source, asking for other fields: they decide what a request costs.
    pub fn with_field_mask(self, mask: FieldMask) -> Self {
        Self { mask, ..self }
    }

    fn request(&self, question: &Question) -> FetchRequest {
        let Question { center, radius, max: _ } = question;
        // A product of 1,000 is not exact for every radius; a millimetre more or less is nothing.
        let metres = (radius.metres() * 1000.0).round() / 1000.0;
        let body = format!(
            "{{\"locationRestriction\":{{\"circle\":{{\"center\":{{\"latitude\":{},\
             \"longitude\":{}}},\"radius\":{}}}}},\"maxResultCount\":{RESULTS_MAX}}}",
            center.latitude,
            center.longitude,
            metres.max(RADIUS_METRES_MIN)
        );
        FetchRequest::post(self.endpoint.clone(), body.into_bytes())
            .with_header("Content-Type", "application/json")
            .with_header("X-Goog-Api-Key", self.key.in_header())
            .with_header("X-Goog-FieldMask", self.mask.as_str())
    }

    fn answer(&self, response: FetchResponse) -> Result<Answer, PlacesError> {
        let status = response.status();
        let json = self.key.redact(response.into_body());
        if status != 200 {
            return refusal::answer(status, &json)
                .ok_or_else(|| PlacesError::new(format!("the places service answered {status}")));
        }
        let reply = serde_json::from_slice(&json).map_err(|error| {
            let shape = "with no reply of the Places API";
            // The error's text may hold some of the reply, which is not for everyone.
            let (line, column) = (error.line(), error.column());
            PlacesError::new(format!(
                "the places service answered {shape}: wrong at line {line} column {column}"
            ))
        })?;
        Ok(mapping::answer(&reply))
    }
}

#[async_trait]
impl<F: Fetcher> Places for GoogleNewPlaces<F> {
    async fn nearby(&self, question: &Question) -> Result<Answer, PlacesError> {
        if !question.wants_any() {
            return Ok(Answer::zero_results());
        }
        match self.fetcher.fetch(self.request(question)).await {
            Ok(response) => self.answer(response),
            Err(error) => {
                let text = format!("no answer from the places service: {error}");
                let text = self.key.redact(text.into_bytes());
                Err(PlacesError::new(String::from_utf8_lossy(&text)))
            }
        }
    }
}

impl<F: Fetcher> fmt::Debug for GoogleNewPlaces<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let endpoint = self.endpoint.as_str();
        f.debug_struct("GoogleNewPlaces").field("endpoint", &endpoint).finish_non_exhaustive()
    }
}
