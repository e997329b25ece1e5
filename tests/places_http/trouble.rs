//! A remote source as a server builds it, with everything around it, on a failing service.

use super::service::{Seen, Service, Then, response};
use super::source::Source;
use super::{CUT_REPLY, KEY, REPLY, SHORT, ask_for, fetcher, outcome};
use herd::fetch::{Careful, FAILURES_MAX};
use herd::places::{Chain, Coalesced, Gazetteer, Google, Photon, Places, Remote};
use herd::runtime::AsyncStd;
use std::io::Write;

/// Google's Nearby Search at `base`, with everything that a server puts around it.
fn remote(base: &str) -> impl Places {
    let google = Google::new(KEY.parse().expect("the test's key is good"));
    let google = google.with_base(base).expect("the base is good");
    Coalesced::new(Remote::new(Careful::new(AsyncStd::new(), fetcher(), SHORT * 10), google))
}

/// Without it whoever sends gzip unasked would be told as no JSON, or unpacked into all memory.
#[test]
fn a_compressed_reply_is_refused() {
    let gzip = Source::saying(
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\u{0}..",
    );
    let text = "the reply of HOST is compressed, which was not asked for";
    assert_eq!(outcome(gzip), Err(format!("no answer from the places service: {text}")));
    let identity = Source::saying(format!(
        "HTTP/1.1 200 OK\r\nContent-Encoding: Identity\r\nContent-Length: {}\r\n\r\n{REPLY}",
        REPLY.len()
    ));
    assert_eq!(outcome(identity).as_deref(), Ok(CUT_REPLY));
}

/// Every service's JSON is read as all other texts are.
#[test]
fn a_reply_in_another_encoding_is_named() {
    let say = |body: &[u8]| {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
        Source::saying([head.as_bytes(), body].concat())
    };
    let marked = format!("\u{feff}{REPLY}");
    assert_eq!(outcome(say(marked.as_bytes())).as_deref(), Ok(CUT_REPLY));
    let utf_16: Vec<u8> = marked.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let photon = |body: &[u8]| {
        let source = say(body);
        let base = format!("http://{}", source.address());
        let photon = Photon::new().with_base(&base).expect("the base is good");
        ask_for(&Remote::new(fetcher(), photon), "10", 2)
    };
    let no = |what, why| Err(format!("the places service answered with no {what}: {why}"));
    let why = "UTF-16, not UTF-8";
    assert_eq!(outcome(say(&utf_16)), no("Nearby Search reply", why));
    assert_eq!(photon(&utf_16), no("GeoJSON of Photon's", why));
    let unmarked = &utf_16[2..];
    let why = "UTF-16 or no text: a NUL byte on line 1";
    assert_eq!(outcome(say(unmarked)), no("Nearby Search reply", why));
    let reply = photon("\u{feff}{\"features\":[]}".as_bytes()).expect("it is a collection");
    assert!(reply.contains("ZERO_RESULTS"), "{reply}");
}

/// Without it clients would notice each restart of a service.
#[test]
fn a_5xx_or_a_broken_connection_is_asked_again_once() {
    let service = Service::start(|number, stream| match number {
        0 => Then::Close,
        2 => {
            let sorry = response("503 Service Unavailable", "");
            stream.write_all(sorry.as_bytes()).expect("the fetcher reads");
            Then::Keep
        }
        _ => {
            stream.write_all(response("200 OK", REPLY).as_bytes()).expect("the fetcher reads");
            Then::Keep
        }
    });
    let places = remote(&service.base());
    assert_eq!(ask_for(&places, "10", 2).as_deref(), Ok(CUT_REPLY));
    assert_eq!(ask_for(&places, "10", 2).as_deref(), Ok(CUT_REPLY));
    assert_eq!(service.seen().requests.len(), 4);
}

/// Without it every client would send two requests to a service that is down.
#[test]
fn a_service_that_is_down_is_left_alone() {
    let service = Service::answering("500 Internal Server Error", "no");
    let places = remote(&service.base());
    for _ in 0..FAILURES_MAX {
        let error = "the places service answered 500".to_owned();
        assert_eq!(ask_for(&places, "10", 2), Err(error));
    }
    let asked = service.seen().requests.len();
    let down = format!(
        "no answer from the places service: {} is down and left alone for now: it answered 500",
        service.address()
    );
    assert_eq!(ask_for(&places, "10", 2), Err(down.clone()));
    assert_eq!(service.seen().requests.len(), asked);
    let chain = Chain::new("google", places).then("gazetteer", Gazetteer);
    let fallback = ask_for(&chain, "10", 1).expect("the gazetteer always answers");
    let note = format!("\n   \"info_messages\" : [\n      \"google: {down}\"\n   ],");
    assert!(fallback.contains(&note), "{fallback}");
    assert!(fallback.ends_with("\"status\" : \"OK\"\n}\n\n"), "{fallback}");
}

/// Before this, a hundred questions caused a hundred requests to a service that had asked for a
/// pause of 60 s.
#[test]
fn a_service_that_asks_for_a_pause_gets_it() {
    let service = Service::start(|_, stream| {
        let said = "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 60\r\nContent-Length: 0\r\n\r\n";
        stream.write_all(said.as_bytes()).expect("the fetcher reads");
        Then::Keep
    });
    let places = remote(&service.base());
    let first = ask_for(&places, "10", 2).expect("429 is an answer");
    assert!(first.contains("\"the places service answered 429\""), "{first}");
    let pause = format!(
        "no answer from the places service: {} takes no more requests for 60 s",
        service.address()
    );
    let refusal = ask_for(&places, "10", 2).expect("a limit is an answer");
    assert!(refusal.contains(&format!("\"error_message\" : \"{pause}\"")), "{refusal}");
    assert!(refusal.ends_with("\"status\" : \"OVER_QUERY_LIMIT\"\n}\n\n"), "{refusal}");
    let chain = Chain::new("google", places).then("gazetteer", Gazetteer);
    let fallback = ask_for(&chain, "10", 1).expect("the gazetteer always answers");
    assert!(fallback.ends_with("\"status\" : \"OK\"\n}\n\n"), "{fallback}");
    assert_eq!(service.seen().requests.len(), 1);
}

/// Without it what a service says in numbers would not be what a client reads.
#[test]
fn what_google_says_passes_byte_for_byte() {
    let said = "{\n   \"status\" : \"OK\", \"z\" : 1e-7, \"a\" : [ 4.0, 12345678901234567890 ],\n \
                \"results\" : [ { \"b\" : \"\\u003c\\/\\ud83d\\udc11é\", \"a\" : -0.0 } ]\n}";
    let service = Service::answering("200 OK", said);
    let places = remote(&service.base());
    assert_eq!(ask_for(&places, "10", 20), Ok(format!("{said}\n\n")));
    let Seen { requests, .. } = service.seen();
    assert!(requests[0].starts_with("GET /maps/api/place/nearbysearch/json?"), "{requests:?}");
}
