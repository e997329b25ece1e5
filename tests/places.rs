//! Real servers whose places come from a misbehaving service: each WHATSAT gets a correct reply,
//! nobody else waits for it, and the key stays secret.

mod support;

use rustix::net::sockopt::set_socket_linger;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};
use support::places_service::{Gate, PlacesService, response, send, wait_for_hang_up};
use support::{Client, Herd, Plan, ReservedPort, eventually};

const KEY: &str = "AIzaSyA-Secret_of-the-test-0123456789";

const LOCATION: &str = "+34.068930-118.445127";

/// Alford, with places from the service at `url`.
fn alford_asking(plan: Plan, url: &str) -> Herd {
    let mut herd = plan.build();
    let launch = herd.launch("Alford").with(&["--places", "google", "--places-url", url]);
    herd.start_as(launch.with_environment("GOOGLE_PLACES_API_KEY", KEY).with_trace_log());
    herd
}

/// Asks for places of the service at `url`, and requires this JSON; that meanwhile and afterwards
/// commands are answered; and that the key is nowhere to be found when all is over.
#[track_caller]
fn assert_reply(url: &str, json: &str) {
    let mut herd = alford_asking(Plan::alone("Alford"), url);
    let (mut client, mut other) = (herd.client("Alford"), herd.client("Alford"));
    let at = client.iamat("kiwi", LOCATION, "1479413884");
    client.send("WHATSAT kiwi 10 5\nhello\n");
    assert_eq!(other.ask("hello"), "? hello");
    assert_eq!(client.whatsat_reply(), (at, json.to_owned()));
    assert_eq!(client.text(), "? hello");
    assert_eq!(client.ask("hello again"), "? hello again");
    assert_eq!(other.ask("hello again"), "? hello again");
    drop((client, other));
    assert_eq!(herd.stop("Alford").code(), Some(0));
    assert_key_is_nowhere(herd.folder());
}

/// Asks for places of the service at `url`, and requires the reply that stands for an error, with
/// this message; `SERVICE` in it stands for the service's address.
#[track_caller]
fn assert_error(url: &str, message: &str) {
    let address = url.strip_prefix("http://").expect("the test's services speak HTTP");
    let message = message.replace("SERVICE", address);
    let json = format!(
        "{{\n   \"error_message\" : \"{message}\",\n   \"html_attributions\" : [],\n   \
         \"results\" : [],\n   \"status\" : \"UNKNOWN_ERROR\"\n}}\n\n"
    );
    assert_reply(url, &json);
}

/// Neither in a log nor in any other file.
#[track_caller]
fn assert_key_is_nowhere(folder: &Path) {
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            assert_key_is_nowhere(&path);
        } else {
            let bytes = fs::read(&path).expect("the file is there");
            let text = String::from_utf8_lossy(&bytes);
            assert!(!text.contains(KEY) && !text.contains("Secret_of"), "{}", path.display());
        }
    }
}

fn json_response(body: &str) -> String {
    response("200 OK", "application/json; charset=UTF-8", body)
}

/// The service must understand the question, and the client must get the service's answer.
#[test]
fn a_good_service_is_asked_for_the_right_places_and_its_reply_is_passed_on() {
    let service = PlacesService::that_sends(json_response(
        "{\n   \"results\" : [ 1.50, 2 ],\n\n   \"status\" : \"OK\"\n}\n",
    ));
    assert_reply(&service.url(), "{\n   \"results\" : [ 1.50, 2 ],\n   \"status\" : \"OK\"\n}\n\n");
    let path = "/maps/api/place/nearbysearch/json";
    let query = format!("location=34.06893,-118.445127&radius=10000&key={KEY}");
    assert_eq!(service.requests(), [format!("GET {path}?{query} HTTP/1.1")]);
}

