//! The door itself: limits on size and time, hostile requests, and stopping.

use super::answer::Answer;
use super::world::{Ask, HTTP, World};
use futures_lite::{AsyncReadExt, AsyncWriteExt};
use herd::config::Limits;
use herd::runtime::{Clock, Net, Spawn};
use herd::web::Web;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);
const NOW: Duration = Duration::ZERO;

/// Whether a span is that long, but for what the network and a pause of the sender add.
fn is_about(span: Duration, seconds: u32) -> bool {
    ((seconds - 1) * SECOND..(seconds + 2) * SECOND).contains(&span)
}

#[test]
fn the_page_says_what_is_here_and_needs_nothing_else() {
    let world = World::new();
    let answer = world.ask(&Ask::get("/"));
    assert_eq!(answer.status, 200);
    assert!(answer.body.contains("<h1>Alford</h1>"), "{}", answer.body);
    let policy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    assert_eq!(answer.header("content-security-policy"), Some(policy));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
    assert!(answer.header("date").is_some_and(|date| date.ends_with(" GMT")));
    let head = world.exchange(&Ask::of("HEAD", "/").bytes());
    assert!(head.ends_with(b"\r\n\r\n"), "{}", String::from_utf8_lossy(&head));
    assert_eq!(world.ask(&Ask::get("/favicon.ico")).status, 204);
    assert_eq!(world.ask(&Ask::get("/nothing")).status, 404);
    let wrong = world.ask(&Ask::of("DELETE", "/v1/positions"));
    assert_eq!((wrong.status, wrong.header("allow")), (405, Some("POST")));
}

/// Without it, connections that never ask would hold all slots.
#[test]
fn a_head_that_drips_is_cut_off_after_ten_seconds() {
    let bytes = vec![(SECOND, &b"G"[..]); 60];
    let (answer, span) = World::new().drip(&bytes);
    assert!(answer.is_empty() && is_about(span, 11), "{span:?} {answer:?}");
}

#[test]
fn a_body_that_drips_is_refused_after_a_minute() {
    let head = b"POST /v1/positions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 200\r\n\r\n";
    let mut pieces = vec![(NOW, &head[..])];
    pieces.extend(vec![(SECOND, &b" "[..]); 100]);
    let (answer, span) = World::new().drip(&pieces);
    assert_eq!(Answer::all(&answer)[0].status, 408);
    assert!(is_about(span, 61), "{span:?}");
}

#[test]
fn a_connection_that_asks_nothing_is_closed() {
    let (answer, span) = World::new().drip(&[]);
    assert!(answer.is_empty() && is_about(span, 75), "{span:?}");
    let request = Ask::get("/favicon.ico").bytes();
    let (answer, span) = World::new().drip(&[(NOW, &request), (70 * SECOND, &request)]);
    assert_eq!(Answer::all(&answer).len(), 2);
    assert!(is_about(span, 146), "{span:?}");
}

#[test]
fn a_body_has_two_mebibytes_at_most() {
    let world = World::new();
    let body = " ".repeat(2 << 20);
    assert_eq!(world.ask(&Ask::post("/", &body)).status, 400);
    let larger = Ask::post("/", &format!("{body} "));
    let answer = world.ask(&larger);
    assert_eq!((answer.status, answer.header("connection")), (413, Some("close")));
    assert_eq!(answer.json()["detail"], "the body is larger than 2 MiB");
    // The length may not be announced.
    let chunk = format!("{:x}\r\n{}\r\n", 1 << 19, " ".repeat(1 << 19)).repeat(5);
    let head = "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
    let answer = world.exchange(format!("{head}{chunk}0\r\n\r\n").as_bytes());
    assert_eq!(Answer::all(&answer)[0].status, 413);
}

#[test]
fn a_head_has_64_kibibytes_at_most() {
    let world = World::new();
    let padding = format!("X: {}", "x".repeat(60_000));
    assert_eq!(world.ask(&Ask::get("/").header(&padding)).status, 200);
    let answer = world.ask(&Ask::get("/").header(&padding).header(&padding));
    assert_eq!(answer.status, 431);
}

/// What is no HTTP is answered, if at all, as a mistake; nothing that is sent may end the server.
#[test]
fn nonsense_is_a_bad_request() {
    let world = World::new();
    for bytes in [
        &b"IAMAT kiwi +34-118 1479413884\r\n\r\n"[..],
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    ] {
        let answers = Answer::all(&world.exchange(bytes));
        assert!(answers.iter().all(|answer| answer.status == 400), "{answers:?}");
    }
    assert_eq!(world.exchange(b""), b"");
    assert_eq!(world.ask(&Ask::get("/")).status, 200);
}

