//! Real servers together with older servers, which only understand AT on the client port. The test
//! plays the older ones.

mod support;

use std::net::{SocketAddr, TcpListener};
use support::{Client, Plan, ReservedPort, without_skew};

/// A port for a server that the test plays.
fn old_server() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").expect("there is a port left")
}

/// The next connection that comes in.
fn accept(listener: &TcpListener) -> Client {
    let (stream, _) = listener.accept().expect("the server dials");
    Client::over(stream)
}

fn address(listener: &TcpListener) -> SocketAddr {
    listener.local_addr().expect("a listener has an address")
}

/// An older server must be sent everything that is known and everything new, as bare AT lines, and
/// all of it again when it comes back, because it cannot say what it has.
#[test]
fn positions_are_pushed_to_a_server_that_only_knows_at() {
    let old = old_server();
    let mut herd = Plan::alone("Alford").push("Alford", "Goloman", address(&old)).build();
    herd.start("Alford");
    let mut link = accept(&old);
    let kiwi = herd.iamat("Alford", "kiwi", "+1+1", "1001");
    assert_eq!(link.text(), kiwi);
    let newer = herd.iamat("Alford", "kiwi", "+2+2", "1002");
    assert_eq!(link.text(), newer);
    drop(link);
    let mut link = accept(&old);
    assert_eq!(link.text(), newer);
    let plum = herd.iamat("Alford", "plum", "+3+3", "1003");
    assert_eq!(link.text(), plum);
}

/// Changes from the rest of a mixed herd must reach the older servers as well.
#[test]
fn what_other_servers_are_told_is_pushed_on() {
    let old = old_server();
    let plan = Plan::pair("Alford", "Ball").push("Alford", "Goloman", address(&old));
    let mut herd = plan.build();
    herd.start("Alford");
    herd.start("Ball");
    let at = herd.iamat("Ball", "kiwi", "+1+1", "1001");
    assert_eq!(accept(&old).text(), at);
}

/// Servers of older herds send AT lines to the client port and read nothing. Their lines must count
/// like those of a neighbor and be passed on to the others.
#[test]
fn an_older_servers_at_lines_are_taken_in_silently_where_that_is_wanted() {
    let herd = Plan::pair("Alford", "Ball").setting("Alford", "accept_at = true").start();
    let at = "AT Goloman -0.500000000 kiwi +1+1 1001";
    let input = format!("{at}\nIAMAT plum +2+2 1002\n{at}\nWHATSAT plum 0 0\n");
    let reply = support::exchange(herd.address("Alford"), input);
    let reply = String::from_utf8(reply).expect("the test's replies are UTF-8");
    let plum = "AT Alford SKEW plum +2+2 1002";
    let first_lines: Vec<_> = reply.lines().take(2).map(without_skew).collect();
    assert_eq!(first_lines, [plum, plum]);
    herd.await_known("Alford", at);
    herd.await_known("Ball", at);
    // Only that server was told to take them.
    let refused = support::exchange(herd.address("Ball"), "AT Goloman +0.5 fig +1+1 1001\n");
    assert_eq!(refused, b"? AT Goloman +0.5 fig +1+1 1001\n");
}

/// A bad AT line is an invalid command even where good ones are accepted.
#[test]
fn bad_at_lines_are_invalid_commands_everywhere() {
    let herd = Plan::alone("Alford").setting("Alford", "accept_at = true").start();
    for line in [
        "AT",
        "AT Goloman kiwi +1+1 1001",
        "AT Goloman 0.5 kiwi +1+1 1001",
        "AT Goloman +0.5 kiwi 1+1 1001",
        "AT Goloman +0.5 kiwi +1+1 1001 more",
        "AT Goloman +0.5 kiwi +1+1 99999999999",
        "AT Goloman +0.5 kiwi +1+1 18446744073",
    ] {
        assert_eq!(herd.client("Alford").ask(line), format!("? {line}"));
    }
    assert_eq!(herd.known("Alford", "kiwi"), None);
}

/// A server that pushes must not wait for an older server that is down.
#[test]
fn a_server_serves_on_while_an_older_one_is_away() {
    let nobody = ReservedPort::new();
    let mut herd = Plan::alone("Alford").push("Alford", "Goloman", nobody.address()).build();
    herd.start("Alford");
    let at = herd.iamat("Alford", "kiwi", "+1+1", "1001");
    assert_eq!(without_skew(&at), "AT Alford SKEW kiwi +1+1 1001");
    assert_eq!(herd.known("Alford", "kiwi"), Some(at));
}
