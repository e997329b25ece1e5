//! The parts of Photon's GeoJSON that a reply can hold. Numbers keep their digits.

use crate::places::lenient::Lenient;
use crate::places::number::Number;
use crate::protocol::Coordinates;
use serde::Deserialize;
use std::borrow::Cow;

/// The keys of OpenStreetMap that make a feature a place.
pub(super) const PLACE_KEYS: [&str; 4] = ["amenity", "tourism", "shop", "leisure"];

/// A whole reply.
#[derive(Deserialize)]
pub(super) struct Collection<'a> {
    #[serde(borrow)]
    pub(super) features: Lenient<Feature<'a>>,
}

#[derive(Deserialize)]
pub(super) struct Feature<'a> {
    #[serde(borrow)]
    pub(super) geometry: Geometry<'a>,
    #[serde(borrow)]
    pub(super) properties: Properties<'a>,
}

/// A point: longitude, then latitude.
#[derive(Deserialize)]
pub(super) struct Geometry<'a> {
    #[serde(borrow)]
    pub(super) coordinates: [Number<'a>; 2],
}

#[derive(Deserialize)]
pub(super) struct Properties<'a> {
    #[serde(borrow)]
    pub(super) osm_type: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) osm_id: Number<'a>,
    #[serde(borrow)]
    pub(super) osm_key: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) osm_value: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) street: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) housenumber: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) district: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) city: Option<Cow<'a, str>>,
    /// West, north, east, south.
    #[serde(borrow)]
    pub(super) extent: Option<[Number<'a>; 4]>,
}

impl Feature<'_> {
    pub(super) fn location(&self) -> Coordinates {
        let [longitude, latitude] = self.geometry.coordinates.map(Number::value);
        Coordinates { latitude, longitude }
    }

    /// Whether it is a place that has a name.
    pub(super) fn is_place(&self) -> bool {
        PLACE_KEYS.contains(&&*self.properties.osm_key) && self.properties.name.is_some()
    }

    /// Its element of OpenStreetMap, such as `osm:N123`.
    pub(super) fn id(&self) -> String {
        format!("osm:{}{}", self.properties.osm_type, self.properties.osm_id.as_str())
    }
}

impl Properties<'_> {
    /// Street and number, then the town, if they are known.
    pub(super) fn vicinity(&self) -> Option<String> {
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
