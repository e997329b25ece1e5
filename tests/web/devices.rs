//! What phones send, and what becomes of it.

use super::world::{Ask, World};
use herd::config::Limits;
use herd::web::Web;
use serde_json::json;

const FORM: &str = "Content-Type: application/x-www-form-urlencoded";

/// Sends a request, and says with which status and body it was answered, and what is known then.
#[track_caller]
fn sent(request: Ask, id: &str) -> (u16, String, Option<String>) {
    let world = World::new();
    let answer = world.ask(&request);
    (answer.status, answer.body.clone(), world.known(id))
}

/// What a device gets whose position was taken: success, and nothing to read.
fn taken(position_and_time: &str) -> (u16, String, Option<String>) {
    (200, String::new(), Some(position_and_time.to_owned()))
}

const AT: &str = "+52.52+13.405 1479413884.000000000";

#[test]
fn traccar_client_up_to_8_posts_an_empty_body() {
    let query = "/?id=van-7&timestamp=1479413884&lat=52.52&lon=13.405&speed=0.0&bearing=0.0\
                 &altitude=34.0&accuracy=20.0&batt=88.0";
    assert_eq!(sent(Ask::post(query, "").header(FORM), "van-7"), taken(AT));
}

#[test]
fn traccar_client_9_posts_json() {
    let body = json!({
        "location": {
            "event": "motionchange", "is_moving": false, "uuid": "e1", "odometer": 12.5,
            "timestamp": "2016-11-17T20:18:04.000Z",
            "coords": { "latitude": 52.52, "longitude": 13.405, "accuracy": 4.6, "speed": -1,
                "speed_accuracy": -1, "heading": -1, "heading_accuracy": -1, "altitude": 30.1 },
            "activity": { "type": "still", "confidence": 100 },
            "battery": { "is_charging": true, "level": 0.95 },
            "extras": {}, "_": "&id=van-7&lat=52.52&lon=13.405&timestamp=1479413884000&"
        },
        "device_id": "van-7"
    });
    let ask = Ask::post("/", &body.to_string()).header("Content-Type: application/json");
    assert_eq!(sent(ask, "van-7"), taken(AT));
}

/// Other apps of that library send a batch of locations.
#[test]
fn an_array_of_locations_is_a_batch() {
    let location = |latitude: f64, second: u32| {
        json!({ "timestamp": format!("2016-11-17T20:18:{second:02}Z"),
                "coords": { "latitude": latitude, "longitude": 13.405 } })
    };
    let body = json!({ "location": [location(1.5, 3), location(52.52, 4), location(1.7, 2)],
        "device_id": "van-7" });
    assert_eq!(sent(Ask::post("/", &body.to_string()), "van-7"), taken(AT));
}

#[test]
fn traccar_client_10_posts_a_form_again() {
    let body = "id=van-7&timestamp=1479413884&lat=52.52&lon=13.405&speed=0&bearing=0&altitude=0\
                &accuracy=12&batt=90&charge=true";
    let ask = Ask::post("/", body).header(FORM).header("User-Agent: ktor-client");
    assert_eq!(sent(ask, "van-7"), taken(AT));
    // An option of its SDK sends flat objects.
    let flat = json!([{ "id": "van-7", "timestamp": 1479413884, "lat": 52.52, "lon": 13.405 }]);
    assert_eq!(sent(Ask::post("/osmand", &flat.to_string()), "van-7"), taken(AT));
}

/// It keeps the first of its queue for ever unless that is answered with success.
#[test]
fn a_heartbeat_without_a_position_is_no_error() {
    let body = "id=van-7&timestamp=1479413884&batt=90&charge=true";
    assert_eq!(sent(Ask::post("/", body).header(FORM), "van-7"), (200, String::new(), None));
}

#[test]
fn osmand_gets_with_a_template_of_its_user() {
    let path = "/osmand?lat=52.52&lon=13.405&timestamp=1479413884000&hdop=3.2&altitude=30\
                &speed=1.4&deviceid=van-7";
    assert_eq!(sent(Ask::get(path), "van-7"), taken(AT));
    assert_eq!(sent(Ask::get(&path.replace("/osmand", "/")), "van-7"), taken(AT));
}

#[test]
fn gpslogger_sends_any_method_and_no_content_type() {
    let body = "lat=52.52&lon=13.405&time=2016-11-17T20:18:04.000Z&acc=5.0&spd=0&dir=0&aid=van-7";
    assert_eq!(sent(Ask::of("PUT", "/osmand").body(body), "van-7"), taken(AT));
    // %TIMEOFFSET, whose plus nobody has encoded.
    let path =
        "/?latitude=52.52&longitude=13.405&timeoffset=2016-11-17T21:18:04.000+01:00&ser=van-7";
    assert_eq!(sent(Ask::post(path, ""), "van-7"), taken(AT));
}

