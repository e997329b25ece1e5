//! One place of a reply, and the reply that places make.

use super::answer::Answer;
use super::layout::Object;
use super::nearby_search::{Corners, Point, write_description, write_geometry, write_reply};
use super::question::Question;
use crate::earth::{Bounds, wrap_longitude};
use crate::protocol::Coordinates;
use std::borrow::Cow;

/// The types of a place that has no others.
const TYPES_USUAL: &[&str] = &["point_of_interest", "establishment"];

/// The reach of a place that gives none: about as far as the viewport of a shop or a park in
/// Google's replies.
const REACH_METRES_USUAL: f64 = 150.0;

/// How much memory is reserved for each place's JSON, and for the JSON around them, in bytes. A
/// reply then seldom has to move while it grows.
const PLACE_BYTES_USUAL: usize = 800;

/// Digits after the point of a viewport, as a power of ten: 0.00001 degrees are about a metre.
const VIEWPORT_UNITS_PER_DEGREE: f64 = 100_000.0;

/// One place of a reply: its name, where it is, and more if the source knows it.
///
/// It borrows its texts or owns them, as suits its source.
#[derive(Clone, Debug, PartialEq)]
pub struct Place<'a> {
    id: Cow<'a, str>,
    name: Cow<'a, str>,
    location: Coordinates,
    types: Cow<'a, [&'a str]>,
    vicinity: Option<Cow<'a, str>>,
    reach_metres: f64,
}

impl<'a> Place<'a> {
    /// A place with an ID that no other has, its name, and where it is. It is a point of interest and
    /// an establishment that reaches 150 metres.
    pub fn new(
        id: impl Into<Cow<'a, str>>,
        name: impl Into<Cow<'a, str>>,
        location: Coordinates,
    ) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            location,
            types: TYPES_USUAL.into(),
            vicinity: None,
            reach_metres: REACH_METRES_USUAL,
        }
    }

    /// The place with other types, such as `cafe`.
    pub fn with_types(self, types: impl Into<Cow<'a, [&'a str]>>) -> Self {
        Self { types: types.into(), ..self }
    }

    /// The place with a text that names its neighborhood or street.
    pub fn with_vicinity(self, vicinity: impl Into<Cow<'a, str>>) -> Self {
        Self { vicinity: Some(vicinity.into()), ..self }
    }

    /// The place with another distance from its location to its edge, at least 0. The viewport holds
    /// it all.
    pub fn with_reach_metres(self, reach_metres: f64) -> Self {
        Self { reach_metres: reach_metres.max(0.0), ..self }
    }

    /// Where it is.
    pub fn location(&self) -> Coordinates {
        self.location
    }

    fn write(&self, result: &mut Object<'_>) {
        let Coordinates { latitude, longitude } = self.location;
        write_geometry(result, Some(Point { latitude, longitude }), Some(self.viewport()));
        write_description(result, &self.name, &self.id, &self.types, self.vicinity.as_deref());
    }

    /// If the viewport crosses longitude 180, its north-east corner has the smaller longitude, as
    /// in Google's replies.
    fn viewport(&self) -> Corners<f64> {
        let Bounds { south, north, west, east } = Bounds::around(self.location, self.reach_metres);
        let corner = |latitude, longitude| Point {
            latitude: rounded(latitude),
            longitude: wrap_longitude(rounded(longitude)),
        };
        Corners { northeast: corner(north, east), southwest: corner(south, west) }
    }
}

impl Answer {
    /// The reply with these places, in this order: at most as many as the question wants.
    ///
    /// Its status is `OK` if there is any place at all, even if the question wants none, and
    /// `ZERO_RESULTS` otherwise. The attributions are HTML that must be shown together with the
    /// places.
    ///
    /// ```
    /// use herd::places::{Answer, Place, Question};
    /// use herd::protocol::Coordinates;
    ///
    /// fn huts(question: &Question) -> Answer {
    ///     let summit = Coordinates { latitude: 46.5776, longitude: 7.9855 };
    ///     let huts = [Place::new("hut:1", "The Hut", summit).with_types(&["lodging"])];
    ///     let near = huts.into_iter().filter(|hut| question.reaches(hut.location()));
    ///     Answer::of_places(question, &["Huts by the Alpine Club"], near)
    /// }
    /// ```
    pub fn of_places<'a>(
        question: &Question,
        html_attributions: &[&str],
        places: impl IntoIterator<Item = Place<'a>>,
    ) -> Self {
        // Not trusted: whoever keeps this answer may give it to a question that wants fewer places.
        Self::from_json(lay_out_places(question, html_attributions, places))
            .expect("what is laid out below is a Nearby Search reply")
    }
}

/// The JSON of [`Answer::of_places`].
pub(super) fn lay_out_places<'a>(
    question: &Question,
    html_attributions: &[&str],
    places: impl IntoIterator<Item = Place<'a>>,
) -> Vec<u8> {
    let max = question.max.get();
    let mut json = Vec::with_capacity((max + 1) * PLACE_BYTES_USUAL);
    write_reply(&mut json, html_attributions, places, max, |result, place| place.write(result));
    json
}

