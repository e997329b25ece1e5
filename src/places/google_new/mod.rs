//! Google's new Places API, whose replies become those of Nearby Search.
//!
//! This folder owns the question as the service wants it and the mapping of what it says.
//! `docs/PLACES.md` has the mapping as tables.

mod field_mask;
mod mapping;
mod refusal;
mod wire;

pub use field_mask::{FieldMask, GOOGLE_NEW_FIELD_MASK, InvalidFieldMask};

use super::answer::Answer;
use super::api_key::ApiKey;
use super::base::InvalidBase;
use super::base::endpoint;
use super::json_text::read_json;
use super::places_error::PlacesError;
use super::question::Question;
use super::service::Service;
use crate::fetch::{FetchRequest, FetchResponse, Url};
use crate::protocol::RESULTS_MAX;
use std::fmt;

/// Where Google's own service is.
pub const GOOGLE_NEW_BASE: &str = "https://places.googleapis.com";

/// The path of the new Nearby Search, below the base.
const SEARCH_NEARBY: &str = "/v1/places:searchNearby";

/// The smallest radius that is asked for, in metres: the service refuses 0.
const RADIUS_METRES_MIN: f64 = 1.0;

/// Google's Places API (New), which new keys have.
///
/// Each request asks for [`RESULTS_MAX`] places, because it costs the same for one as for all, and
/// then its answer serves everyone in that place. A question for no places sends no request.
#[derive(Clone)]
pub struct GoogleNew {
    endpoint: Url,
    key: ApiKey,
    mask: FieldMask,
}

impl GoogleNew {
    /// Google's own service, asked as the customer whose key this is, for the fields of
    /// [`GOOGLE_NEW_FIELD_MASK`].
    pub fn new(key: ApiKey) -> Self {
        let endpoint =
            endpoint(GOOGLE_NEW_BASE, SEARCH_NEARBY).expect("Google's base is a good one");
        Self { endpoint, key, mask: FieldMask::default() }
    }

    /// The same at another place: `base` is what comes before `/v1/places:...`, a URL of
    /// `http` or `https`.
    ///
    /// # Errors
    /// When `base` is anything else, or has a user name, a password, a query or a fragment.
    pub fn with_base(self, base: &str) -> Result<Self, InvalidBase> {
        Ok(Self { endpoint: endpoint(base, SEARCH_NEARBY)?, ..self })
    }

    /// The same, asked for other fields: they decide what a request costs.
    pub fn with_field_mask(self, mask: FieldMask) -> Self {
        Self { mask, ..self }
    }
}

impl Service for GoogleNew {
    fn request(&self, question: &Question) -> Option<FetchRequest> {
        let body = format!(
            "{{\"locationRestriction\":{{\"circle\":{{\"center\":{{\"latitude\":{},\
             \"longitude\":{}}},\"radius\":{}}}}},\"maxResultCount\":{RESULTS_MAX}}}",
            question.center.latitude,
            question.center.longitude,
            question.radius_metres().max(RADIUS_METRES_MIN)
        );
        let request = FetchRequest::post(self.endpoint.clone(), body.into_bytes())
            .with_header("Content-Type", "application/json")
            .with_header("X-Goog-Api-Key", self.key.in_header())
            .with_header("X-Goog-FieldMask", self.mask.as_str());
        question.wants_any().then_some(request)
    }

    fn answer(&self, _question: &Question, response: FetchResponse) -> Result<Answer, PlacesError> {
        let status = response.status();
        let json = self.key.redact(response.into_body());
        if status != 200 {
            let refusal = refusal::answer(status, &json);
            return refusal.ok_or_else(|| PlacesError::of_status(status));
        }
        Ok(mapping::answer(&read_json("reply of the Places API", &json)?))
    }

    fn redact(&self, text: Vec<u8>) -> Vec<u8> {
        self.key.redact(text)
    }
}

impl fmt::Debug for GoogleNew {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let endpoint = self.endpoint.as_str();
        f.debug_struct("GoogleNew").field("endpoint", &endpoint).finish_non_exhaustive()
    }
}
