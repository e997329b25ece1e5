//! Servers that are asked to stop.

mod support;

use rustix::process::Signal;
use std::io::Write;
use std::time::{Duration, Instant};
use support::{Client, Herd, Plan, connect_with_receive_buffer, eventually, without_skew};

/// No stop may take longer; the margin is for slow machines.
const STOPPED_WITHIN: Duration = Duration::from_millis(5_500);

/// What each client sends. It is so little that it fits into the system's buffers, whatever their
/// sizes, so a suspended server has received it all.
const COMMANDS: usize = 100;

fn commands() -> String {
    (0..COMMANDS).map(|number| format!("IAMAT client{number} +1+1 {number}\n")).collect()
}

/// Clients whom the server has accepted.
fn clients<const COUNT: usize>(herd: &Herd) -> [Client; COUNT] {
    let mut clients = [(); COUNT].map(|()| herd.client("Alford"));
    clients.iter_mut().for_each(|client| assert_eq!(client.ask("hello"), "? hello"));
    clients
}

/// Suspends a server, sends it many commands and the signal to stop, and lets it continue, so that
/// it finds all of them at once.
fn stop_with_commands_pending(herd: &mut Herd, clients: &mut [Client], signal: Signal) {
    let server = herd.server("Alford");
    server.signal(Signal::STOP);
    clients.iter_mut().for_each(|client| client.send(commands()));
    server.signal(signal);
    server.signal(Signal::CONT);
}

fn assert_commands_answered(client: &mut Client) {
    for number in 0..COMMANDS {
        let expected = format!("AT Alford SKEW client{number} +1+1 {number}");
        assert_eq!(without_skew(&client.text()), expected);
    }
}

fn assert_answers_what_it_received(signal: Signal) {
    let mut herd = Plan::alone("Alford").start();
    let mut clients = clients::<100>(&herd);
    let begin = Instant::now();
    stop_with_commands_pending(&mut herd, &mut clients, signal);
    for client in &mut clients {
        assert_commands_answered(client);
        assert_eq!(client.rest(), b"");
    }
    drop(clients);
    assert_eq!(herd.server("Alford").wait().code(), Some(0));
    assert!(begin.elapsed() < STOPPED_WITHIN);
}

/// Without it, positions that were received but not answered would be lost, or sent again, whenever
/// a server is updated.
#[test]
fn at_sigterm_everything_received_is_answered() {
    assert_answers_what_it_received(Signal::TERM);
}

/// Ctrl-C is how people stop a server that they try out.
#[test]
fn at_sigint_everything_received_is_answered() {
    assert_answers_what_it_received(Signal::INT);
}

/// Nobody else knows the last changes until the server has sent them to its neighbors.
#[test]
fn what_was_told_at_last_reaches_the_neighbors() {
    let mut herd = Plan::pair("Alford", "Ball").start();
    let mut clients = clients::<1>(&herd);
    let first = clients[0].iamat("first", "+1+1", "1");
    herd.await_known("Ball", &first);
    stop_with_commands_pending(&mut herd, &mut clients, Signal::TERM);
    assert_commands_answered(&mut clients[0]);
    drop(clients);
    assert_eq!(herd.server("Alford").wait().code(), Some(0));
    let last = format!("client{}", COMMANDS - 1);
    eventually("Ball knows the last one", || herd.known("Ball", &last).is_some());
}

/// If a server closes a connection while the client still sends, the connection is reset, and
/// replies on their way are lost.
#[test]
fn a_client_that_goes_on_sending_gets_its_replies() {
    const REPLIES: usize = 2000;
    let mut herd = Plan::alone("Alford").start();
    let stream = connect_with_receive_buffer(herd.address("Alford"), 4096);
    let mut client = Client::over(stream);
    assert_eq!(client.ask("hello"), "? hello");
    client.send("a line that is a little longer than hello\n".repeat(REPLIES));
    let server = herd.server("Alford");
    server.signal(Signal::TERM);
    eventually("it is stopping", || server.log().contains("stopping"));
    for number in 0..REPLIES {
        if number < REPLIES / 4 {
            client.send("more\n");
        }
        assert_eq!(client.text(), "? a line that is a little longer than hello");
    }
    while let Some(reply) = client.line_or_end() {
        assert_eq!(reply, b"? more");
    }
    drop(client);
    assert_eq!(herd.server("Alford").wait().code(), Some(0));
}

/// Half a command may be another valid command, with a time without its last digits or a shorter
/// position.
#[test]
fn half_a_command_at_a_stop_is_no_command() {
    let mut herd = Plan::pair("Alford", "Ball").start();
    let mut client = herd.client("Alford");
    client.send("IAMAT kiwi +1+1 1001\nIAMAT plum +1+1 14794");
    let kiwi = client.text();
    herd.await_known("Ball", &kiwi);
    herd.server("Alford").signal(Signal::TERM);
    assert_eq!(client.rest(), b"");
    drop(client);
    assert_eq!(herd.server("Alford").wait().code(), Some(0));
    assert_eq!(herd.known("Ball", "plum"), None);
}

/// Neither clients that stay connected nor silent peers may delay a stop.
#[test]
fn idle_connections_do_not_keep_a_server_from_stopping() {
    let mut herd = Plan::alone("Alford").start();
    let mut idle: Vec<_> = (0..10).map(|_| herd.client("Alford")).collect();
    assert!(idle.iter_mut().all(|client| client.ask("hello") == "? hello"));
    let _peer = Client::connect(herd.peer_address("Alford"));
    let begin = Instant::now();
    assert_eq!(herd.stop("Alford").code(), Some(0));
    assert!(begin.elapsed() < STOPPED_WITHIN);
    assert!(idle.iter_mut().all(|client| client.drain() == 0));
}

/// A client that has replies waiting and reads none of them.
fn deaf_client(herd: &Herd) -> Client {
    let mut stream = connect_with_receive_buffer(herd.address("Alford"), 4096);
    let short = Some(Duration::from_millis(200));
    stream.set_write_timeout(short).expect("sockets have deadlines");
    let lines = format!("{:0>63}\n", 0).repeat(1024);
    while stream.write_all(lines.as_bytes()).is_ok() {}
    Client::over(stream)
}

/// A client that reads no replies gets five seconds, and then the server ends in good order.
#[test]
fn a_client_that_never_reads_does_not_keep_a_server_from_stopping() {
    let mut herd = Plan::alone("Alford").start();
    let _deaf = deaf_client(&herd);
    let begin = Instant::now();
    assert_eq!(herd.stop("Alford").code(), Some(0));
    assert!(begin.elapsed() < STOPPED_WITHIN);
}

/// A second request to stop means that nobody wants to wait.
#[test]
fn a_second_signal_ends_a_server_at_once() {
    let mut herd = Plan::alone("Alford").start();
    let _deaf = deaf_client(&herd);
    let server = herd.server("Alford");
    server.signal(Signal::TERM);
    eventually("it is stopping", || server.log().contains("stopping"));
    server.signal(Signal::INT);
    assert_eq!(server.wait().code(), Some(1));
}
