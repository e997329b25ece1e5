//! Clients that a server must serve, tolerate or disconnect, without harm to the others.

mod support;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::io::Write;
use std::net::TcpStream;
use std::thread;
use support::{Client, Plan, connect_with_receive_buffer, eventually, without_skew};

/// A command that shows whether a client is served at all.
#[track_caller]
fn assert_served(client: &mut Client) {
    assert_eq!(client.ask("hello"), "? hello");
}

/// Writes until the connection is cut.
fn write_until_cut(mut stream: TcpStream) {
    let lines = format!("{:0>63}\n", 0).repeat(1024);
    while stream.write_all(lines.as_bytes()).is_ok() {}
}

/// A client that sends commands and never reads would fill the server's memory with replies.
#[test]
fn a_client_that_never_reads_is_read_no_further_and_then_disconnected() {
    const UNSENT_BYTES: usize = 1024 * 1024;
    const CHUNK_BYTES: usize = 64 * 1024;
    let herd = Plan::alone("Alford").limit("stall_seconds", 1).start();
    let mut other = herd.client("Alford");
    let deaf = connect_with_receive_buffer(herd.address("Alford"), 4096);
    let writer = thread::spawn(move || write_until_cut(deaf));
    eventually("the deaf client is disconnected", || {
        assert_served(&mut other);
        writer.is_finished()
    });
    assert_served(&mut other);
    let closed =
        |number| herd.traffic("Alford").on(number).iter().any(|(name, _)| name == "closed");
    eventually("the server has noted it", || closed(herd.traffic("Alford").busiest_connection()));
    let traffic = herd.traffic("Alford");
    let deaf = traffic.busiest_connection();
    let (read, sent) = (traffic.bytes("in", deaf), traffic.bytes("out", deaf));
    // Each reply is longer than its line, so what was read and not answered on the wire was held.
    assert!(read > UNSENT_BYTES && read <= sent + UNSENT_BYTES + CHUNK_BYTES, "{read}, {sent}");
    assert_eq!(traffic.of("dropped").count(), 0);
}

/// A command may arrive byte by byte, and only its sender waits for its end.
#[test]
fn a_client_that_sends_byte_by_byte_is_answered_and_keeps_nobody_waiting() {
    let herd = Plan::alone("Alford").start();
    let (mut slow, mut other) = (herd.client("Alford"), herd.client("Alford"));
    for byte in b"IAMAT kiwi.cs.ucla.edu +34.068930-118.445127 1479413884.392014450\n" {
        slow.send([*byte]);
        assert_served(&mut other);
    }
    let expected = "AT Alford SKEW kiwi.cs.ucla.edu +34.068930-118.445127 1479413884.392014450";
    assert_eq!(without_skew(&slow.text()), expected);
}

/// Without it, unused connections would add up until no slot is left.
#[test]
fn a_silent_client_is_disconnected_and_one_that_talks_is_not() {
    let herd = Plan::alone("Alford").limit("idle_seconds", 1).start();
    let (mut silent, mut talker) = (herd.client("Alford"), herd.client("Alford"));
    assert_served(&mut silent);
    let silent = thread::spawn(move || silent.drain());
    eventually("the silent client is disconnected", || {
        assert_served(&mut talker);
        silent.is_finished()
    });
    assert_eq!(silent.join().expect("nothing went wrong on the way"), 0);
    assert_served(&mut talker);
}

/// A client that connects while a server is full must be served as soon as a slot is free.
#[test]
fn a_client_beyond_the_limit_waits_until_another_leaves() {
    let herd = Plan::alone("Alford").limit("connections", 4).start();
    let mut served: Vec<_> = (0..4).map(|_| herd.client("Alford")).collect();
    served.iter_mut().for_each(assert_served);
    let mut fifth = herd.client("Alford");
    fifth.send("hello\n");
    for _ in 0..100 {
        served.iter_mut().for_each(assert_served);
    }
    assert!(fifth.has_nothing_yet());
    served.pop();
    assert_eq!(fifth.text(), "? hello");
    served.iter_mut().for_each(assert_served);
}

/// Lets this process have as many connections as the system allows.
fn raise_descriptor_limit() {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    setrlimit(Resource::Nofile, raised).expect("a process may use what it is allowed");
}

/// Each reply must reach the right connection, and a thousand connections are not unusual.
#[test]
fn a_thousand_clients_at_once_get_their_own_replies() {
    raise_descriptor_limit();
    let herd = Plan::alone("Alford").start();
    let mut clients: Vec<_> = (0..1000).map(|_| herd.client("Alford")).collect();
    for (number, client) in clients.iter_mut().enumerate() {
        client.send(format!("IAMAT client{number} +1+1 {number}\n"));
    }
    for (number, client) in clients.iter_mut().enumerate().rev() {
        let expected = format!("AT Alford SKEW client{number} +1+1 {number}");
        assert_eq!(without_skew(&client.text()), expected);
    }
    clients.iter_mut().for_each(assert_served);
}

/// Otherwise a server that once ran out of descriptors might never accept again, and nothing would
/// show it.
#[test]
fn running_out_of_descriptors_slows_accepting_down_and_never_ends_it() {
    let mut herd = Plan::alone("Alford").start();
    let mut client = herd.client("Alford");
    assert_served(&mut client);
    // It keeps what it has, and gets no more.
    herd.server("Alford").set_descriptors(1);
    let mut late = herd.client("Alford");
    let server = herd.server("Alford");
    eventually("it runs out", || server.log().contains("cannot accept connections for now"));
    assert_served(&mut client);
    late.send("hello\n");
    assert!(late.has_nothing_yet());
    server.set_descriptors(1_000);
    assert_eq!(late.text(), "? hello");
    assert_served(&mut client);
    let server = herd.server("Alford");
    eventually("it has recovered", || server.log().contains("accepting connections again"));
}

/// Clients and strangers once took what the journal's next file needed, and the server ended.
#[test]
fn few_descriptors_are_enough_for_the_servers_own_files() {
    let mut herd = Plan::alone("Alford").journaled().build();
    herd.start_as(herd.launch("Alford").with_descriptors(48));
    let mut client = herd.client("Alford");
    let peer = herd.peer_address("Alford");
    let _silent: Vec<_> = (0..48).map(|_| Client::connect(peer)).collect();
    let waiting: Vec<_> = (0..48).map(|_| herd.client("Alford")).collect();
    // The journal is rewritten when most of its lines are old. What comes at once is one line a client.
    let position = "+1.".to_owned() + &"1".repeat(50);
    for time in 0..3 {
        let line = |number| format!("IAMAT client{number} {position}+1 {time}\n");
        client.send((0..700).map(line).collect::<String>());
        (0..700).for_each(|_| assert!(client.text().starts_with("AT Alford ")));
    }
    let server = herd.server("Alford");
    eventually("it rewrites its journal", || server.log().contains("rewrote the journal"));
    drop(waiting);
    assert_served(&mut herd.client("Alford"));
    let log = herd.server("Alford").log();
    assert!(!log.contains("cannot accept connections"), "{log}");
    assert_eq!(herd.stop("Alford").code(), Some(0));
}

/// It would start, and fail at the first thing that needs a file.
#[test]
fn a_server_refuses_to_start_with_too_few_descriptors() {
    let herd = Plan::alone("Alford").build();
    let ended = herd.launch("Alford").with_descriptors(45).output();
    let message = String::from_utf8_lossy(&ended.stderr);
    assert!(
        message.contains("the limit on open files is 45, and this server needs 46"),
        "{message}"
    );
    assert_eq!(ended.status.code(), Some(1));
}