const LOCATION: &str = r#"{"_type":"location","lat":52.52,"lon":13.405,"tst":1479413884,"acc":12,
    "batt":80,"vel":0,"tid":"n7","topic":"owntracks/jane/phone","created_at":1479413900,"t":"u"}"#;

/// Who sends is told by headers, by the query, by the name that goes with a password, or by the topic.
#[test]
fn owntracks_is_answered_with_the_positions_of_all() {
    for (request, id) in [
        (Ask::post("/owntracks", LOCATION), "jane/phone"),
        (Ask::post("/pub?u=ann&d=tab", LOCATION), "ann/tab"),
        (
            Ask::post("/pub?u=ann", LOCATION).header("X-Limit-U: bob").header("X-Limit-D: car"),
            "bob/car",
        ),
        // "cat:secret"
        (
            Ask::post("/", LOCATION)
                .header("Authorization: Basic Y2F0OnNlY3JldA==")
                .header("X-Limit-D: box"),
            "cat/box",
        ),
    ] {
        let world = World::new();
        world.ask(&Ask::get("/?id=van-7&lat=1&lon=2&timestamp=1000000000"));
        let answer = world.ask(&request);
        assert_eq!((answer.status, world.known(id).as_deref()), (200, Some(AT)));
        assert_eq!(answer.header("content-type"), Some("application/json"));
        let friend = |id: &str, tid: &str, lat: f64, lon: f64, tst: u64| {
            json!({ "_type": "location", "tid": tid, "lat": lat, "lon": lon, "tst": tst,
                "topic": format!("owntracks/{id}") })
        };
        let own = friend(id, &id[id.len() - 2..], 52.52, 13.405, 1_479_413_884);
        let others = friend("van-7", "-7", 1.0, 2.0, 1_000_000_000);
        assert_eq!(answer.json(), json!([others, own]));
    }
}

/// An empty 200 counted as a failure: owntracks/android#2240, geopulse#31.
#[test]
fn owntracks_gets_an_array_for_whatever_has_no_position() {
    for body in [
        "",
        r#"{"_type":"status","iOS":{}}"#,
        r#"{"_type":"lwt","tst":1479413884}"#,
        r#"{"_type":"transition","event":"enter","lat":1,"lon":2,"tst":1479413884}"#,
        r#"{"_type":"waypoints","waypoints":[]}"#,
        r#"{"_type":"card","name":"Jane","face":"aGk="}"#,
        r#"{"_type":"location","lat":null,"lon":null,"tst":1479413884,"topic":"owntracks/a/b"}"#,
    ] {
        assert_eq!(
            sent(Ask::post("/owntracks", body), "a/b"),
            (200, "[]".to_owned(), None),
            "{body}"
        );
    }
    let empty = Ask::post("/", "").header("X-Limit-U: jane").header("X-Limit-D: phone");
    assert_eq!(sent(empty, "x").0, 200);
}

/// The recorder takes a time as text; so do we.
#[test]
fn owntracks_may_write_its_time_as_text() {
    let body = LOCATION.replace("1479413884", "\"1479413884\"");
    assert_eq!(sent(Ask::post("/owntracks", &body), "jane/phone").2.as_deref(), Some(AT));
}

