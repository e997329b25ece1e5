//! The places in a reply.

use herd::protocol::Coordinates;
use serde::Deserialize;
use serde_json::value::RawValue;

/// What a Nearby Search reply says, as far as tables and maps show it. Texts are the source's, and
/// may hold anything.
#[derive(Debug, Deserialize)]
pub(super) struct Nearby<'a> {
    /// The attribution of the places, in HTML, to be shown with them.
    #[serde(default)]
    pub(super) html_attributions: Vec<String>,
    /// What else there is to know.
    #[serde(default)]
    pub(super) info_messages: Vec<String>,
    /// The places, best first.
    #[serde(borrow, default)]
    pub(super) results: Vec<NearbyPlace<'a>>,
    /// `OK`, or what happened.
    pub(super) status: String,
    /// Why the status is not `OK`.
    pub(super) error_message: Option<String>,
}

/// One place of a reply.
#[derive(Debug, Deserialize)]
pub(super) struct NearbyPlace<'a> {
    pub(super) name: Option<String>,
    pub(super) place_id: Option<String>,
    /// What it is, the most telling first.
    #[serde(default)]
    pub(super) types: Vec<String>,
    pub(super) vicinity: Option<String>,
    #[serde(borrow)]
    geometry: Option<Geometry<'a>>,
}

#[derive(Debug, Deserialize)]
struct Geometry<'a> {
    #[serde(borrow)]
    location: Option<Location<'a>>,
}

/// A position in the digits that the reply has.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct Location<'a> {
    #[serde(borrow, rename = "lat")]
    pub(super) latitude: &'a RawValue,
    #[serde(borrow, rename = "lng")]
    pub(super) longitude: &'a RawValue,
}

impl<'a> Nearby<'a> {
    /// Reads the JSON of a reply.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub(super) fn parse(json: &'a str) -> serde_json::Result<Self> {
        serde_json::from_str(json)
    }

    /// What must be said beside the places: what the source says, and why there are none.
    pub(super) fn remarks(&self) -> Vec<String> {
        let mut remarks = self.info_messages.clone();
        let status = &self.status;
        match &self.error_message {
            Some(message) => remarks.push(format!("{status}: {message}")),
            None if self.results.is_empty() => remarks.push(format!("{status}: no places")),
            None if status != "OK" => remarks.push(status.clone()),
            None => (),
        }
        remarks
    }
}

impl<'a> NearbyPlace<'a> {
    /// Where it is, when the reply says so and it is on the Earth.
    pub(super) fn location(&self) -> Option<(Location<'a>, Coordinates)> {
        let location = self.geometry.as_ref()?.location?;
        Some((location, location.coordinates()?))
    }
}

impl Location<'_> {
    fn coordinates(&self) -> Option<Coordinates> {
        let degrees = |json: &RawValue, limit: f64| {
            json.get().parse().ok().filter(|degrees: &f64| degrees.abs() <= limit)
        };
        Some(Coordinates {
            latitude: degrees(self.latitude, 90.0)?,
            longitude: degrees(self.longitude, 180.0)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remarks(json: &str) -> Vec<String> {
        Nearby::parse(json).unwrap().remarks()
    }

    /// An outage must not look like an empty neighborhood.
    #[test]
    fn whatever_is_not_ok_is_remarked() {
        for (json, remark) in [
            (r#"{"status": "ZERO_RESULTS"}"#, "ZERO_RESULTS: no places"),
            (r#"{"status": "OK", "results": []}"#, "OK: no places"),
            (
                r#"{"status": "UNKNOWN_ERROR", "error_message": "too slow"}"#,
                "UNKNOWN_ERROR: too slow",
            ),
            (r#"{"status": "NEW", "results": [{}]}"#, "NEW"),
        ] {
            assert_eq!(remarks(json), [remark]);
        }
        assert_eq!(remarks(r#"{"status": "OK", "results": [{}]}"#), [""; 0]);
        let second_source = r#"{"status": "OK", "results": [{}], "info_messages": ["a", "b"]}"#;
        assert_eq!(remarks(second_source), ["a", "b"]);
    }

    /// A position of another kind is none, rather than a place in the wrong spot.
    #[test]
    fn locations_are_on_the_earth() {
        let location = |latitude: &str, longitude: &str| {
            let json = format!(
                r#"{{"geometry": {{"location": {{"lat": {latitude}, "lng": {longitude}}}}}}}"#
            );
            let place: NearbyPlace = serde_json::from_str(&json).unwrap();
            let (location, Coordinates { latitude, longitude }) = place.location()?;
            let digits = [location.latitude.get(), location.longitude.get()];
            Some((digits.join(" "), latitude, longitude))
        };
        assert_eq!(location("34.0", "-1.180e2"), Some(("34.0 -1.180e2".to_owned(), 34.0, -118.0)));
        assert_eq!(location("-90", "180.0"), Some(("-90 180.0".to_owned(), -90.0, 180.0)));
        for (latitude, longitude) in
            [("90.1", "0"), ("0", "-181"), ("1e999", "0"), ("\"34\"", "0"), ("null", "0")]
        {
            assert_eq!(location(latitude, longitude), None);
        }
        for json in ["{}", r#"{"geometry": null}"#, r#"{"geometry": {"location": null}}"#] {
            assert!(serde_json::from_str::<NearbyPlace>(json).unwrap().location().is_none());
        }
    }
}
