//! What a token permits over HTTP.

use super::world::{Ask, World};
use herd::access::{AccessList, TokenHash};
use herd::config::Limits;
use serde_json::json;
use std::time::Duration;

/// An access.toml: `vans` may tell about clients whose ID begins with `van` or `owntracks/van`, `office`
/// may ask about everybody, `family` about vans only. Each token is its name and `-token`.
fn access() -> String {
    let entry = |name: &str, rest: &str| {
        let hash = TokenHash::of(format!("{name}-token").as_bytes());
        format!("[[token]]\nname = \"{name}\"\nsha256 = \"{hash}\"\n{rest}\n")
    };
    [
        entry("vans", "roles = [\"device\"]\nid_prefix = \"van\""),
        entry("office", "roles = [\"reader\"]"),
        entry("family", "roles = [\"reader\"]\nid_prefix = \"van\""),
    ]
    .concat()
}

fn world() -> World {
    World::guarded(&access(), Limits::default())
}

fn bearer(path: &str, name: &str) -> Ask {
    Ask::get(path).header(&format!("Authorization: Bearer {name}:{name}-token"))
}

#[test]
fn a_device_tells_about_itself_only_wherever_its_token_is() {
    for request in [
        Ask::get("/?id=van-7&lat=1&lon=2&timestamp=5&token=vans:vans-token"),
        Ask::post("/t/vans:vans-token/osmand", "id=van-7&lat=1&lon=2&timestamp=5"),
        bearer("/?id=van-7&lat=1&lon=2&timestamp=5", "vans"),
        // "vans:vans-token"
        Ask::get("/?id=van-7&lat=1&lon=2&timestamp=5")
            .header("Authorization: Basic dmFuczp2YW5zLXRva2Vu"),
    ] {
        let world = world();
        assert_eq!(world.ask(&request).status, 200, "{request:?}");
        assert_eq!(world.known("van-7").as_deref(), Some("+1+2 5.000000000"));
    }
    let world = world();
    let other = world.ask(&bearer("/?id=car&lat=1&lon=2", "vans"));
    assert_eq!((other.status, world.known("car")), (403, None));
    let wrong = world.ask(&Ask::get("/?id=van-7&lat=1&lon=2&token=vans-token"));
    assert_eq!((wrong.status, world.known("van-7")), (403, None));
    let nothing = world.ask(&Ask::get("/?id=van-7&lat=1&lon=2"));
    let challenge = Some("Basic realm=\"herd\", charset=\"UTF-8\"");
    assert_eq!((nothing.status, nothing.header("www-authenticate")), (401, challenge));
}

#[test]
fn only_readers_ask_and_see_friends() {
    let world = world();
    for path in ["/v1/clients", "/v1/clients/van-7", "/v1/places?id=van-7", "/v1/events"] {
        assert_eq!(world.ask(&Ask::get(path)).status, 401, "{path}");
        assert_eq!(world.ask(&bearer(path, "vans")).status, 403, "{path}");
    }
    assert_eq!(world.ask(&bearer("/v1/clients", "office")).status, 200);
    let location = r#"{"_type":"location","lat":1,"lon":2,"tst":5,"topic":"owntracks/van/7"}"#;
    let told = world.ask(&Ask::post("/owntracks?token=vans:vans-token", location));
    assert_eq!((told.status, told.body.as_str()), (200, "[]"));
}

/// Where somebody else is must not leak through a list.
#[test]
fn a_reader_of_some_clients_sees_no_others() {
    let world = world();
    for id in ["van-7", "car"] {
        let position = format!("IAMAT {id} +1+2 5");
        world.tell(&position);
    }
    let ids = |name: &str| {
        let page = world.ask(&bearer("/v1/clients", name)).json();
        let features = page["features"].as_array().expect("it is a list").clone();
        features.iter().map(|it| it["id"].to_string()).collect::<Vec<_>>()
    };
    assert_eq!(ids("office"), ["\"van-7\"", "\"car\""]);
    assert_eq!(ids("family"), ["\"van-7\""]);
    assert_eq!(world.ask(&bearer("/v1/clients/car", "family")).status, 403);
    assert_eq!(world.ask(&bearer("/v1/clients/van-7", "family")).status, 200);
    assert_eq!(world.ask(&bearer("/v1/places?id=car", "family")).status, 403);
}

#[test]
fn a_program_hears_which_positions_it_may_not_tell() {
    let world = world();
    let both = json!([{ "id": "van-7", "lat": 1, "lon": 2 }, { "id": "car", "lat": 1, "lon": 2 }]);
    let answer = world.ask(&Ask::post("/v1/positions?token=vans:vans-token", &both.to_string()));
    let reason = "its sender may not tell this client's position";
    let refused = json!([{ "index": 1, "reason": reason }]);
    assert_eq!(answer.json(), json!({ "accepted": 1, "refused": refused }));
    assert_eq!(world.ask(&Ask::post("/v1/positions", &both.to_string())).status, 401);
}

/// A token that was taken back must be good for nothing, at once.
#[test]
fn a_token_that_is_taken_back_is_refused() {
    let world = world();
    assert_eq!(world.ask(&bearer("/v1/clients", "office")).status, 200);
    world.server.set_access(AccessList::default());
    assert_eq!(world.ask(&bearer("/v1/clients", "office")).status, 403);
}

/// Requests over HTTP count like commands; nobody is refused for it.
#[test]
fn whoever_sends_more_than_the_quota_waits() {
    let limits = Limits { commands_per_address: 2, ..Limits::default() };
    let world = World::guarded(&access(), limits);
    let began = world.uptime();
    for time in 0..10 {
        let path = format!("/?id=van-7&lat=1&lon=2&timestamp={time}");
        assert_eq!(world.ask(&bearer(&path, "vans")).status, 200);
    }
    let took = world.uptime() - began;
    assert!(took >= Duration::from_secs(3) && took < Duration::from_secs(6), "{took:?}");
    assert_eq!(world.known("van-7").as_deref(), Some("+1+2 9.000000000"));
}
