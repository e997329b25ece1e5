//! The library's `Client`.

use crate::stub::{Answer, Nobody, Stub, says};
use async_std::task::block_on;
use herd::protocol::{ClientId, MaxResults, Position, Radius, Timestamp};
use herd_client::{Client, ClientError, REPLY_BYTES_MAX, Reply};
use std::time::Duration;

const AT: &str = "AT Alford +0.263873386 kiwi +34-118 1.000000000\n";

fn connect(stub: &Stub) -> Client {
    block_on(Client::connect(&stub.address().parse().unwrap())).unwrap()
}

fn kiwi() -> ClientId<'static> {
    ClientId::parse(b"kiwi").unwrap()
}

fn position() -> Position<'static> {
    Position::parse(b"+34-118").unwrap()
}

fn whatsat(client: &mut Client) -> Result<herd_client::PlacesReply, ClientError> {
    let (radius, max) = (Radius::parse(b"10.5").unwrap(), MaxResults::parse(b"5").unwrap());
    block_on(client.whatsat(kiwi(), radius, max))
}

fn send_error(client: &mut Client, line: &[u8]) -> String {
    block_on(client.send(line)).unwrap_err().to_string()
}

/// Commands and replies as types, one after the other over one connection.
#[test]
fn a_conversation() {
    let stub = Stub::answering(|line| match &line[..5] {
        "IAMAT" => says(AT),
        "WHATS" => Answer::Dribble(format!("{AT}{{\n}}\n\n").into_bytes()),
        _ => says(format!("? {line}\n")),
    });
    let mut client = connect(&stub);
    let time = Timestamp::from_nanos(1_000_000_000);
    let at = block_on(client.iamat(kiwi(), position(), time)).unwrap();
    assert_eq!(at.at().skew().as_nanos(), 263_873_386);
    let near = whatsat(&mut client).unwrap();
    assert_eq!((near.at(), near.json()), (&at, "{\n}"));
    let invalid = block_on(client.send(b"WHERE")).unwrap();
    assert_eq!(invalid, Reply::Invalid(b"? WHERE\n".to_vec()));
    assert_eq!(stub.heard(), ["IAMAT kiwi +34-118 1.000000000", "WHATSAT kiwi 10.5 5", "WHERE"]);
}

/// `?` is an error of the typed commands; the connection goes on.
#[test]
fn a_refused_command_leaves_the_connection() {
    let stub = Stub::answering(|line| says(format!("? {line}\n")));
    let mut client = connect(&stub);
    let address = stub.address();
    let error = whatsat(&mut client).unwrap_err().to_string();
    let message = format!("{address} calls the command invalid: \"? WHATSAT kiwi 10.5 5\"");
    assert_eq!(error, message);
    let error = block_on(client.iamat(kiwi(), position(), Timestamp::default())).unwrap_err();
    let message =
        format!("{address} calls the command invalid: \"? IAMAT kiwi +34-118 0.000000000\"");
    assert_eq!(error.to_string(), message);
}

/// A server takes an AT line without a word; waiting for one would last for ever.
#[test]
fn an_at_line_may_get_no_reply() {
    let taking = Stub::answering(|line| match line {
        "" => says("? \n"),
        _ => Answer::Silence,
    });
    let mut client = connect(&taking);
    for _ in 0..2 {
        assert_eq!(block_on(client.send(AT.trim_end().as_bytes())).unwrap(), Reply::Nothing);
    }
    let refusing = Stub::answering(|line| says(format!("? {line}\n")));
    let mut client = connect(&refusing);
    for _ in 0..2 {
        let reply = block_on(client.send(AT.trim_end().as_bytes())).unwrap();
        assert_eq!(reply, Reply::Invalid(format!("? {AT}").into_bytes()));
    }
}

/// After an error nobody knows which reply comes next, so none is read any more.
#[test]
fn an_error_ends_the_connection() {
    let stub = Stub::answering(|_| Answer::Close(AT.as_bytes().to_vec()));
    let mut client = connect(&stub);
    let address = stub.address();
    let message = format!("{address} closed the connection before its reply ended");
    assert_eq!(send_error(&mut client, b"WHATSAT kiwi 1 1"), message);
    let message = format!("connection to {address} ended with an earlier error: connect again");
    assert_eq!(send_error(&mut client, b"WHATSAT kiwi 1 1"), message);
}

/// A server that hangs must not hang its clients, even when it trickles.
#[test]
fn a_reply_has_its_time() {
    let stub = Stub::answering(|line| match line {
        "WHATSAT" => says(AT),
        _ => Answer::Silence,
    });
    let address = stub.address();
    for line in ["WHATSAT", "IAMAT"] {
        let span = Duration::from_millis(20);
        let mut client = block_on(Client::connect_within(span, &address.parse().unwrap())).unwrap();
        let message = format!("no whole reply from {address} within 20ms");
        assert_eq!(send_error(&mut client, line.as_bytes()), message);
    }
}

/// Neither must one that never stops talking fill a client's memory.
#[test]
fn a_reply_has_its_size() {
    let stub = Stub::answering(|_| {
        let mut bytes = AT.as_bytes().to_vec();
        bytes.resize(REPLY_BYTES_MAX + 1, b'x');
        Answer::Bytes(bytes)
    });
    let mut client = connect(&stub);
    let message = format!("reply of {} is longer than 8388608 bytes", stub.address());
    assert_eq!(send_error(&mut client, b"WHATSAT kiwi 1 1"), message);
}

/// Who talks with something else than a herd-server should see what it is.
#[test]
fn another_kind_of_server_is_named() {
    let stub = Stub::answering(|_| says("HTTP/1.1 400 Bad Request\r\n\r\n"));
    let mut client = connect(&stub);
    let message =
        format!("{} is no herd-server: it answered \"HTTP/1.1 400 Bad Request\"", stub.address());
    assert_eq!(send_error(&mut client, b"IAMAT"), message);
}

/// Two lines would get two replies; the connection is as good as before.
#[test]
fn a_line_break_is_refused_before_it_is_sent() {
    let stub = Stub::answering(|line| says(format!("? {line}\n")));
    let mut client = connect(&stub);
    let message = "a command is one line, but there is a line break in \"a\\nb\"";
    assert_eq!(send_error(&mut client, b"a\nb"), message);
    assert_eq!(block_on(client.send(b"a")).unwrap(), Reply::Invalid(b"? a\n".to_vec()));
}

/// The error names the address, and its cause is there for programs.
#[test]
fn nobody_there() {
    let nobody = Nobody::there();
    let address = nobody.address();
    let error = block_on(Client::connect(&address.parse().unwrap())).unwrap_err();
    assert_eq!(error.to_string(), format!("no server at {address}: connection refused"));
    assert!(std::error::Error::source(&error).is_some());
}
