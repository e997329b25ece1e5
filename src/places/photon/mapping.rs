//! Features of OpenStreetMap in the shape of Nearby Search.

use super::feature::{Feature, Properties};
use crate::earth::distance_metres;
use crate::places::answer::Answer;
use crate::places::layout::Object;
use crate::places::nearby_search::{
    Corners, Point, write_description, write_geometry, write_reply,
};
use crate::places::question::Question;
use crate::protocol::RESULTS_MAX;
use std::collections::HashSet;

/// The attribution that the data's licence asks for.
const ATTRIBUTION: &str = "\u{a9} <a href=\"https://www.openstreetmap.org/copyright\">OpenStreetMap contributors</a>, \
    <a href=\"https://opendatacommons.org/licenses/odbl/\">ODbL</a>";

/// The Nearby Search reply with the features that are places and near enough.
pub(super) fn answer(question: &Question, features: &[Feature<'_>]) -> Answer {
    lay_out(&nearest(question, features))
}

/// The places that the question reaches, the nearest first, each once.
fn nearest<'f, 'a>(question: &Question, features: &'f [Feature<'a>]) -> Vec<&'f Feature<'a>> {
    let mut places: Vec<(f64, &Feature<'a>)> = features
        .iter()
        .filter(|feature| feature.is_place() && question.reaches(feature.location()))
        .map(|feature| (distance_metres(question.center, feature.location()), feature))
        .collect();
    places.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    let mut ids = HashSet::new();
    places.retain(|(_, feature)| ids.insert(feature.id()));
    places.into_iter().map(|(_, feature)| feature).take(RESULTS_MAX.into()).collect()
}

fn lay_out(places: &[&Feature<'_>]) -> Answer {
    let mut json = Vec::new();
    write_reply(&mut json, &[ATTRIBUTION], places, usize::MAX, |result, place| {
        write_place(result, place);
    });
    json.push(b'\n');
    Answer::from_json(json).expect("what is laid out above is a Nearby Search reply")
}

fn write_place(result: &mut Object<'_>, place: &Feature<'_>) {
    let [longitude, latitude] = place.geometry.coordinates;
    let viewport = place.properties.extent.map(|[west, north, east, south]| Corners {
        northeast: Point { latitude: north, longitude: east },
        southwest: Point { latitude: south, longitude: west },
    });
    write_geometry(result, Some(Point { latitude, longitude }), viewport);
    let Properties { name, osm_key, osm_value, .. } = &place.properties;
    let (name, vicinity) = (name.as_deref().unwrap_or_default(), place.properties.vicinity());
    let types = [&**osm_value, &**osm_key, "point_of_interest", "establishment"];
    write_description(result, name, &place.id(), &types, vicinity.as_deref());
}