/// The service's own error message must reach the people who can solve the problem.
#[test]
fn a_status_of_the_services_own_is_passed_on() {
    for status in ["OVER_QUERY_LIMIT", "REQUEST_DENIED", "ZERO_RESULTS", "INVALID_REQUEST"] {
        let json = format!(
            "{{\n   \"error_message\" : \"so it is\",\n   \"html_attributions\" : [],\n   \
             \"results\" : [],\n   \"status\" : \"{status}\"\n}}\n\n"
        );
        assert_reply(&PlacesService::that_sends(json_response(&json)).url(), &json);
    }
}

/// If a service repeats the request, the key must not be in the reply.
#[test]
fn the_key_is_taken_out_of_what_the_service_says() {
    let answer = |told: &str| {
        format!("{{ \"results\" : [], \"status\" : \"REQUEST_DENIED\", \"m\" : \"{told}\" }}")
    };
    let service = PlacesService::that_sends(json_response(&answer(KEY)));
    assert_reply(&service.url(), &format!("{}\n\n", answer("REDACTED")));
}

/// If a service does not answer, its client waits five seconds, and nobody else waits.
#[test]
fn a_service_that_hangs() {
    let service = PlacesService::start(|_, stream| wait_for_hang_up(stream));
    let begin = Instant::now();
    assert_error(
        &service.url(),
        "no answer from the places service: SERVICE did not answer within 5 s",
    );
    assert!(begin.elapsed() >= Duration::from_secs(5));
}

/// The time limit must not start again with each byte.
#[test]
fn a_service_that_drips() {
    let service = PlacesService::start(|_, mut stream| {
        for byte in json_response("{}").bytes() {
            if stream.write_all(&[byte]).is_err() {
                return;
            }
            Gate::default().wait_at_most(Duration::from_millis(300));
        }
    });
    assert_error(
        &service.url(),
        "no answer from the places service: SERVICE did not answer within 5 s",
    );
}

/// A service that is down.
#[test]
fn a_service_that_refuses() {
    let nobody = ReservedPort::new();
    assert_error(
        &format!("http://{}", nobody.address()),
        "no answer from the places service: could not connect to SERVICE: connection refused",
    );
}

/// A service that crashes over the question.
#[test]
fn a_service_that_resets() {
    let service = PlacesService::start(|_, stream| {
        // Closing resets the connection when nothing may linger.
        set_socket_linger(&stream, Some(Duration::ZERO)).expect("sockets can be told how to end");
    });
    assert_error(
        &service.url(),
        "no answer from the places service: no whole reply from SERVICE: connection reset",
    );
}

/// A failing service behind a proxy that answers with an error page of its own.
#[test]
fn a_service_that_answers_500() {
    let page = response("500 Internal Server Error", "text/html", "<html>no</html>");
    assert_error(&PlacesService::that_sends(page).url(), "the places service answered 500");
}

/// A network that shows its own page first, like those of hotels.
#[test]
fn a_service_that_answers_html() {
    let page = response("200 OK", "text/html", "<!DOCTYPE html><html>places</html>");
    assert_error(
        &PlacesService::that_sends(page).url(),
        "the places service answered with no Nearby Search reply: not JSON: wrong at line 1 column 1",
    );
}

/// Another service at that address.
#[test]
fn a_service_that_answers_json_of_another_shape() {
    let service = PlacesService::that_sends(json_response("[ \"places\" ]"));
    assert_error(
        &service.url(),
        "the places service answered with no Nearby Search reply: not a JSON object",
    );
}

/// Half a reply must not be taken for a whole one.
#[test]
fn a_service_that_sends_half_a_body() {
    let whole = json_response("{ \"results\" : [], \"status\" : \"OK\" }");
    let half = whole[..whole.len() - 10].to_owned();
    assert_error(
        &PlacesService::that_sends(half).url(),
        "no answer from the places service: no whole reply from SERVICE: the connection ended early",
    );
}

/// A reply that is too large must cost no more memory than the limit.
#[test]
fn a_service_that_sends_too_much() {
    let padding = "x".repeat(10 * 1024 * 1024);
    let body = format!("{{ \"results\" : [], \"status\" : \"OK\", \"x\" : \"{padding}\" }}");
    assert_error(
        &PlacesService::that_sends(json_response(&body)).url(),
        "no answer from the places service: the reply of SERVICE is larger than 4194304 bytes",
    );
}

