//! Places for maps.

use super::nearby::{Location, Nearby, NearbyPlace};
use super::way::Way;
use herd::protocol::{At, Coordinates, Position};
use serde::Serialize;
use serde_json::value::RawValue;

/// The client and the places as a GeoJSON FeatureCollection (RFC 7946). Positions keep the digits
/// that they came in. The members `status`, `error_message` and `html_attributions` are foreign to
/// GeoJSON: they say what the reply says.
pub(super) fn geojson(at: &At<'_>, nearby: &Nearby<'_>) -> serde_json::Result<String> {
    let from = at.position().coordinates();
    let client = client_feature(at)?;
    let places = nearby.results.iter().map(|place| place_feature(place, from));
    serde_json::to_string_pretty(&FeatureCollection {
        features: [Ok(client)].into_iter().chain(places).collect::<Result<_, _>>()?,
        status: &nearby.status,
        error_message: nearby.error_message.as_deref(),
        html_attributions: &nearby.html_attributions,
    })
}

#[derive(Serialize)]
#[serde(tag = "type")]
struct FeatureCollection<'a> {
    features: Vec<Feature<'a>>,
    status: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_message: Option<&'a str>,
    html_attributions: &'a [String],
}

#[derive(Serialize)]
#[serde(tag = "type")]
struct Feature<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    /// None, written as null, for a place of which nobody says where it is.
    geometry: Option<Point>,
    properties: Properties<'a>,
}

#[derive(Serialize)]
#[serde(tag = "type")]
struct Point {
    /// Longitude and latitude, in this order.
    coordinates: [Box<RawValue>; 2],
}

#[derive(Serialize)]
#[serde(untagged)]
enum Properties<'a> {
    Client {
        client: String,
        /// A text: most programs would round a number with this many digits.
        time: String,
        server: String,
    },
    Place {
        name: Option<&'a str>,
        place_id: Option<&'a str>,
        types: &'a [String],
        vicinity: Option<&'a str>,
        distance_m: Option<f64>,
        bearing: Option<f64>,
        compass: Option<&'static str>,
    },
}

fn client_feature<'a>(at: &At<'_>) -> serde_json::Result<Feature<'a>> {
    let client = at.client().to_string();
    Ok(Feature {
        id: Some(client.clone()),
        geometry: Some(client_point(at.position())?),
        properties: Properties::Client {
            client,
            time: at.time().to_string(),
            server: String::from_utf8_lossy(at.server()).into_owned(),
        },
    })
}

fn place_feature<'a>(
    place: &'a NearbyPlace<'_>,
    from: Coordinates,
) -> serde_json::Result<Feature<'a>> {
    let location = place.location();
    let way = location.map(|(_, to)| Way::between(from, to));
    Ok(Feature {
        id: place.place_id.clone(),
        geometry: location.map(|(location, _)| place_point(location)),
        properties: Properties::Place {
            name: place.name.as_deref(),
            place_id: place.place_id.as_deref(),
            types: &place.types,
            vicinity: place.vicinity.as_deref(),
            distance_m: way.map(Way::metres),
            bearing: way.and_then(Way::degrees),
            compass: way.and_then(Way::compass_point),
        },
    })
}

fn place_point(location: Location<'_>) -> Point {
    Point { coordinates: [location.longitude.to_owned(), location.latitude.to_owned()] }
}

fn client_point(position: Position<'_>) -> serde_json::Result<Point> {
    Ok(Point { coordinates: [longitude(position)?, latitude(position)?] })
}

/// The degrees north, with the digits that they came in.
pub(super) fn latitude(position: Position<'_>) -> serde_json::Result<Box<RawValue>> {
    let text = position.to_string();
    RawValue::from_string(json_number(degrees(&text).0))
}

/// The degrees east, with the digits that they came in.
pub(super) fn longitude(position: Position<'_>) -> serde_json::Result<Box<RawValue>> {
    let text = position.to_string();
    RawValue::from_string(json_number(degrees(&text).1))
}

