//! The answer to a WHATSAT as one JSON object, for programs.

use super::geojson::{latitude, longitude};
use herd::protocol::At;
use serde::Serialize;
use serde_json::value::RawValue;

/// `{"at": {...}, "places": {...}}`: what the AT line says, and the server's JSON as it came.
pub(super) fn places_json(at: &At<'_>, places: &str) -> serde_json::Result<String> {
    let position = at.position();
    serde_json::to_string(&PlacesJson {
        at: AtJson {
            server: &String::from_utf8_lossy(at.server()),
            skew: &at.skew().to_string(),
            client: &at.client().to_string(),
            position: &position.to_string(),
            latitude: latitude(position)?,
            longitude: longitude(position)?,
            time: &at.time().to_string(),
        },
        places: serde_json::from_str(places)?,
    })
}

#[derive(Serialize)]
struct PlacesJson<'a> {
    at: AtJson<'a>,
    places: &'a RawValue,
}

#[derive(Serialize)]
struct AtJson<'a> {
    server: &'a str,
    /// Seconds, as text: a number of so many digits is rounded by most programs that read it.
    skew: &'a str,
    client: &'a str,
    position: &'a str,
    latitude: Box<RawValue>,
    longitude: Box<RawValue>,
    /// Seconds since 1970, as text.
    time: &'a str,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Programs read it with one call, and find the digits that the client and the server wrote.
    #[test]
    fn the_reply_is_one_object() {
        let at =
            At::parse(b"AT Alford +0.263873386 kiwi +34.0689300-118.445127 1.500000000").unwrap();
        assert_eq!(
            places_json(&at, "{\"n\" : 1.50}").unwrap(),
            "{\"at\":{\"server\":\"Alford\",\"skew\":\"+0.263873386\",\"client\":\"kiwi\",\
             \"position\":\"+34.0689300-118.445127\",\"latitude\":34.0689300,\
             \"longitude\":-118.445127,\"time\":\"1.500000000\"},\"places\":{\"n\" : 1.50}}"
        );
        assert!(places_json(&at, "{").is_err());
    }
}