/// A reply of unknown size must be limited while it is read.
#[test]
fn a_service_that_sends_without_end() {
    let service = PlacesService::start(|_, mut stream| {
        let mut piece = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
        while stream.write_all(&piece).is_ok() {
            piece = [&b"10000\r\n"[..], &vec![b' '; 0x10000], b"\r\n"].concat();
        }
    });
    assert_error(
        &service.url(),
        "no answer from the places service: the reply of SERVICE is larger than 4194304 bytes",
    );
}

/// A wrong port in the configuration.
#[test]
fn a_service_that_speaks_another_protocol() {
    let service = PlacesService::that_sends("? GET /\n\n");
    assert_error(
        &service.url(),
        "no answer from the places service: no whole reply from SERVICE: invalid HTTP version parsed",
    );
}

/// A source that sends the key in a header must keep it just as secret. If it refuses, the next
/// source of the chain answers, and the reply says why.
#[test]
fn a_chain_goes_on_from_a_refusal_and_the_key_is_nowhere() {
    let body = format!("{{\"error\":{{\"message\":\"no {KEY} here\"}}}}");
    let denied = response("403 Forbidden", "application/json", &body);
    let service = PlacesService::that_sends(denied);
    let mut herd = Plan::alone("Alford").build();
    let url = format!("google-new={}", service.url());
    let chain = ["--places", "google-new,gazetteer", "--places-url", &url];
    let launch = herd.launch("Alford").with(&chain).with_trace_log();
    herd.start_as(launch.with_environment("GOOGLE_PLACES_API_KEY", KEY));
    let mut client = herd.client("Alford");
    client.iamat("kiwi", LOCATION, "1");
    let json = client.whatsat("kiwi", "50", "1").1;
    let note = "\n   \"info_messages\" : [\n      \"google-new: REQUEST_DENIED, no REDACTED here\"";
    assert!(json.contains(note), "{json}");
    assert!(json.contains("\"name\" : \"Los Angeles\""), "{json}");
    assert_eq!(service.requests(), ["POST /v1/places:searchNearby HTTP/1.1"]);
    drop(client);
    assert_eq!(herd.stop("Alford").code(), Some(0));
    assert_key_is_nowhere(herd.folder());
}

/// Cached answers must be used again, and only if a cache was asked for.
#[test]
fn answers_are_kept_if_so_wished() {
    let nothing = json_response("{ \"features\" : [] }");
    for (more, requests) in [(&[][..], 2), (&["--places-cache", "1:60"][..], 1)] {
        let service = PlacesService::that_sends(nothing.clone());
        let mut herd = Plan::alone("Alford").build();
        let url = service.url();
        let photon = [&["--places", "photon", "--places-url", &url][..], more].concat();
        herd.start_as(herd.launch("Alford").with(&photon));
        let mut client = herd.client("Alford");
        client.iamat("kiwi", LOCATION, "1");
        for max in ["5", "7"] {
            let json = client.whatsat("kiwi", "1", max).1;
            assert!(json.contains("\"status\" : \"ZERO_RESULTS\""), "{json}");
        }
        assert_eq!(service.requests().len(), requests);
    }
}

/// The key may come from a file that only the server can read.
#[test]
fn the_key_can_come_from_a_file() {
    let json = "{ \"results\" : [], \"status\" : \"OK\" }\n\n";
    let service = PlacesService::that_sends(json_response(json));
    let mut herd = Plan::alone("Alford").build();
    let file = herd.folder().join("key.txt");
    fs::write(&file, format!("{KEY}\n")).expect("there is room for a file");
    let path = file.to_str().expect("the folder's name is text").to_owned();
    let url = service.url();
    let google = ["--places", "google", "--places-url", &url, "--places-key-file", &path];
    herd.start_as(herd.launch("Alford").with(&google));
    let mut client = herd.client("Alford");
    client.iamat("kiwi", LOCATION, "1");
    assert_eq!(client.whatsat("kiwi", "0.5", "5").1, json);
    let request = service.requests().pop().expect("the service was asked");
    assert!(request.ends_with(&format!("&radius=500&key={KEY} HTTP/1.1")), "{request}");
}

