//! Photon, which searches OpenStreetMap and needs no key.

use super::base::endpoint;
use super::layout::{Object, write_object};
use super::number::Number;
use super::{Answer, InvalidBase, Places, PlacesError, Question, distance_metres};
use crate::fetch::{FetchRequest, FetchResponse, Fetcher, Url};
use crate::protocol::{Coordinates, RESULTS_MAX};
use async_trait::async_trait;
use serde::Deserialize;
use std::borrow::Cow;
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

/// The keys of OpenStreetMap that make a feature a place.
const PLACE_KEYS: [&str; 4] = ["amenity", "tourism", "shop", "leisure"];

/// Requests say who asks, as fair use needs.
const USER_AGENT: &str = concat!("herd-server/", env!("CARGO_PKG_VERSION"));

/// Whom to name for the data, as its licence asks.
const ATTRIBUTION: &str = "\u{a9} <a href=\"https://www.openstreetmap.org/copyright\">OpenStreetMap contributors</a>, \
    <a href=\"https://opendatacommons.org/licenses/odbl/\">ODbL</a>";

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

/// GeoJSON, as far as a reply has a place for it.
#[derive(Deserialize)]
struct Collection<'a> {
    #[serde(borrow)]
    features: Vec<Feature<'a>>,
}

#[derive(Deserialize)]
struct Feature<'a> {
    #[serde(borrow)]
    geometry: Geometry<'a>,
    #[serde(borrow)]
    properties: Properties<'a>,
}

/// A point: longitude, then latitude.
#[derive(Deserialize)]
struct Geometry<'a> {
    #[serde(borrow)]
    coordinates: [Number<'a>; 2],
}

#[derive(Deserialize)]
struct Properties<'a> {
    #[serde(borrow)]
    osm_type: Cow<'a, str>,
    #[serde(borrow)]
    osm_id: Number<'a>,
    #[serde(borrow)]
    osm_key: Cow<'a, str>,
    #[serde(borrow)]
    osm_value: Cow<'a, str>,
    #[serde(borrow)]
    name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    street: Option<Cow<'a, str>>,
    #[serde(borrow)]
    housenumber: Option<Cow<'a, str>>,
    #[serde(borrow)]
    district: Option<Cow<'a, str>>,
    #[serde(borrow)]
    city: Option<Cow<'a, str>>,
    /// West, north, east, south.
    #[serde(borrow)]
    extent: Option<[Number<'a>; 4]>,
}

impl Feature<'_> {
    fn location(&self) -> Coordinates {
        let [longitude, latitude] = self.geometry.coordinates.map(Number::value);
        Coordinates { latitude, longitude }
    }

    /// Whether it is a place that has a name.
    fn is_place(&self) -> bool {
        PLACE_KEYS.contains(&&*self.properties.osm_key) && self.properties.name.is_some()
    }

    /// Its element of OpenStreetMap, such as `osm:N123`.
    fn id(&self) -> String {
        format!("osm:{}{}", self.properties.osm_type, self.properties.osm_id.as_str())
    }

    fn write(&self, result: &mut Object<'_>) {
        let [longitude, latitude] = self.geometry.coordinates;
        result.object("geometry", |geometry| {
            write_position(geometry, "location", latitude, longitude);
            if let Some([west, north, east, south]) = self.properties.extent {
                geometry.object("viewport", |viewport| {
                    write_position(viewport, "northeast", north, east);
                    write_position(viewport, "southwest", south, west);
                });
            }
        });
        result.text("name", self.properties.name.as_deref().unwrap_or_default());
        result.text("place_id", &self.id());
        result.text("reference", &self.id());
        result.text("scope", "APP");
        let Properties { osm_key, osm_value, .. } = &self.properties;
        result.texts("types", &[&**osm_value, &**osm_key, "point_of_interest", "establishment"]);
        if let Some(vicinity) = self.properties.vicinity() {
            result.text("vicinity", &vicinity);
        }
    }
}

impl Properties<'_> {
    /// Street and number, then the town, as far as they are known.
    fn vicinity(&self) -> Option<String> {
        let street = match (&self.street, &self.housenumber) {
            (Some(street), Some(number)) => Some(format!("{street} {number}")),
            (Some(street), None) => Some(street.to_string()),
            (None, _) => self.district.as_deref().map(str::to_owned),
        };
        let parts = [street, self.city.as_deref().map(str::to_owned)];
        let text = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
        (!text.is_empty()).then_some(text)
    }
}

fn write_position(parent: &mut Object<'_>, key: &str, latitude: Number<'_>, longitude: Number<'_>) {
    parent.object(key, |object| {
        object.digits("lat", latitude);
        object.digits("lng", longitude);
    });
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
    Ok(lay_out(&nearest(question, &collection.features)))
}

/// The places that the question reaches, the nearest first, each once.
fn nearest<'f, 'a>(question: &Question, features: &'f [Feature<'a>]) -> Vec<&'f Feature<'a>> {
    let mut places: Vec<(f64, &Feature<'a>)> = features
        .iter()
        .filter(|feature| feature.is_place() && question.reaches(feature.location()))
        .map(|feature| (distance_metres(question.center, feature.location()), feature))
        .collect();
    places.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    let mut ids = Vec::new();
    places.retain(|(_, feature)| {
        let is_new = !ids.contains(&feature.id());
        ids.push(feature.id());
        is_new
    });
    places.into_iter().map(|(_, feature)| feature).take(RESULTS_MAX.into()).collect()
}

fn lay_out(places: &[&Feature<'_>]) -> Answer {
    let mut json = Vec::new();
    write_object(&mut json, |reply| {
        reply.texts("html_attributions", &[ATTRIBUTION]);
        reply.objects("results", places, |result, place| place.write(result));
        reply.text("status", if places.is_empty() { "ZERO_RESULTS" } else { "OK" });
    });
    json.push(b'\n');
    Answer::from_json(json).expect("what is laid out above is a Nearby Search reply")
}
