//! What a places service can do to us: each thing over a real connection, and what a client then
//! gets.

mod google_new;
mod https;
mod keep_alive;
mod large;
mod photon;
mod proxy;
mod service;
mod source;
mod trouble;

use async_std::task::block_on;
use herd::fetch::{Careful, FetchError, FetchRequest, FetchResponse, Fetcher, Roots, SurfFetcher};
use herd::places::{Google, Places, Question, Remote};
use herd::protocol::{Coordinates, MaxResults, Radius};
use herd::runtime::AsyncStd;
use source::{Source, wait_for_close};
use std::io::{ErrorKind, Write};
use std::net::TcpListener;
use std::time::{Duration, Instant};

const KEY: &str = "AIza/Secret+Key";
const REPLY: &str = r#"{ "html_attributions" : [], "results" : [ 1, 2.50, 3 ], "status" : "OK" }"#;
const CUT_REPLY: &str =
    "{ \"html_attributions\" : [], \"results\" : [ 1, 2.50 ], \"status\" : \"OK\" }\n\n";

/// Long enough to connect on a busy machine, short enough to wait for.
const SHORT: Duration = Duration::from_millis(300);

/// What a client gets from the service at `base`, at most two results: the reply, or why there is
/// none. The key is in neither.
fn ask(fetcher: impl Fetcher, base: &str) -> Result<String, String> {
    let key = KEY.parse().expect("the test's key is good");
    let google = Google::new(key).with_base(base).expect("the base is good");
    let places = Remote::new(fetcher, google);
    ask_for(&places, "10", 2)
}

/// A question for at most `max` places within `radius` kilometres of one and the same position.
fn question(radius: &str, max: u8) -> Question {
    Question::new(
        Coordinates { latitude: 34.06893, longitude: -118.445127 },
        Radius::parse(radius.as_bytes()).expect("the test's radius is in range"),
        MaxResults::new(max).expect("the test's max is at most 20"),
    )
}

/// What a client gets from a source that it asks [`question`].
fn ask_for(places: &impl Places, radius: &str, max: u8) -> Result<String, String> {
    let question = question(radius, max);
    let outcome = match block_on(places.nearby(&question)) {
        Ok(answer) => {
            let mut out = Vec::new();
            answer.write(question.max, &mut out);
            Ok(String::from_utf8(out).expect("a reply is UTF-8"))
        }
        Err(error) => Err(error.to_string()),
    };
    let text = format!("{outcome:?}");
    assert!(!text.contains("Secret"), "the key is in {text}");
    outcome
}

/// A fetcher that needs no certificates, for these tests speak plain HTTP.
fn fetcher() -> SurfFetcher<AsyncStd> {
    SurfFetcher::trusting(AsyncStd::new(), Roots::platform())
}

/// What a client gets from a played service, with the service's address as `HOST`, and the request
/// that the service got.
fn play(source: Source, fetcher: impl Fetcher) -> (Result<String, String>, String) {
    let address = source.address();
    let outcome = ask(fetcher, &format!("http://{address}"));
    let outcome = outcome.map_err(|error| error.replace(&address, "HOST"));
    (outcome, source.request().replace(&address, "HOST"))
}

fn outcome(source: Source) -> Result<String, String> {
    play(source, fetcher()).0
}

fn broken(why: &str) -> Result<String, String> {
    Err(format!("no answer from the places service: no whole reply from HOST: {why}"))
}

/// Without it nothing would work: the request as the service sees it, the reply as a client does.
#[test]
fn a_question_is_asked_and_answered() {
    let source = Source::answering("200 OK", "application/json", REPLY);
    let (outcome, request) = play(source, fetcher());
    assert_eq!(outcome.as_deref(), Ok(CUT_REPLY));
    let head = "GET /maps/api/place/nearbysearch/json?location=34.06893,-118.445127&radius=10000\
                &key=AIza%2FSecret%2BKey HTTP/1.1\r\nhost: HOST\r\naccept-encoding: identity\r\n\
                user-agent: herd/";
    let agent = concat!(env!("CARGO_PKG_VERSION"), "\r\n\r\n");
    assert_eq!(request, format!("{head}{agent}"));
}

/// Without it a reply would have to wait for a service that keeps connections open.
#[test]
fn a_reply_is_whole_before_the_connection_ends() {
    let length = REPLY.len();
    let source = Source::after_request(move |stream| {
        write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{REPLY}").unwrap();
        wait_for_close(stream);
    });
    assert_eq!(outcome(source).as_deref(), Ok(CUT_REPLY));
}