#[test]
fn encrypted_messages_are_refused_with_a_word() {
    let world = World::new();
    let answer = world.ask(&Ask::post("/owntracks", r#"{"_type":"encrypted","data":"x"}"#));
    let detail = "the message is encrypted: empty the secret encryption key in OwnTracks";
    assert_eq!((answer.status, answer.json()["detail"].as_str()), (422, Some(detail)));
}

fn feature(latitude: f64, second: u32, device: &str) -> serde_json::Value {
    json!({ "type": "Feature",
        "geometry": { "type": "Point", "coordinates": [13.405, latitude] },
        "properties": { "timestamp": format!("2016-11-17T12:18:{second:02}-0800"), "speed": -1,
            "horizontal_accuracy": 5, "battery_level": 0.8, "device_id": device,
            "unique_id": "0A1B" } })
}

#[test]
fn overland_sends_batches_out_of_order() {
    let ok = |known: &str| (200, "{\"result\":\"ok\"}".to_owned(), Some(known.to_owned()));
    let batch = json!({ "locations": [feature(1.0, 3, "van-7"), feature(52.52, 4, "van-7"),
        feature(2.0, 2, "van-7")] });
    assert_eq!(sent(Ask::post("/overland", &batch.to_string()), "van-7"), ok(AT));
    // The newest position comes apart while older ones wait.
    let backlog = json!({ "locations": [feature(1.0, 1, "")], "current": feature(52.52, 4, "") });
    assert_eq!(sent(Ask::post("/overland", &backlog.to_string()), "0A1B"), ok(AT));
    let named = Ask::post("/overland?device_id=van-8", &backlog.to_string());
    assert_eq!(sent(named, "van-8"), ok(AT));
    let bare = json!([feature(52.52, 4, "van-7")]);
    assert_eq!(sent(Ask::post("/", &bare.to_string()), "van-7"), ok(AT));
}

#[test]
fn an_empty_batch_of_overland_is_a_success() {
    let expected = (200, "{\"result\":\"ok\"}".to_owned(), None);
    assert_eq!(sent(Ask::post("/overland", r#"{"locations":[]}"#), "x"), expected);
    assert_eq!(sent(Ask::post("/overland", "[]"), "x"), expected);
}

/// An app that is told to use another app's path, or sends another content type, loses nothing.
#[test]
fn the_body_decides_and_not_the_path() {
    let batch = json!({ "locations": [feature(52.52, 4, "van-7")] }).to_string();
    assert_eq!(sent(Ask::post("/pub", &batch).header(FORM), "van-7").2.as_deref(), Some(AT));
    assert_eq!(sent(Ask::post("/overland", LOCATION), "jane/phone").2.as_deref(), Some(AT));
    let form = Ask::post("/owntracks", "id=x&lat=52.52&lon=13.405&timestamp=1479413884");
    assert_eq!(sent(form.header("Content-Type: application/json"), "x"), taken(AT));
}

/// dawarich#3299, home-assistant#146964: a new version's new format was answered with 200, and lost.
#[test]
fn what_nobody_understands_is_an_error_so_that_the_device_keeps_it() {
    for (request, detail) in [
        (Ask::post("/", ""), "the request has no position"),
        (Ask::post("/", r#"{"points":[1,2]}"#), "this is no position of a known app"),
        (Ask::post("/", "{\"locations\":"), "the body begins like JSON and is none"),
        (Ask::post("/", "\u{1}\u{2}binary"), "this is no position of a known app"),
        (Ask::post("/", "id=x&lat=fifty&lon=2"), "the position or its time is not understood"),
        (
            Ask::post("/", "id=x&lat=1&lon=2&timestamp=yesterday"),
            "the position or its time is not understood",
        ),
        (
            Ask::post("/", r#"{"_type":"location","lat":1,"lon":2,"topic":"owntracks/a/b"}"#),
            "the position or its time is not understood",
        ),
    ] {
        let world = World::new();
        let answer = world.ask(&request);
        let problem = answer.json();
        assert_eq!((answer.status, problem["detail"].as_str()), (400, Some(detail)), "{request:?}");
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        assert_eq!(problem["error"], problem["detail"]);
        assert_eq!(world.server.status().clients, 0);
    }
}

/// owntracks/owntracks#29: one message that was refused blocked all that came after it.
#[test]
fn whatever_is_refused_for_good_is_a_success() {
    for parameters in [
        "id=x&lat=0&lon=0",
        "id=x&lat=0.0&lon=-0.0",
        "id=x&lat=NaN&lon=2",
        "id=x&lat=inf&lon=2",
        "id=x&lat=91&lon=2",
        "id=x&lat=1&lon=181",
        "id=x&lat=1&lon=2&valid=0",
        "id=x&lat=1&lon=2&valid=false",
        "id=x&lat=&lon=",
        "id=x&lat=1&lon=2&timestamp=9999999999",
    ] {
        let expected = (200, String::new(), None);
        assert_eq!(sent(Ask::get(&format!("/?{parameters}")), "x"), expected, "{parameters}");
    }
}

/// dawarich and traccar: one point without coordinates threw its whole batch away.
#[test]
fn one_bad_point_does_not_cost_its_batch() {
    let none = json!({ "type": "Feature", "geometry": null, "properties": {} });
    let nulls = json!({ "type": "Feature", "properties": {},
        "geometry": { "type": "Point", "coordinates": [null, null] } });
    let mut no_time = feature(1.0, 9, "van-7");
    no_time["properties"]["timestamp"] = json!("soon");
    let mut future = feature(3.0, 5, "van-7");
    future["properties"]["timestamp"] = json!("2100-01-01T00:00:00Z");
    let batch = json!({ "locations":
        [none, nulls, no_time, 7, feature(52.52, 4, "van-7"), feature(9.0, 6, "a b"), future] });
    let answer = sent(Ask::post("/overland", &batch.to_string()), "van-7");
    assert_eq!(answer, (200, "{\"result\":\"ok\"}".to_owned(), Some(AT.to_owned())));
}

#[test]
fn small_numbers_are_numbers() {
    let known = sent(Ask::get("/?id=x&lat=1e-7&lon=2.5&timestamp=5"), "x").2;
    assert_eq!(known.as_deref(), Some("+0.0000001+2.5 5.000000000"));
    let location = sent(Ask::get("/?id=x&location=1.5,%202.5&timestamp=5"), "x").2;
    assert_eq!(location.as_deref(), Some("+1.5+2.5 5.000000000"));
}

/// recorder#313: a point that came late was shown as the newest.
#[test]
fn a_late_point_changes_nothing() {
    let world = World::new();
    for path in ["/?id=x&lat=1&lon=2&timestamp=20", "/?id=x&lat=3&lon=4&timestamp=10"] {
        assert_eq!(world.ask(&Ask::get(path)).status, 200);
    }
    assert_eq!(world.known("x").as_deref(), Some("+1+2 20.000000000"));
}

/// A position without a time is of now.
#[test]
fn a_missing_time_is_now() {
    let world = World::new();
    let now = world.now();
    assert_eq!(world.ask(&Ask::get("/?id=x&lat=1&lon=2&timestamp=")).status, 200);
    let known = world.known("x").expect("it was told");
    let seconds = known.rsplit(' ').next().and_then(|time| time.split('.').next());
    let seconds: u64 = seconds.and_then(|text| text.parse().ok()).expect("it is a time");
    assert!((now..now + 5).contains(&seconds), "{known}, at {now}");
}

/// traccar#2372: behind a proxy, many devices come over one connection.
#[test]
fn each_request_says_by_itself_who_it_is_from() {
    let world = World::new();
    let mut bytes = Ask::get("/?id=a&lat=1&lon=2&timestamp=5").bytes();
    bytes.extend(Ask::post("/", "id=b&lat=3&lon=4&timestamp=5").bytes());
    bytes.extend(Ask::post("/", "lat=3&lon=4&timestamp=5").bytes());
    let statuses: Vec<_> =
        super::answer::Answer::all(&world.exchange(&bytes)).iter().map(|it| it.status).collect();
    assert_eq!(statuses, [200, 200, 400]);
    assert_eq!(world.known("a").as_deref(), Some("+1+2 5.000000000"));
    assert_eq!(world.known("b").as_deref(), Some("+3+4 5.000000000"));
}

/// home-assistant#101216, and Traccar's own decoder: a query must not hide the form.
#[test]
fn a_query_and_a_form_are_read_together_and_unknown_names_are_ignored() {
    let request = Ask::post("/?token=abc&key=1", "id=x&lat=52.52&lon=13.405&timestamp=1479413884");
    assert_eq!(sent(request.header(FORM), "x"), taken(AT));
    let in_path = Ask::post("/t/abc/osmand?id=x", "lat=52.52&lon=13.405&timestamp=1479413884");
    assert_eq!(sent(in_path, "x"), taken(AT));
}

/// gpslogger#584: an ID that is decoded twice is another one, and one with a blank is none.
#[test]
fn ids_are_decoded_once_and_have_no_white_space() {
    assert_eq!(
        sent(Ask::get("/?id=a%252Bb&lat=52.52&lon=13.405&timestamp=1479413884"), "a%2Bb"),
        taken(AT)
    );
    let long = "x".repeat(256);
    for id in ["a%20b", "a+b", "a%0Ab", "a%00b", "%FF", "", &long] {
        let world = World::new();
        let answer = world.ask(&Ask::get(&format!("/?id={id}&lat=1&lon=2")));
        let detail = "the device's ID is missing, longer than 255 bytes, or has white space";
        assert_eq!(answer.json()["detail"], detail, "{id}");
        assert_eq!((answer.status, world.server.status().clients), (400, 0), "{id}");
    }
}

/// A phone must keep what the server has no room for, and come again.
#[test]
fn a_full_server_says_later() {
    let world = World::with(Web::new(), Limits { clients: 1, ..Limits::default() });
    assert_eq!(world.ask(&Ask::get("/?id=a&lat=1&lon=2&timestamp=5")).status, 200);
    let answer = world.ask(&Ask::get("/?id=b&lat=1&lon=2&timestamp=5"));
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("10")));
    assert_eq!(world.ask(&Ask::get("/?id=a&lat=3&lon=4&timestamp=6")).status, 200);
}

/// A GET that writes must not be kept by anybody on the way, nor be sent by a page of another origin.
#[test]
fn a_page_of_another_origin_tells_nothing() {
    let path = "/?id=x&lat=1&lon=2&timestamp=5";
    let world = World::new();
    for header in ["Sec-Fetch-Site: cross-site", "Origin: https://evil.example", "Origin: null"] {
        let answer = world.ask(&Ask::get(path).header(header));
        assert_eq!((answer.status, world.known("x")), (403, None), "{header}");
        let body = r#"{"id":"x","lat":1,"lon":2}"#;
        assert_eq!(world.ask(&Ask::post("/v1/positions", body).header(header)).status, 403);
    }
    let answer = world.ask(&Ask::get(path));
    assert_eq!((answer.status, answer.header("cache-control")), (200, Some("no-store")));
}
