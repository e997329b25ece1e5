//! Server-sent events.

use super::answer::unchunked;
use super::world::{Ask, HTTP, World};
use futures_lite::{AsyncReadExt, AsyncWriteExt, future};
use herd::config::Limits;
use herd::runtime::sim::Machine;
use herd::runtime::{Clock, Net};
use herd::web::Web;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

type Stream = <Machine as Net>::Stream;

/// Somebody who reads events.
struct Reader {
    stream: Stream,
    bytes: Vec<u8>,
}

impl Reader {
    fn open(world: &World, request: &Ask) -> Self {
        let stream = world.sim.block_on(async {
            let mut stream = world.phone.connect(HTTP).await.expect("the door is open");
            stream.write_all(&request.bytes()).await.expect("it is taken");
            stream
        });
        Self { stream, bytes: Vec::new() }
    }

    /// What has come after `span`, without the head, and whether the stream has ended.
    fn after(&mut self, world: &World, span: Duration) -> (String, bool) {
        let Self { stream, bytes } = self;
        let ended = world.sim.block_on(future::or(
            async {
                let mut buffer = [0; 1000];
                while let Ok(count @ 1..) = stream.read(&mut buffer).await {
                    bytes.extend_from_slice(&buffer[..count]);
                }
                true
            },
            async {
                world.phone.sleep(span).await;
                false
            },
        ));
        let head = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("there is a head");
        (unchunked(&bytes[head + 4..]).0, ended)
    }
}

/// The client's ID, the cursor's number and the latitude of each event.
fn positions(text: &str) -> Vec<(String, String, String)> {
    let events = text.split("\n\n").filter(|event| event.contains("event: position"));
    let event = |event: &str| {
        let line = |start: &str| {
            let found = event.lines().find_map(|line| line.strip_prefix(start));
            found.expect("an event has each line").to_owned()
        };
        let data: serde_json::Value = serde_json::from_str(&line("data: ")).expect("it is JSON");
        let number = line("id: ").split_once('-').expect("a cursor has a number").1.to_owned();
        (data["id"].as_str().expect("an ID is text").to_owned(), number, data["lat"].to_string())
    };
    events.map(event).collect()
}

fn position(id: &str, number: &str, latitude: &str) -> (String, String, String) {
    (id.to_owned(), number.to_owned(), latitude.to_owned())
}

fn tell(world: &World, id: &str, latitude: u32, time: u32) {
    let path = format!("/?id={id}&lat={latitude}&lon=2&timestamp={time}");
    assert_eq!(world.ask(&Ask::get(&path)).status, 200);
}

#[test]
fn everything_that_is_known_comes_first_and_then_what_changes() {
    let world = World::new();
    tell(&world, "a", 1, 1);
    let mut reader = Reader::open(&world, &Ask::get("/v1/events"));
    let (text, _) = reader.after(&world, SECOND);
    assert!(text.starts_with("retry: 2000\n\n"), "{text}");
    assert_eq!(positions(&text), [position("a", "1", "1")]);
    tell(&world, "b", 2, 1);
    tell(&world, "a", 3, 2);
    let (text, _) = reader.after(&world, SECOND);
    let expected = [position("a", "1", "1"), position("b", "2", "2"), position("a", "3", "3")];
    assert_eq!(positions(&text), expected);
    let head = String::from_utf8_lossy(&reader.bytes).into_owned().to_ascii_lowercase();
    assert!(head.contains("content-type: text/event-stream\r\n"), "{head}");
    assert!(head.contains("x-accel-buffering: no\r\n"), "{head}");
}

