//! The places that the library is built with: answers with no key and no network.
//!
//! This folder owns the file of places and the search in it. It reads the file where it lies in the
//! program and keeps nothing: no start-up, no memory of its own.

mod data;
mod search;

use super::answer::Answer;
use super::place::Place;
use super::place::lay_out_places;
use super::places_error::PlacesError;
use super::question::Question;
use super::source::Places;
use async_trait::async_trait;
use data::{EMBEDDED, Kind};
use search::{Found, most_populous};

/// The attribution that the data's licence asks for.
const ATTRIBUTION: &str = "Places from \
    <a href=\"https://www.geonames.org/\">GeoNames</a>, \
    <a href=\"https://creativecommons.org/licenses/by/4.0/\">CC BY 4.0</a>";

/// The smallest distance from a place's center to its edge.
const REACH_METRES_MIN: f64 = 500.0;

/// A place's distance from its center to its edge, divided by the square root of its population. A
/// square with twice that distance as its side holds everyone at 2,500 people a square kilometre,
/// about as dense as Los Angeles or Berlin.
const REACH_METRES_PER_ROOT: f64 = 10.0;

/// The populated places of GeoNames, 234,908 of them: the source of places when no other is chosen.
///
/// Places are ordered by prominence, as in Nearby Search: the most populous place within the radius
/// comes first. The gazetteer has no ratings, photos or opening hours, and invents none. The size
/// of a viewport follows from the place's population, because GeoNames has no borders.
#[derive(Clone, Copy, Debug, Default)]
pub struct Gazetteer;

#[async_trait]
impl Places for Gazetteer {
    async fn nearby(&self, question: &Question) -> Result<Answer, PlacesError> {
        // A question that wants no place still asks whether there is one.
        let found = most_populous(&EMBEDDED, question, question.max.get().max(1));
        let places = found.into_iter().map(Place::from);
        Ok(Answer::trusted(lay_out_places(question, &[ATTRIBUTION], places)))
    }
}

impl<'a> From<Found<'a>> for Place<'a> {
    fn from(Found { record, location }: Found<'a>) -> Self {
        let reach_metres = f64::from(record.population()).sqrt() * REACH_METRES_PER_ROOT;
        Place::new(format!("geonames:{}", record.id()), record.name(), location)
            .with_types(types(record.kind()))
            .with_vicinity(record.region())
            .with_reach_metres(reach_metres.max(REACH_METRES_MIN))
    }
}

fn types(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Locality => &["locality", "political"],
        Kind::Neighborhood => &["neighborhood", "political"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Coordinates, MaxResults, Radius};
    use futures_lite::future::block_on;

    fn answer(latitude: f64, longitude: f64, radius_km: f64, max: u8) -> String {
        let max = MaxResults::new(max).unwrap();
        let question = Question::new(
            Coordinates { latitude, longitude },
            Radius::from_metres(radius_km * 1000.0).unwrap(),
            max,
        );
        let mut out = Vec::new();
        block_on(Gazetteer.nearby(&question)).unwrap().write(max, &mut out);
        String::from_utf8(out).unwrap().trim_end().to_owned()
    }

    fn names(latitude: f64, longitude: f64, radius_km: f64, max: u8) -> Vec<String> {
        let read: serde_json::Value =
            serde_json::from_str(&answer(latitude, longitude, radius_km, max)).unwrap();
        let results = read["results"].as_array().unwrap().iter();
        results.map(|result| result["name"].as_str().unwrap().to_owned()).collect()
    }

    /// This is the first reply that most users see, so every byte is compared.
    #[test]
    fn the_answer_has_the_shape_of_nearby_search() {
        let expected = r#"{
   "html_attributions" : [
      "Places from \u003ca href=\"https://www.geonames.org/\"\u003eGeoNames\u003c/a\u003e, \u003ca href=\"https://creativecommons.org/licenses/by/4.0/\"\u003eCC BY 4.0\u003c/a\u003e"
   ],
   "results" : [
      {
         "geometry" : {
            "location" : {
               "lat" : 34.05223,
               "lng" : -118.24368
            },
            "viewport" : {
               "northeast" : {
                  "lat" : 34.22802,
                  "lng" : -118.03151
               },
               "southwest" : {
                  "lat" : 33.87644,
                  "lng" : -118.45585
               }
            }
         },
         "name" : "Los Angeles",
         "place_id" : "geonames:5368361",
         "reference" : "geonames:5368361",
         "scope" : "APP",
         "types" : [ "locality", "political" ],
         "vicinity" : "California, United States"
      }
   ],
   "status" : "OK"
}"#;
        assert_eq!(answer(34.06893, -118.445127, 50.0, 1), expected);
    }

    #[test]
    fn the_most_populous_come_first() {
        let los_angeles = ["Los Angeles", "Long Beach", "Anaheim", "Santa Ana"];
        assert_eq!(names(34.05, -118.24, 50.0, 4), los_angeles);
        assert_eq!(names(48.8566, 2.3522, 10.0, 1), ["Paris"]);
    }

    /// Fiji lies on both sides of longitude 180.
    #[test]
    fn longitude_180_is_no_border() {
        assert_eq!(names(-16.8, 180.0, 50.0, 20), names(-16.8, -180.0, 50.0, 20));
    }

    #[test]
    fn where_nobody_lives_are_zero_results() {
        let nothing = answer(90.0, 0.0, 50.0, 20);
        assert!(nothing.ends_with("\"results\" : [],\n   \"status\" : \"ZERO_RESULTS\"\n}"));
        assert_eq!(answer(90.0, 0.0, 50.0, 0), nothing);
    }

    /// A question for no places still learns whether there are any.
    #[test]
    fn a_question_for_no_places_is_answered() {
        let none = answer(34.05, -118.24, 10.0, 0);
        assert!(none.ends_with("\"results\" : [],\n   \"status\" : \"OK\"\n}"), "{none}");
    }
}
