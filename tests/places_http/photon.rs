//! A Photon service, played: what it is asked, and what becomes of its GeoJSON.

use super::service::Service;
use super::source::Source;
use super::{ask_for, fetcher};
use herd::places::{Photon, Places, Remote};

fn places(base: &str) -> impl Places {
    Remote::new(fetcher(), Photon::new().with_base(base).expect("the base is good"))
}

fn answer(status: &str, body: &str) -> Result<String, String> {
    let source = Source::answering(status, "application/json", body);
    let places = places(&format!("http://{}", source.address()));
    let outcome = ask_for(&places, "10", 20);
    drop(places);
    source.request();
    outcome
}

const ATTRIBUTION: &str = "\u{a9} \\u003ca href=\\\"https://www.openstreetmap.org/copyright\\\"\\u003e\
    OpenStreetMap contributors\\u003c/a\\u003e, \
    \\u003ca href=\\\"https://opendatacommons.org/licenses/odbl/\\\"\\u003eODbL\\u003c/a\\u003e";

fn reply(results: &str, status: &str) -> String {
    format!(
        "{{\n   \"html_attributions\" : [\n      \"{ATTRIBUTION}\"\n   ],\n   \
         \"results\" : {results},\n   \"status\" : \"{status}\"\n}}\n\n"
    )
}

/// Without it the service would be asked for other things, or by nobody it knows.
#[test]
fn a_question_is_one_url_and_says_who_asks() {
    let service = Service::answering("200 OK", r#"{"features":[]}"#);
    let places = places(&service.base());
    assert_eq!(ask_for(&places, "10", 5), Ok(reply("[]", "ZERO_RESULTS")));
    ask_for(&places, "0", 5).expect("it answers");
    ask_for(&places, "10", 0).expect("it answers");
    let requests = service.seen().requests;
    let tags = "osm_tag=amenity&osm_tag=tourism&osm_tag=shop&osm_tag=leisure";
    let line = |radius: &str| {
        format!(
            "GET /reverse?lat=34.06893&lon=-118.445127&radius={radius}&limit=50&{tags} HTTP/1.1\r\n"
        )
    };
    assert_eq!(requests.len(), 2, "a question for no places asks nobody");
    assert!(requests[0].starts_with(&line("10")), "{}", requests[0]);
    assert!(requests[1].starts_with(&line("0.001")), "{}", requests[1]);
    let agent = concat!("user-agent: herd-server/", env!("CARGO_PKG_VERSION"), "\r\n");
    assert!(requests[0].contains(agent), "{}", requests[0]);
}

/// Without it streets and far places would pass for places near, in the service's order, with
/// other digits than it sent.
#[test]
fn features_become_places_the_nearest_first() {
    let feature = |id: u32, key: &str, name: &str, longitude: &str| {
        format!(
            r#"{{"type":"Feature","geometry":{{"type":"Point","coordinates":[{longitude},34.06893]}},
            "properties":{{"osm_type":"N","osm_id":{id},"osm_key":"{key}","osm_value":"x"{name}}}}}"#
        )
    };
    let named = r#","name":"A <b>","street":"Way","housenumber":"7","city":"Los Angeles",
        "extent":[-118.5,34.10,-118.4,34.0]"#;
    let features = [
        feature(1, "shop", r#","name":"far""#, "-118.6"),
        feature(2, "amenity", r#","name":"second","district":"West""#, "-118.4460"),
        feature(3, "highway", r#","name":"no place""#, "-118.4451"),
        feature(4, "tourism", "", "-118.4451"),
        feature(5, "leisure", named, "-118.44510000000000001"),
        feature(5, "leisure", named, "-118.44510000000000001"),
    ];
    let said = format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","));
    let expected = include_str!("photon_mapped.json").trim_end();
    assert_eq!(answer("200 OK", &said), Ok(reply(expected, "OK")));
}

/// Without it an error page would be told as something else.
#[test]
fn errors_are_told() {
    let error = |text: &str| Err(format!("the places service answered {text}"));
    assert_eq!(answer("500 Internal Server Error", "no"), error("500"));
    assert_eq!(answer("403 Forbidden", "no"), error("403"));
    let limit = answer("429 Too Many Requests", "slow down").expect("that is an answer");
    assert!(limit.contains("\"status\" : \"OVER_QUERY_LIMIT\""), "{limit}");
    let no_json = "with no GeoJSON of Photon's: wrong at line 1 column 1";
    assert_eq!(answer("200 OK", "<html>"), error(no_json));
    let no_features = "with no GeoJSON of Photon's: wrong at line 1 column 2";
    assert_eq!(answer("200 OK", "{}"), error(no_features));
}

/// Without it one odd feature would cost a client all the others.
#[test]
fn an_odd_feature_is_left_out() {
    let feature = |geometry: &str, id: &str, name: &str| {
        format!(
            r#"{{"geometry":{geometry},"properties":{{"osm_type":"N",{id}"osm_key":"amenity","osm_value":"cafe","name":{name}}}}}"#
        )
    };
    let here = r#"{"coordinates":[-118.445127,34.06893]}"#;
    let (id, good) = (r#""osm_id":1,"#, r#""Good""#);
    let features = [
        feature("null", id, good),
        feature(here, "", good),
        feature(here, id, "[1]"),
        feature(here, id, good),
        "7".to_owned(),
    ];
    let said = format!(r#"{{"features":[{}]}}"#, features.join(","));
    let reply = answer("200 OK", &said).expect("it is a reply");
    assert_eq!(reply.matches("\"place_id\"").count(), 1, "{reply}");
    assert!(reply.contains("\"name\" : \"Good\""), "{reply}");
}