/// Adding zero makes a negative zero positive, which reads better.
fn rounded(degrees: f64) -> f64 {
    (degrees * VIEWPORT_UNITS_PER_DEGREE).round() / VIEWPORT_UNITS_PER_DEGREE + 0.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{MaxResults, Radius};
    use serde_json::{Value, json};

    fn question(max: u8) -> Question {
        Question::new(
            Coordinates { latitude: 0.0, longitude: 0.0 },
            Radius::from_metres(50_000.0).unwrap(),
            MaxResults::new(max).unwrap(),
        )
    }

    fn place(name: &str, latitude: f64, longitude: f64) -> Place<'_> {
        Place::new("hut:1", name, Coordinates { latitude, longitude })
    }

    fn text_of(answer: &Answer, max: u8) -> String {
        let mut out = Vec::new();
        answer.write(MaxResults::new(max).unwrap(), &mut out);
        String::from_utf8(out).unwrap().trim_end().to_owned()
    }

    fn viewport(place: Place<'_>) -> Value {
        let answer = text_of(&Answer::of_places(&question(1), &[], [place]), 1);
        let read: Value = serde_json::from_str(&answer).unwrap();
        read["results"][0]["geometry"]["viewport"].clone()
    }

    /// The shape, the order of keys and the layout of a Nearby Search reply.
    #[test]
    fn places_make_a_nearby_search_reply() {
        let hut = place("The Hut", 46.5776, 7.9855).with_vicinity("Grindelwald");
        let answer = Answer::of_places(&question(20), &["By <i>us</i>"], [hut]);
        let expected = r#"{
   "html_attributions" : [ "By \u003ci\u003eus\u003c/i\u003e" ],
   "results" : [
      {
         "geometry" : {
            "location" : {
               "lat" : 46.5776,
               "lng" : 7.9855
            },
            "viewport" : {
               "northeast" : {
                  "lat" : 46.57895,
                  "lng" : 7.98746
               },
               "southwest" : {
                  "lat" : 46.57625,
                  "lng" : 7.98354
               }
            }
         },
         "name" : "The Hut",
         "place_id" : "hut:1",
         "reference" : "hut:1",
         "scope" : "APP",
         "types" : [ "point_of_interest", "establishment" ],
         "vicinity" : "Grindelwald"
      }
   ],
   "status" : "OK"
}"#;
        assert_eq!(text_of(&answer, 20), expected);
    }

    #[test]
    fn an_answer_has_as_many_places_as_the_question_wants() {
        let names = |max: u8| {
            let huts = ["a", "b", "c"].map(|name| place(name, 1.0, 1.0));
            let answer = text_of(&Answer::of_places(&question(max), &[], huts), max);
            let read: Value = serde_json::from_str(&answer).unwrap();
            let results = read["results"].as_array().unwrap().iter();
            let names: Vec<_> = results.map(|result| result["name"].clone()).collect();
            (json!(names), read["status"].clone())
        };
        assert_eq!(names(20), (json!(["a", "b", "c"]), json!("OK")));
        assert_eq!(names(2), (json!(["a", "b"]), json!("OK")));
        assert_eq!(names(0), (json!([]), json!("OK")));
    }

    #[test]
    fn no_places_are_zero_results() {
        let answer = Answer::of_places(&question(20), &[], []);
        let expected = "{\n   \"html_attributions\" : [],\n   \"results\" : [],\n   \"status\" : \"ZERO_RESULTS\"\n}";
        assert_eq!(text_of(&answer, 20), expected);
    }

    /// A map cannot show a longitude beyond 180 or a latitude beyond 90.
    #[test]
    fn a_viewport_stays_on_the_earth() {
        let corners = |northeast: (f64, f64), southwest: (f64, f64)| {
            json!({
                "northeast": { "lat": northeast.0, "lng": northeast.1 },
                "southwest": { "lat": southwest.0, "lng": southwest.1 },
            })
        };
        let reaching = |latitude, longitude| {
            viewport(place("", latitude, longitude).with_reach_metres(1111.95))
        };
        assert_eq!(reaching(0.0, 180.0), corners((0.01, -179.99), (-0.01, 179.99)));
        assert_eq!(reaching(0.0, -180.0), corners((0.01, -179.99), (-0.01, 179.99)));
        assert_eq!(reaching(0.01, 0.01), corners((0.02, 0.02), (0.0, 0.0)));
        assert_eq!(reaching(-89.995, 7.0), corners((-89.985, 180.0), (-90.0, -180.0)));
    }

    #[test]
    fn a_place_takes_what_it_is_told() {
        let types = vec!["lodging", "cafe"];
        let hut = place("", 1.0, 2.0).with_types(&types).with_vicinity(String::from("there"));
        assert_eq!(hut.location(), Coordinates { latitude: 1.0, longitude: 2.0 });
        let answer = text_of(&Answer::of_places(&question(1), &[], [hut]), 1);
        let read: Value = serde_json::from_str(&answer).unwrap();
        assert_eq!(read["results"][0]["types"], json!(["lodging", "cafe"]));
        assert_eq!(read["results"][0]["vicinity"], json!("there"));
    }
}
