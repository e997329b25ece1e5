//! Google's Places API (New), played: what it is asked, and what becomes of what it says.

use super::service::Service;
use super::source::Source;
use super::{KEY, SHORT, ask_for, fetcher};
use herd::fetch::{Careful, Fetcher};
use herd::places::{GoogleNew, Places, Remote};
use herd::runtime::AsyncStd;
use std::io::Write;

fn places(fetcher: impl Fetcher, base: &str) -> impl Places {
    let google = GoogleNew::new(KEY.parse().expect("the test's key is good"));
    Remote::new(fetcher, google.with_base(base).expect("the base is good"))
}

/// What a client gets from a service that answers so, with the service's address as `HOST`; the key
/// is not in it.
fn answer(status: &str, body: &str) -> Result<String, String> {
    let source = Source::answering(status, "application/json", body);
    let (address, places) =
        (source.address(), places(fetcher(), &format!("http://{}", source.address())));
    let outcome = ask_for(&places, "10", 20);
    drop(places);
    source.request();
    outcome.map_err(|error| error.replace(&address, "HOST"))
}

fn refusal(status: &str, message: &str) -> Result<String, String> {
    Ok(format!(
        "{{\n   \"error_message\" : \"{message}\",\n   \"html_attributions\" : [],\n   \
         \"results\" : [],\n   \"status\" : \"{status}\"\n}}\n\n"
    ))
}

/// Without it the service would understand nothing, or bill more than what is documented.
#[test]
fn a_question_is_a_post_with_the_key_in_a_header() {
    let service = Service::answering("200 OK", "{}");
    let places = places(fetcher(), &service.base());
    ask_for(&places, "10", 5).expect("it answers");
    ask_for(&places, "0", 5).expect("it answers");
    let requests = service.seen().requests;
    let (head, body) = requests[0].split_once("\r\n\r\n").expect("a head has an end");
    let mut lines: Vec<&str> = head.split("\r\n").collect();
    lines.sort_unstable();
    let (host, mask) = (
        format!("host: {}", service.address()),
        format!("x-goog-fieldmask: {}", herd::places::GOOGLE_NEW_FIELD_MASK),
    );
    let expected = [
        "POST /v1/places:searchNearby HTTP/1.1",
        "accept-encoding: identity",
        "content-length: 126",
        "content-type: application/json",
        &host,
        concat!("user-agent: herd/", env!("CARGO_PKG_VERSION")),
        "x-goog-api-key: AIza/Secret+Key",
        &mask,
    ];
    assert_eq!(lines, expected);
    let question = |radius: u32| {
        format!(
            "{{\"locationRestriction\":{{\"circle\":{{\"center\":{{\"latitude\":34.06893,\
             \"longitude\":-118.445127}},\"radius\":{radius}}}}},\"maxResultCount\":20}}"
        )
    };
    assert_eq!(body, question(10_000));
    assert!(requests[1].ends_with(&question(1)), "the service takes no radius of 0");
}

