//! Real processes: what only the command and the system can show.

use super::answer::Answer;
use super::support::{Herd, Plan, ReservedPort, eventually, exchange};
use std::net::SocketAddr;

const TELL: &str = "GET /?id=van-7&lat=52.52&lon=13.405&timestamp=1479413884&token=s3cret HTTP/1.1\r\n\
                    Host: localhost\r\nAuthorization: Bearer s3cret\r\n\r\n";

#[track_caller]
fn ask(address: SocketAddr, request: &str) -> Answer {
    Answer::all(&exchange(address, request)).remove(0)
}

/// The herd, and where its server Alford speaks HTTP.
fn start() -> (Herd, SocketAddr, ReservedPort) {
    let port = ReservedPort::new();
    let setting = format!("http_listen = \"{}\"", port.address());
    let herd = Plan::pair("Alford", "Ball").setting("Alford", &setting).journaled().start();
    (herd, port.address(), port)
}

/// The promise of a 200 is that of a reply to IAMAT: it outlives the process.
#[test]
fn a_position_of_a_phone_reaches_everybody_and_outlives_the_server() {
    let (mut herd, http, _port) = start();
    assert_eq!(ask(http, TELL).status, 200);
    eventually("the neighbor knows", || herd.known("Ball", "van-7").is_some());
    herd.kill("Alford");
    herd.stop("Ball");
    herd.start("Alford");
    let known = herd.known("Alford", "van-7").expect("the journal has it");
    assert!(known.ends_with(" van-7 +52.52+13.405 1479413884.000000000"), "{known}");
    let client = ask(http, "GET /v1/clients/van-7 HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert_eq!(client.json()["lat"], 52.52);
}

/// A token in a log is a token that everybody has who reads logs.
#[test]
fn the_traffic_log_has_the_iamat_and_no_log_has_the_request() {
    let (mut herd, http, _port) = start();
    assert_eq!(ask(http, TELL).status, 200);
    assert_eq!(ask(http, &TELL.replace("lat=52.52", "lat=s3cret")).status, 400);
    herd.stop("Alford");
    let iamat = "IAMAT van-7 +52.52+13.405 1479413884.000000000\n";
    let traffic = herd.traffic("Alford");
    let connection = traffic.connection_that_said(iamat).expect("the traffic log has the IAMAT");
    let events: Vec<_> = traffic.on(connection).into_iter().map(|(event, _)| event).collect();
    assert_eq!(events, ["opened", "in", "closed"]);
    for file in ["Alford/traffic.ndjson", "Alford.log"] {
        let text = std::fs::read_to_string(herd.folder().join(file)).expect("the file is there");
        assert!(!text.contains("s3cret"), "{file}");
    }
    let log = std::fs::read_to_string(herd.folder().join("Alford.log")).expect("it is there");
    assert!(log.contains("refused a position sent over HTTP"), "{log}");
}

/// `--http` opens the door where herd.toml says nothing.
#[test]
fn an_option_opens_the_door() {
    let port = ReservedPort::new();
    let mut herd = Plan::alone("Alford").build();
    let launch = herd.launch("Alford").with(&["--http", &port.address().to_string()]);
    herd.start_as(launch);
    assert_eq!(ask(port.address(), TELL).status, 200);
    assert!(herd.known("Alford", "van-7").is_some());
}
