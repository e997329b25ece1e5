//! Connections that are used again, and what happens when the other side has closed them.

use super::service::{Seen, Service, Then, response};
use super::{CUT_REPLY, KEY, REPLY, ask_for, fetcher};
use async_std::task::block_on;
use herd::fetch::{FetchError, FetchRequest, Fetcher};
use herd::places::{Google, Places, Remote};
use std::io::Write;
use std::time::{Duration, Instant};

/// Google's Nearby Search at a service, with connections that last from question to question.
fn google(service: &Service) -> impl Places {
    let google = Google::new(KEY.parse().expect("the test's key is good"));
    Remote::new(fetcher(), google.with_base(&service.base()).expect("the base is good"))
}

/// Waits until the service has closed `count` connections.
fn wait_for_closed(service: &Service, count: usize) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while service.seen().closed < count {
        assert!(Instant::now() < deadline, "the service closes its connections");
        std::thread::yield_now();
    }
}

/// Without it every question would pay for a handshake, and a service would count connections.
#[test]
fn one_connection_serves_many_questions() {
    let service = Service::answering("200 OK", REPLY);
    let places = google(&service);
    for _ in 0..10 {
        assert_eq!(ask_for(&places, "10", 2).as_deref(), Ok(CUT_REPLY));
    }
    let Seen { connections, requests, .. } = service.seen();
    assert_eq!((connections, requests.len()), (1, 10));
}

/// Without it a body in chunks, or a refusal, would end the connection without need.
#[test]
fn chunks_and_refusals_keep_the_connection() {
    let service = Service::start(|number, stream| {
        let said = match number % 2 {
            0 => response("404 Not Found", "no"),
            _ => format!(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{REPLY}\r\n0\r\n\r\n",
                REPLY.len()
            ),
        };
        stream.write_all(said.as_bytes()).expect("the fetcher reads");
        Then::Keep
    });
    let places = google(&service);
    for _ in 0..2 {
        let refused = Err("the places service answered 404".to_owned());
        assert_eq!(ask_for(&places, "10", 2), refused);
        assert_eq!(ask_for(&places, "10", 2).as_deref(), Ok(CUT_REPLY));
    }
    assert_eq!(service.seen().connections, 1);
}

/// Without it the first question after a quiet minute would fail, for the service has hung up.
#[test]
fn a_connection_that_was_closed_between_two_questions_is_replaced() {
    let service = Service::start(|_, stream| {
        stream.write_all(response("200 OK", REPLY).as_bytes()).expect("the fetcher reads");
        Then::Close
    });
    let places = google(&service);
    for number in 1..=3 {
        assert_eq!(ask_for(&places, "10", 2).as_deref(), Ok(CUT_REPLY));
        wait_for_closed(&service, number);
    }
    let Seen { connections, requests, .. } = service.seen();
    assert_eq!((connections, requests.len()), (3, 3), "no question went out twice");
}

/// Without it a service that hangs up while the question is on its way would fail it; and a request
/// that may change something could be done twice.
#[test]
fn a_connection_that_is_closed_by_the_question_is_replaced_for_a_get_only() {
    let hangs_up_at_the_second = || {
        Service::start(|number, stream| {
            if number == 1 {
                return Then::Close;
            }
            stream.write_all(response("200 OK", REPLY).as_bytes()).expect("the fetcher reads");
            Then::Keep
        })
    };
    let service = hangs_up_at_the_second();
    let places = google(&service);
    for _ in 0..2 {
        assert_eq!(ask_for(&places, "10", 2).as_deref(), Ok(CUT_REPLY));
    }
    let Seen { connections, requests, .. } = service.seen();
    assert_eq!((connections, requests.len()), (2, 3));

    let service = hangs_up_at_the_second();
    let (fetcher, url) = (fetcher(), service.base().parse().expect("it is a URL"));
    let post = FetchRequest::post(url, b"{}".to_vec());
    block_on(fetcher.fetch(post.clone())).expect("the first is answered");
    let broken = FetchError::Broken {
        host: service.address().to_owned(),
        why: "the connection ended early".to_owned(),
    };
    assert_eq!(block_on(fetcher.fetch(post)), Err(broken));
    assert_eq!(service.seen().requests.len(), 2);
}