/// A service that holds its answers back until `gate` opens. Its answers contain the location that
/// it was asked for.
fn service_behind(gate: &Gate) -> PlacesService {
    let gate = gate.clone();
    PlacesService::start(move |request, stream| {
        let location = request.split(['=', '&']).nth(1).expect("a question has a location");
        let json = format!("{{ \"status\" : \"OK\", \"location\" : \"{location}\" }}");
        gate.wait();
        send(stream, json_response(&json).as_bytes());
    })
}

/// Tells positions of many clients, each at another place, and asks what is near each, with other
/// commands in between.
fn ask_for_all(client: &mut Client, count: usize) {
    for number in 0..count {
        client.iamat(&format!("client{number}"), &format!("+{number}-118"), "1");
    }
    let question = |number| format!("WHATSAT client{number} 1 1\nhello {number}\n");
    client.send((0..count).map(question).collect::<String>());
}

fn assert_answered_in_order(client: &mut Client, count: usize) {
    for number in 0..count {
        let (at, json) = client.whatsat_reply();
        assert!(at.contains(&format!(" client{number} ")), "{at}");
        let location = format!("\"location\" : \"{number},-118\"");
        assert!(json.contains(&location), "{json}");
        assert_eq!(client.text(), format!("? hello {number}"));
    }
}

/// A client with many questions must not wait for them one after the other, and nobody else at
/// all.
#[test]
fn questions_of_one_connection_are_asked_together_and_answered_in_order() {
    let gate = Gate::default();
    let service = service_behind(&gate);
    let herd = alford_asking(Plan::alone("Alford"), &service.url());
    let (mut client, mut other) = (herd.client("Alford"), herd.client("Alford"));
    ask_for_all(&mut client, 8);
    eventually("all questions are asked", || service.requests().len() == 8);
    for _ in 0..100 {
        assert_eq!(other.ask("hello"), "? hello");
    }
    assert!(client.has_nothing_yet());
    gate.open();
    assert_answered_in_order(&mut client, 8);
}

/// The number of questions that one client can ask a service at a time must be limited.
#[test]
fn questions_of_one_connection_beyond_the_limit_wait_their_turn() {
    let gate = Gate::default();
    let service = service_behind(&gate);
    let plan = Plan::alone("Alford").limit("lookups_per_connection", 4);
    let herd = alford_asking(plan, &service.url());
    let (mut client, mut other) = (herd.client("Alford"), herd.client("Alford"));
    ask_for_all(&mut client, 10);
    eventually("four questions are asked", || service.requests().len() == 4);
    for _ in 0..100 {
        assert_eq!(other.ask("hello"), "? hello");
    }
    assert_eq!(service.requests().len(), 4);
    gate.open();
    assert_answered_in_order(&mut client, 10);
    assert_eq!(service.requests().len(), 10);
}

/// Questions from before a stop are answered, with their places.
#[test]
fn a_stopping_server_waits_for_places() {
    let gate = Gate::default();
    let service = service_behind(&gate);
    let mut herd = alford_asking(Plan::alone("Alford"), &service.url());
    let mut client = herd.client("Alford");
    ask_for_all(&mut client, 3);
    eventually("all questions are asked", || service.requests().len() == 3);
    let server = herd.server("Alford");
    server.signal(rustix::process::Signal::TERM);
    eventually("it is stopping", || server.log().contains("stopping"));
    gate.open();
    assert_answered_in_order(&mut client, 3);
    assert_eq!(client.rest(), b"");
    drop(client);
    assert_eq!(server.wait().code(), Some(0));
}