#[test]
fn http_1_0_is_answered_and_closed() {
    let answers = Answer::all(&World::new().exchange(b"GET /?id=x&lat=1&lon=2 HTTP/1.0\r\n\r\n"));
    assert_eq!((answers.len(), answers[0].status), (1, 200));
}

/// A page that lets its name point to this machine could otherwise read where everybody is.
#[test]
fn a_door_of_this_machine_answers_to_no_other_name() {
    let world = World::new();
    let answer = world.exchange(b"GET / HTTP/1.1\r\nHost: evil.example:8080\r\n\r\n");
    assert_eq!(Answer::all(&answer)[0].status, 421);
    let answer = world.exchange(b"GET / HTTP/1.1\r\n\r\n");
    assert_eq!(Answer::all(&answer)[0].status, 400);
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let world = World::new();
    let tell = |time: u32| Ask::get(&format!("/?id=x&lat=1&lon=2&timestamp={time}")).bytes();
    let ask = Ask::get("/v1/clients/x").bytes();
    let bytes: Vec<u8> = (1..=50).flat_map(|time| [tell(time), ask.clone()].concat()).collect();
    let answers = Answer::all(&world.exchange(&bytes));
    let times: Vec<_> =
        answers.iter().skip(1).step_by(2).map(|it| it.json()["time"].as_f64()).collect();
    let expected: Vec<_> = (1..=50).map(|time| Some(f64::from(time))).collect();
    assert_eq!(times, expected);
}

/// A reader that takes nothing would otherwise hold what was made for it.
#[test]
fn a_reader_that_does_not_read_is_cut_off() {
    let world = World::new();
    let element = |number: u32| format!("{{\"id\":\"client-{number}\",\"lat\":1,\"lon\":2}}");
    let elements: Vec<_> = (0..5000).map(element).collect();
    assert_eq!(world.ask(&Ask::post("/v1/positions", &elements.join("\n"))).status, 200);
    let door = |world: &World| {
        let doors = world.server.status().doors;
        doors.iter().map(|door| door.connections).sum::<usize>()
    };
    let _deaf = world.sim.block_on(async {
        let mut stream = world.phone.connect(HTTP).await.expect("the door is open");
        let request = Ask::get("/v1/clients?limit=5000").bytes().repeat(4);
        stream.write_all(&request).await.expect("it is taken");
        stream
    });
    world.sim.run_for(28 * SECOND);
    assert_eq!(door(&world), 1);
    assert!(world.sim.run_until(10 * SECOND, || door(&world) == 0));
}

/// A server that stops must not wait for a body, nor tell a phone that a position is safe.
#[test]
fn a_stop_ends_a_request_whose_body_is_on_its_way() {
    let world = World::new();
    let (machine, stop) = (world.phone.clone(), world.server.stop());
    world.phone.spawn(async move {
        machine.sleep(5 * SECOND).await;
        stop.request();
    });
    let head = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 200\r\n\r\nid=x&lat=1";
    let (answer, span) = world.drip(&[(NOW, &head[..]), (30 * SECOND, &head[..])]);
    assert_eq!(Answer::all(&answer)[0].status, 503);
    assert!(is_about(span, 6), "{span:?}");
    let has_ended = || *world.ended.lock().expect("nothing panics with it");
    assert!(world.sim.run_until(3 * SECOND, has_ended));
}

#[test]
fn a_stop_closes_connections_that_ask_nothing() {
    let world = World::new();
    let mut idle = world.sim.block_on(world.phone.connect(HTTP)).expect("the door is open");
    world.sim.run_for(SECOND);
    world.server.stop().request();
    let mut rest = Vec::new();
    world.sim.block_on(async { idle.read_to_end(&mut rest).await }).expect("it ends in order");
    let has_ended = || *world.ended.lock().expect("nothing panics with it");
    assert!(world.sim.run_until(2 * SECOND, has_ended));
}

#[test]
fn each_door_has_slots_of_its_own() {
    let limits = Limits { http_connections: 1, connections: 1, ..Limits::default() };
    let world = World::with(Web::new(), limits);
    let connect = |address| world.sim.block_on(world.phone.connect(address)).expect("it is open");
    let _client = connect("127.0.0.1:12000");
    let held = connect(HTTP);
    // The second one waits in the system's queue until the first one is gone.
    let mut second = connect(HTTP);
    let request = Ask::get("/favicon.ico").header("Connection: close").bytes();
    world.sim.block_on(second.write_all(&request)).expect("it is taken");
    world.sim.run_for(SECOND);
    drop(held);
    let mut answer = Vec::new();
    world.sim.block_on(second.read_to_end(&mut answer)).expect("it ends in order");
    assert_eq!(Answer::all(&answer)[0].status, 204);
}