/// Without it a client that wants no places would cost as much as one that wants twenty.
#[test]
fn a_question_for_no_places_asks_nobody() {
    let service = Service::answering("200 OK", "{}");
    let nothing = "{\n   \"html_attributions\" : [],\n   \"results\" : [],\n   \
                   \"status\" : \"ZERO_RESULTS\"\n}\n\n";
    assert_eq!(ask_for(&places(fetcher(), &service.base()), "10", 0).as_deref(), Ok(nothing));
    assert_eq!(service.seen().connections, 0);
    assert_eq!(answer("200 OK", "{}").as_deref(), Ok(nothing));
    assert_eq!(answer("200 OK", r#"{"places":[]}"#).as_deref(), Ok(nothing));
}

/// Without it programs for Nearby Search could not read what the new service says.
#[test]
fn a_place_is_mapped_with_its_numbers_digit_for_digit() {
    let said = include_str!("google_new_reply.json");
    let expected = include_str!("google_new_mapped.json");
    let expected = format!("{}\n\n", expected.trim_end());
    assert_eq!(answer("200 OK", said), Ok(expected));
}

/// Without it nobody could tell a wrong key from a spent quota, or from a service in trouble.
#[test]
fn errors_have_the_statuses_of_nearby_search() {
    let error = |code: u16, reason: &str| {
        format!(
            r#"{{"error":{{"code":{code},"message":"no <b> for {KEY}","status":"X","details":
            [{{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"{reason}"}}]}}}}"#
        )
    };
    let said = r"no \u003cb\u003e for REDACTED";
    for (http, code, reason, status) in [
        ("400 Bad Request", 400, "X", "INVALID_REQUEST"),
        ("400 Bad Request", 400, "API_KEY_INVALID", "REQUEST_DENIED"),
        ("401 Unauthorized", 401, "X", "REQUEST_DENIED"),
        ("403 Forbidden", 403, "X", "REQUEST_DENIED"),
        ("429 Too Many Requests", 429, "RATE_LIMIT_EXCEEDED", "OVER_QUERY_LIMIT"),
        ("503 Service Unavailable", 503, "X", "UNKNOWN_ERROR"),
    ] {
        assert_eq!(answer(http, &error(code, reason)), refusal(status, said), "{http}");
    }
    let page = answer("502 Bad Gateway", "<html>");
    assert_eq!(page, refusal("UNKNOWN_ERROR", "the places service answered 502"));
}

/// Without it something else would pass for places.
#[test]
fn what_is_no_reply_is_an_error() {
    let error = |text: &str| Err(format!("the places service answered {text}"));
    assert_eq!(answer("404 Not Found", "<html>"), error("404"));
    assert_eq!(answer("302 Found", ""), error("302"));
    let no_reply = |place| error(&format!("with no reply of the Places API: wrong at {place}"));
    assert_eq!(answer("200 OK", "<html>"), no_reply("line 1 column 1"));
    assert_eq!(answer("200 OK", r#"{"places":{}}"#), no_reply("line 1 column 12"));
}

/// Without it one odd place would cost a client all the others.
#[test]
fn an_odd_place_is_left_out() {
    let places = r#"{"places":[{"id":1}, null, {"id":"good","photos":[7]}]}"#;
    let reply = answer("200 OK", places).expect("it is a reply");
    assert_eq!(reply.matches("\"place_id\"").count(), 1, "{reply}");
    assert!(reply.contains("\"place_id\" : \"good\""), "{reply}");
    assert!(reply.contains("\"status\" : \"OK\""), "{reply}");
}

/// 170,000 attributions stopped the whole server for 40 seconds.
#[test]
fn attributions_without_end_are_cut() {
    let attributions: Vec<String> =
        (0..100_000).map(|number| format!(r#"{{"provider":"from-{number}"}}"#)).collect();
    let places = attributions
        .chunks(500)
        .map(|some| format!(r#"{{"id":"x","attributions":[{}]}}"#, some.join(",")));
    let said = format!(r#"{{"places":[{}]}}"#, places.collect::<Vec<_>>().join(","));
    let reply = answer("200 OK", &said).expect("it is a reply");
    assert_eq!(reply.matches("\"from-").count(), 100, "{} bytes", reply.len());
    assert!(reply.contains("\"from-99\""), "the first ones are told");
}

/// Without it half of a reply could pass for a whole one, or a hung service hold a client up.
#[test]
fn a_connection_that_breaks_or_hangs_is_an_error() {
    let none = |why: &str| Err(format!("no answer from the places service: {why}"));
    let half = Source::saying("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"places\":[]}");
    let base = format!("http://{}", half.address());
    let ended = format!("no whole reply from {}: the connection ended early", half.address());
    assert_eq!(ask_for(&places(fetcher(), &base), "10", 1), none(&ended));
    let hung = Source::after_request(|stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\n").expect("the fetcher reads");
        super::wait_for_close(stream);
    });
    let base = format!("http://{}", hung.address());
    let late = format!("{} did not answer within 0.3 s", hung.address());
    assert_eq!(
        ask_for(&places(Careful::new(AsyncStd::new(), fetcher(), SHORT), &base), "10", 1),
        none(&late)
    );
}