/// Without it a service that does not know its reply's length beforehand could not answer.
#[test]
fn a_reply_comes_in_chunks_or_until_the_connection_ends() {
    let (a, b) = REPLY.split_at(30);
    let chunks = format!("{:x}\r\n{a}\r\n{:X};x=y\r\n{b}\r\n0\r\nx: y\r\n\r\n", a.len(), b.len());
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    assert_eq!(outcome(Source::saying(format!("{head}{chunks}"))).as_deref(), Ok(CUT_REPLY));
    let until_end = format!("HTTP/1.0 200 OK\r\n\r\n{REPLY}");
    assert_eq!(outcome(Source::saying(until_end)).as_deref(), Ok(CUT_REPLY));
    let continued = format!("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n{REPLY}");
    assert_eq!(outcome(Source::saying(continued)).as_deref(), Ok(CUT_REPLY));
}

/// Without it a client could not tell an empty neighborhood, a spent quota and a wrong key apart;
/// and the key that Google repeats in its refusals would be told to every client.
#[test]
fn the_services_own_statuses_pass() {
    let status = |http: &str, body: &str| outcome(Source::answering(http, "text/plain", body));
    let empty = r#"{ "html_attributions" : [], "results" : [], "status" : "ZERO_RESULTS" }"#;
    assert_eq!(status("200 OK", empty), Ok(format!("{empty}\n\n")));
    let limit = r#"{ "results" : [], "status" : "OVER_QUERY_LIMIT" }"#;
    assert_eq!(status("429 Too Many Requests", limit), Ok(format!("{limit}\n\n")));
    let denied = |key: &str| {
        format!(
            r#"{{ "error_message" : "key {key}", "results" : [], "status" : "REQUEST_DENIED" }}"#
        )
    };
    let redacted = Ok(format!("{}\n\n", denied("REDACTED")));
    for key in ["AIza/Secret+Key", "AIza%2FSecret%2BKey", r"AIza\/Secret\u002bKey"] {
        assert_eq!(status("200 OK", &denied(key)), redacted);
    }
}

/// Without it an error page would reach a client as places, or say nothing of the matter.
#[test]
fn an_error_page_is_told_by_its_status() {
    let page =
        |status: &str| outcome(Source::answering(status, "text/html", "<html>AIza/Secret+Key"));
    let error = |text: &str| Err(format!("the places service answered {text}"));
    assert_eq!(page("500 Internal Server Error"), error("500"));
    assert_eq!(page("404 Not Found"), error("404"));
    let not_json = "with no Nearby Search reply: not JSON: wrong at line 1 column 1";
    assert_eq!(page("200 OK"), error(not_json));
}

/// Without it a redirect could circle for ever, or take the key to another host.
#[test]
fn a_redirect_is_not_followed() {
    let source = Source::after_request(|stream| {
        let own = stream.local_addr().expect("a connection has an address");
        write!(
            stream,
            "HTTP/1.1 302 Found\r\nLocation: http://{own}/maps/api\r\nContent-Length: 0\r\n\r\n"
        )
        .unwrap();
    });
    assert_eq!(outcome(source), Err("the places service answered 302".to_owned()));
}

/// Without it a service that hangs would hold its clients up, and connections would pile up: each
/// of these services waits until the fetcher has closed its own.
#[test]
fn a_service_that_hangs_is_left_in_time() {
    let timed_out =
        Err("no answer from the places service: HOST did not answer within 0.3 s".to_owned());
    for said in ["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"] {
        let source = Source::after_request(move |stream| {
            stream.write_all(said.as_bytes()).unwrap();
            wait_for_close(stream);
        });
        let start = Instant::now();
        assert_eq!(
            play(source, Careful::new(AsyncStd::new(), fetcher(), SHORT)).0,
            timed_out,
            "{said:?}"
        );
        assert!(start.elapsed() >= SHORT, "{said:?}");
    }
}

/// Without it a client would not learn that its service is down.
#[test]
fn nobody_at_home_is_said_so() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let address = listener.local_addr().expect("a listener has an address");
    drop(listener);
    let refused = format!(
        "no answer from the places service: could not connect to {address}: connection refused"
    );
    assert_eq!(ask(fetcher(), &format!("http://{address}")), Err(refused));
}