#[test]
fn a_filter_lets_through_what_it_names() {
    let world = World::new();
    for (id, latitude) in [("a", 1), ("b", 50), ("c", 60)] {
        tell(&world, id, latitude, 1);
    }
    let read = |path: &str| {
        let (text, _) = Reader::open(&world, &Ask::get(path)).after(&world, SECOND);
        positions(&text).into_iter().map(|(id, ..)| id).collect::<Vec<_>>()
    };
    assert_eq!(read("/v1/events?bbox=0,40,10,70"), ["b", "c"]);
    assert_eq!(read("/v1/events?id=a&id=c"), ["a", "c"]);
    assert_eq!(read("/v1/events?id=a&bbox=0,40,10,70"), Vec::<String>::new());
}

/// A browser that was cut off sends what it had last, and must get the rest and nothing else.
#[test]
fn a_reader_goes_on_where_it_was_cut_off() {
    let world = World::new();
    tell(&world, "a", 1, 1);
    tell(&world, "b", 2, 1);
    let log = world.server.log_id();
    let header = Ask::get("/v1/events").header(&format!("Last-Event-ID: {log}-1"));
    let parameter = Ask::get(&format!("/v1/events?after={log}-1"));
    for request in [header, parameter] {
        let (text, _) = Reader::open(&world, &request).after(&world, SECOND);
        assert_eq!(positions(&text), [position("b", "2", "2")]);
        assert!(!text.contains("event: reset"), "{text}");
    }
    let old = Ask::get("/v1/events").header("Last-Event-ID: 0123456789abcdef-1");
    let (text, _) = Reader::open(&world, &old).after(&world, SECOND);
    assert!(text.contains("event: reset\ndata: {}\n\n"), "{text}");
    assert_eq!(positions(&text).len(), 2);
}

/// Proxies cut what is silent; and a reader whose filter lets nothing through must get on all the same.
#[test]
fn a_silent_stream_says_that_it_is_alive_and_how_far_it_is() {
    let world = World::new();
    tell(&world, "a", 1, 1);
    let mut reader = Reader::open(&world, &Ask::get("/v1/events?id=z"));
    let (text, _) = reader.after(&world, 16 * SECOND);
    let log = world.server.log_id();
    assert_eq!(text, format!("retry: 2000\n\nid: {log}-1\n: alive\n\n"));
}

#[test]
fn a_stop_ends_streams_at_once() {
    let world = World::new();
    let mut reader = Reader::open(&world, &Ask::get("/v1/events"));
    assert!(!reader.after(&world, SECOND).1);
    world.server.stop().request();
    assert!(reader.after(&world, 2 * SECOND).1);
    let has_ended = || *world.ended.lock().expect("nothing panics with it");
    assert!(world.sim.run_until(2 * SECOND, has_ended));
}

/// A client that moves often is shown with its newest position, however slowly its reader reads.
#[test]
fn a_reader_that_does_not_read_is_cut_off() {
    let limits = Limits { stall: 5 * SECOND, ..Limits::default() };
    let world = World::with(Web::new(), limits);
    let connections = || world.server.status().doors.iter().map(|it| it.connections).sum::<usize>();
    let element = |number: u32| format!("{{\"id\":\"client-{number}\",\"lat\":1,\"lon\":2}}");
    let elements: Vec<_> = (0..10_000).map(element).collect();
    assert_eq!(world.ask(&Ask::post("/v1/positions", &elements.join("\n"))).status, 200);
    let _deaf = Reader::open(&world, &Ask::get("/v1/events"));
    world.sim.run_for(4 * SECOND);
    assert_eq!(connections(), 1);
    assert!(world.sim.run_until(5 * SECOND, || connections() == 0));
}

#[test]
fn there_are_only_so_many_streams() {
    let world = World::new();
    let mut readers: Vec<_> =
        (0..256).map(|_| Reader::open(&world, &Ask::get("/v1/events"))).collect();
    world.sim.run_for(SECOND);
    let answer = world.ask(&Ask::get("/v1/events"));
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("10")));
    readers.clear();
    // The server notices when it next says that a stream is alive.
    world.sim.run_for(40 * SECOND);
    let mut reader = Reader::open(&world, &Ask::get("/v1/events"));
    assert!(reader.after(&world, SECOND).0.starts_with("retry"));
}
