//! The interface for programs.

use super::world::{Ask, World};
use serde_json::{Value, json};

#[track_caller]
fn tell(world: &World, positions: &Value) {
    let answer = world.ask(&Ask::post("/v1/positions", &positions.to_string()));
    assert_eq!((answer.status, &answer.json()["refused"]), (200, &json!([])));
}

fn at(id: &str, lat: f64, lon: f64) -> Value {
    json!({ "id": id, "lat": lat, "lon": lon, "time": 1_479_413_884 })
}

#[test]
fn a_position_is_told_and_asked() {
    let world = World::new();
    let told = r#"{"id":"van-7","lat":52.52,"lon":13.405,"time":1479413884.392014450}"#;
    let answer = world.ask(&Ask::post("/v1/positions", told));
    assert_eq!(answer.json(), json!({ "accepted": 1, "refused": [] }));
    let answer = world.ask(&Ask::get("/v1/clients/van-7"));
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let start = "{\"id\":\"van-7\",\"lat\":52.52,\"lon\":13.405,\"time\":1479413884.392014450,\
                 \"server\":\"Alford\",\"skew\":";
    assert!(answer.body.starts_with(start), "{}", answer.body);
    let unknown = world.ask(&Ask::get("/v1/clients/van-8"));
    let detail = "the server knows no such client";
    assert_eq!(
        unknown.json(),
        json!({ "type": "about:blank", "title": "Not Found", "status": 404, "detail": detail,
            "error": detail })
    );
    assert_eq!(unknown.status, 404);
}

#[test]
fn what_is_refused_is_named_by_its_place() {
    let world = World::new();
    let body = json!([at("a", 1.0, 2.0), at("b c", 1.0, 2.0), at("d", 91.0, 2.0),
        { "id": "e", "lat": 1, "lon": 2, "time": "2100-01-01T00:00:00Z" }, at("f", 3.0, 4.0)]);
    let answer = world.ask(&Ask::post("/v1/positions", &body.to_string()));
    let refused = json!([
        { "index": 1, "reason": "its ID is missing, longer than 255 bytes, or has white space" },
        { "index": 2, "reason": "its latitude or longitude is not a number in range" },
        { "index": 3, "reason": "its time is too far in the future" },
    ]);
    assert_eq!(answer.json(), json!({ "accepted": 2, "refused": refused }));
    assert_eq!(world.known("f").as_deref(), Some("+3+4 1479413884.000000000"));
}

#[test]
fn many_lines_are_many_positions() {
    let world = World::new();
    let lines: String =
        (0..1000).map(|number| format!("{}\n", at(&format!("c{number}"), 1.0, 2.0))).collect();
    let answer = world.ask(&Ask::post("/v1/positions", &lines));
    assert_eq!(answer.json(), json!({ "accepted": 1000, "refused": [] }));
    assert_eq!(world.server.status().clients, 1000);
}

fn ids(page: &Value) -> Vec<&str> {
    let features = page["features"].as_array().expect("a page has features");
    features.iter().map(|feature| feature["id"].as_str().expect("IDs are text")).collect()
}

#[test]
fn a_box_may_cross_the_antimeridian() {
    let world = World::new();
    tell(
        &world,
        &json!([at("suva", -18.1, 178.4), at("apia", -13.8, -171.8), at("rome", 41.9, 12.5)]),
    );
    let page = world.ask(&Ask::get("/v1/clients?bbox=170,-20,-170,-10"));
    assert_eq!(page.header("content-type"), Some("application/geo+json"));
    assert_eq!(ids(&page.json()), ["suva", "apia"]);
    let geometry = json!({ "type": "Point", "coordinates": [178.4, -18.1] });
    assert_eq!(page.json()["features"][0]["geometry"], geometry);
    assert_eq!(page.json()["more"], false);
    let everywhere = world.ask(&Ask::get("/v1/clients"));
    assert_eq!(ids(&everywhere.json()).len(), 3);
}

/// Whoever turns pages while clients move must miss none of them.
#[test]
fn pages_miss_nobody_while_clients_move() {
    let world = World::new();
    let many: Vec<_> = (0..2500).map(|number| at(&format!("c{number}"), 1.0, 2.0)).collect();
    tell(&world, &json!(many));
    let mut seen = std::collections::BTreeSet::new();
    let mut path = "/v1/clients?limit=400".to_owned();
    for time in 1.. {
        let page = world.ask(&Ask::get(&path)).json();
        seen.extend(ids(&page).into_iter().map(str::to_owned));
        if page["more"] == false {
            break;
        }
        // Some that were not seen yet move behind the rest.
        let moved: Vec<_> = (0..50)
            .map(|number| {
                json!({ "id": format!("c{}", 2499 - number), "lat": 3, "lon": 4,
                "time": 1_479_413_884 + if time < 5 { time } else { 5 } })
            })
            .collect();
        tell(&world, &json!(moved));
        path =
            format!("/v1/clients?limit=400&after={}", page["cursor"].as_str().expect("a cursor"));
        assert!(time < 50, "the pages never end");
    }
    assert_eq!(seen.len(), 2500);
}

/// After a restart of the server a cursor means nothing, so the pages begin anew.
#[test]
fn a_cursor_of_another_log_begins_anew() {
    let world = World::new();
    tell(&world, &json!([at("a", 1.0, 2.0)]));
    let page = world.ask(&Ask::get("/v1/clients?after=0123456789abcdef-99"));
    assert_eq!(ids(&page.json()), ["a"]);
}

#[test]
fn places_are_what_whatsat_says() {
    let world = World::new();
    tell(&world, &json!([at("kiwi", 34.06893, -118.445127)]));
    let answer = world.ask(&Ask::get("/v1/places?id=kiwi&radius=10&max=2"));
    let answer = answer.json();
    assert_eq!(answer["client"]["id"], "kiwi");
    assert_eq!(answer["places"]["status"], "OK");
    assert_eq!(answer["places"]["results"].as_array().map(Vec::len), Some(2));
    assert_eq!(world.ask(&Ask::get("/v1/places?id=plum")).status, 404);
}

#[test]
fn what_is_asked_wrongly_is_told_how_to_ask() {
    let world = World::new();
    for (path, detail) in [
        ("/v1/clients?limit=0", "limit must be a whole number from 1 to 10000"),
        ("/v1/clients?limit=10001", "limit must be a whole number from 1 to 10000"),
        ("/v1/clients?after=7", "after must be the cursor of a page before"),
        (
            "/v1/clients?bbox=1,2,3",
            "bbox must be WEST,SOUTH,EAST,NORTH in degrees, south below north",
        ),
        ("/v1/events?after=7", "Last-Event-ID and after must be the id of an event"),
        ("/v1/places", "id must be a client's ID"),
        ("/v1/places?id=x&radius=51", "radius must be kilometres from 0 to 50"),
        ("/v1/places?id=x&max=21", "max must be a whole number from 0 to 20"),
        ("/v1/clients/a%20b", "this is no client's ID"),
    ] {
        let answer = world.ask(&Ask::get(path));
        assert_eq!(
            (answer.status, answer.json()["detail"].as_str()),
            (400, Some(detail)),
            "{path}"
        );
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    }
    let answer = world.ask(&Ask::post("/v1/positions", "id=x"));
    assert_eq!(answer.json()["detail"], "the body is not JSON, nor JSON in each line");
}