/// Latitude and longitude of a position's text.
fn degrees(text: &str) -> (&str, &str) {
    let text = text.trim_end_matches('/');
    text.split_at(text.rfind(['+', '-']).unwrap_or_default())
}

/// The same number as JSON writes it: without a plus, and without zeros at its start.
fn json_number(degrees: &str) -> String {
    let sign = if degrees.starts_with('-') { "-" } else { "" };
    let digits = degrees.trim_start_matches(['+', '-']).trim_start_matches('0');
    let zero = if digits.starts_with(|digit: char| digit.is_ascii_digit()) { "" } else { "0" };
    format!("{sign}{zero}{digits}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: &[u8] = b"AT Alford +0.263873386 kiwi +34.0689300-118.445127 1479413884.392014450";

    fn written(at: &[u8], json: &str) -> String {
        geojson(&At::parse(at).unwrap(), &Nearby::parse(json).unwrap()).unwrap()
    }

    /// A digit that is rounded away moves a place; latitude first puts all of them into the sea.
    #[test]
    fn the_client_and_each_place_are_features() {
        let json = r#"{
            "html_attributions": ["<a href=\"https://x.example/\">X</a>"],
            "results": [{
                "geometry": {"location": {"lat": 34.06893000000000000001, "lng": -1.18e2}},
                "name": "Caf\u00e9", "place_id": "p1", "types": ["cafe", "food"],
                "vicinity": "Westwood", "rating": 4.50
            }],
            "status": "OK"
        }"#;
        let expected = r#"{
  "type": "FeatureCollection",
  "features": [
    {
      "type": "Feature",
      "id": "kiwi",
      "geometry": {
        "type": "Point",
        "coordinates": [
          -118.445127,
          34.0689300
        ]
      },
      "properties": {
        "client": "kiwi",
        "time": "1479413884.392014450",
        "server": "Alford"
      }
    },
    {
      "type": "Feature",
      "id": "p1",
      "geometry": {
        "type": "Point",
        "coordinates": [
          -1.18e2,
          34.06893000000000000001
        ]
      },
      "properties": {
        "name": "Café",
        "place_id": "p1",
        "types": [
          "cafe",
          "food"
        ],
        "vicinity": "Westwood",
        "distance_m": 41000.6,
        "bearing": 89.9,
        "compass": "E"
      }
    }
  ],
  "status": "OK",
  "html_attributions": [
    "<a href=\"https://x.example/\">X</a>"
  ]
}"#;
        assert_eq!(written(AT, json), expected);
    }

    /// A place that nobody can locate is still a feature, without a geometry (RFC 7946, 3.2).
    #[test]
    fn what_is_not_known_is_null() {
        let written = written(AT, r#"{"results": [{}], "status": "?", "error_message": "why"}"#);
        let value: serde_json::Value = serde_json::from_str(&written).unwrap();
        assert_eq!(
            value["features"][1],
            serde_json::json!({
                "type": "Feature",
                "geometry": null,
                "properties": {
                    "name": null, "place_id": null, "types": [], "vicinity": null,
                    "distance_m": null, "bearing": null, "compass": null
                }
            })
        );
        assert_eq!((&value["status"], &value["error_message"]), (&"?".into(), &"why".into()));
    }

    /// Signs and zeros that ISO 6709 asks for make no JSON.
    #[test]
    fn positions_become_json() {
        for (degrees, number) in [
            ("+34.068930", "34.068930"),
            ("-118", "-118"),
            ("+09", "9"),
            ("-00.50", "-0.50"),
            ("+000", "0"),
            ("-0", "-0"),
            ("+0.0", "0.0"),
        ] {
            assert_eq!(json_number(degrees), number);
            assert!(RawValue::from_string(number.to_owned()).is_ok());
        }
        let point = client_point(Position::parse(b"-33.8688+009.5/").unwrap()).unwrap();
        assert_eq!(serde_json::to_string(&point.coordinates).unwrap(), "[9.5,-33.8688]");
    }
}
