//! Who may do what is asked in one place.

use super::world::{Ask, World};
use herd::config::Limits;
use herd::protocol::ClientId;
use herd::web::{Credential, Gate, Verdict, Web};
use serde_json::json;

/// `device` may tell about clients whose ID begins with `van`, `reader` may ask.
struct Tokens;

impl Gate for Tokens {
    fn may_tell(&self, credential: &Credential, client: ClientId<'_>) -> Verdict {
        let is_van = client.as_bytes().starts_with(b"van");
        verdict(credential.secret() == Some("device") && is_van)
    }

    fn may_ask(&self, credential: &Credential) -> Verdict {
        verdict(credential.secret() == Some("reader"))
    }
}

fn verdict(is_allowed: bool) -> Verdict {
    if is_allowed { Verdict::Allowed } else { Verdict::Refused }
}

fn world() -> World {
    World::with(Web::guarded_by(Tokens), Limits::default())
}

#[test]
fn a_device_tells_about_itself_only_wherever_its_token_is() {
    for request in [
        Ask::get("/?id=van-7&lat=1&lon=2&timestamp=5&token=device"),
        Ask::post("/t/device/osmand", "id=van-7&lat=1&lon=2&timestamp=5"),
        Ask::get("/?id=van-7&lat=1&lon=2&timestamp=5").header("Authorization: Bearer device"),
        // "u:device"
        Ask::get("/?id=van-7&lat=1&lon=2&timestamp=5").header("Authorization: Basic dTpkZXZpY2U="),
    ] {
        let world = world();
        assert_eq!(world.ask(&request).status, 200, "{request:?}");
        assert_eq!(world.known("van-7").as_deref(), Some("+1+2 5.000000000"));
    }
    let world = world();
    let other = world.ask(&Ask::get("/?id=car&lat=1&lon=2&token=device"));
    assert_eq!((other.status, world.known("car")), (403, None));
    let nothing = world.ask(&Ask::get("/?id=van-7&lat=1&lon=2"));
    let challenge = Some("Basic realm=\"herd\", charset=\"UTF-8\"");
    assert_eq!((nothing.status, nothing.header("www-authenticate")), (401, challenge));
}

#[test]
fn only_readers_ask_and_see_friends() {
    let world = world();
    for path in ["/v1/clients", "/v1/clients/van-7", "/v1/places?id=van-7", "/v1/events"] {
        assert_eq!(world.ask(&Ask::get(path)).status, 401, "{path}");
        let device = Ask::get(path).header("Authorization: Bearer device");
        assert_eq!(world.ask(&device).status, 403, "{path}");
    }
    let reader = Ask::get("/v1/clients").header("Authorization: Bearer reader");
    assert_eq!(world.ask(&reader).status, 200);
    let location = r#"{"_type":"location","lat":1,"lon":2,"tst":5,"topic":"owntracks/van/7"}"#;
    let told = world.ask(&Ask::post("/owntracks?token=device", location));
    assert_eq!((told.status, told.body.as_str()), (200, "[]"));
}

#[test]
fn a_program_hears_which_positions_it_may_not_tell() {
    let world = world();
    let both = json!([{ "id": "van-7", "lat": 1, "lon": 2 }, { "id": "car", "lat": 1, "lon": 2 }]);
    let answer = world.ask(&Ask::post("/v1/positions?token=device", &both.to_string()));
    let reason = "its sender may not tell this client's position";
    let refused = json!([{ "index": 1, "reason": reason }]);
    assert_eq!(answer.json(), json!({ "accepted": 1, "refused": refused }));
    assert_eq!(world.ask(&Ask::post("/v1/positions", &both.to_string())).status, 401);
}