/// Without it half a reply could pass for a whole one.
#[test]
fn a_connection_that_breaks_is_an_error() {
    let ended = broken("the connection ended early");
    for said in [
        "",
        "HTTP/1.1 200 OK\r\nContent-",
        "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{ \"results\" : [], \"status\" : \"OK\" }",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{}",
    ] {
        assert_eq!(outcome(Source::saying(said)), ended, "{said:?}");
    }
}

/// Without it a reset connection would be told as something else, or not at all.
#[test]
fn a_connection_that_is_reset_is_an_error() {
    for said in
        ["", "HTTP/1.1 200 OK\r\nContent-", "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"]
    {
        let source = Source::with_connection(move |mut stream| {
            // A connection that is closed with a request unread is reset.
            stream.peek(&mut [0]).expect("the fetcher sends a request");
            stream.write_all(said.as_bytes()).unwrap();
            String::new()
        });
        assert_eq!(outcome(source), broken("connection reset"), "{said:?}");
    }
}

/// Without it one reply could take all memory. The limits hold whatever length is announced.
#[test]
fn a_reply_has_a_largest_size() {
    let too_large =
        "no answer from the places service: the reply of HOST is larger than 4194304 bytes";
    let announced = Source::after_request(|stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n").unwrap();
        wait_for_close(stream);
    });
    assert_eq!(outcome(announced), Err(too_large.to_owned()));
    let endless = Source::after_request(|stream| flood(stream, "HTTP/1.1 200 OK\r\n\r\n"));
    assert_eq!(outcome(endless), Err(too_large.to_owned()));
    let head = Source::after_request(|stream| flood(stream, "HTTP/1.1 200 OK\r\nx: "));
    assert_eq!(outcome(head), broken("message head is too large"));
}

/// Writes `head` and then more than any socket's buffers hold, until the fetcher has had enough.
fn flood(stream: &mut impl Write, head: &str) {
    stream.write_all(head.as_bytes()).unwrap();
    for _ in 0..100_000 {
        if let Err(error) = stream.write_all(&[b' '; 1_000]) {
            assert_ne!(error.kind(), ErrorKind::WouldBlock, "the connection was left open");
            return;
        }
    }
    panic!("100 MB were taken");
}

/// Without it what is no HTTP could pass for it.
#[test]
fn what_is_no_http_is_an_error() {
    let ssh = Source::saying("SSH-2.0-OpenSSH_9.2\r\n");
    assert_eq!(outcome(ssh), broken("invalid HTTP version parsed"));
    let chunk = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n";
    let size = "Invalid chunk size line: missing size digit";
    assert_eq!(outcome(Source::saying(chunk)), broken(size));
}

/// Without it a source that needs a POST with its key in a header could not be asked.
#[test]
fn a_post_has_a_body_and_headers() {
    let source = Source::saying("HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok");
    let url = format!("http://{}/v1?a=b%20c", source.address()).parse().unwrap();
    let request = FetchRequest::post(url, b"{}".to_vec())
        .with_header("Content-Type", "application/json")
        .with_header("X-Goog-Api-Key", KEY)
        .with_header("User-Agent", "test");
    let response = block_on(fetcher().fetch(request));
    assert_eq!(response, Ok(FetchResponse::new(201, "ok")));
    let address = source.address();
    let request = source.request().replace(&address, "HOST");
    let (head, body) = request.split_once("\r\n\r\n").expect("a head has an end");
    let mut lines: Vec<&str> = head.split("\r\n").collect();
    lines.sort_unstable();
    let expected = [
        "POST /v1?a=b%20c HTTP/1.1",
        "accept-encoding: identity",
        "content-length: 2",
        "content-type: application/json",
        "host: HOST",
        "user-agent: test",
        "x-goog-api-key: AIza/Secret+Key",
    ];
    assert_eq!((&lines[..], body), (&expected[..], "{}"));
}

/// Without it a wrong scheme would be a panic, or a connection without TLS.
#[test]
fn a_request_that_cannot_be_sent_is_an_error() {
    let fetch = |request| block_on(fetcher().fetch(request));
    let ftp = FetchRequest::get("ftp://127.0.0.1/".parse().unwrap());
    let why = "a URL of http or https is needed, not of ftp".to_owned();
    assert_eq!(fetch(ftp), Err(FetchError::InvalidRequest(why)));
    let accent = FetchRequest::get("http://127.0.0.1:1/".parse().unwrap()).with_header("x", "é");
    let why = "header \"x\" is not ASCII".to_owned();
    assert_eq!(fetch(accent), Err(FetchError::InvalidRequest(why)));
}
