//! Features of OpenStreetMap in the shape of Nearby Search.

use super::feature::{Feature, Properties};
use crate::places::layout::{Object, write_object};
use crate::places::number::Number;
use crate::places::{Answer, Question, distance_metres};
use crate::protocol::RESULTS_MAX;

/// Whom to name for the data, as its licence asks.
const ATTRIBUTION: &str = "\u{a9} <a href=\"https://www.openstreetmap.org/copyright\">OpenStreetMap contributors</a>, \
    <a href=\"https://opendatacommons.org/licenses/odbl/\">ODbL</a>";

/// The Nearby Search reply with those features that are places near.
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
        reply.objects("results", places, |result, place| write_place(result, place));
        reply.text("status", if places.is_empty() { "ZERO_RESULTS" } else { "OK" });
    });
    json.push(b'\n');
    Answer::from_json(json).expect("what is laid out above is a Nearby Search reply")
}

fn write_place(result: &mut Object<'_>, place: &Feature<'_>) {
    let [longitude, latitude] = place.geometry.coordinates;
    result.object("geometry", |geometry| {
        write_position(geometry, "location", latitude, longitude);
        if let Some([west, north, east, south]) = place.properties.extent {
            geometry.object("viewport", |viewport| {
                write_position(viewport, "northeast", north, east);
                write_position(viewport, "southwest", south, west);
            });
        }
    });
    result.text("name", place.properties.name.as_deref().unwrap_or_default());
    result.text("place_id", &place.id());
    result.text("reference", &place.id());
    result.text("scope", "APP");
    let Properties { osm_key, osm_value, .. } = &place.properties;
    result.texts("types", &[&**osm_value, &**osm_key, "point_of_interest", "establishment"]);
    if let Some(vicinity) = place.properties.vicinity() {
        result.text("vicinity", &vicinity);
    }
}

fn write_position(parent: &mut Object<'_>, key: &str, latitude: Number<'_>, longitude: Number<'_>) {
    parent.object(key, |object| {
        object.digits("lat", latitude);
        object.digits("lng", longitude);
    });
}
