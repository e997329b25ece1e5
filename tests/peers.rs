//! Strangers, namesakes and liars on the peer port of real servers.

mod support;

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Instant;
use support::{Client, Herd, Plan, eventually};

/// A second in nanoseconds.
const SECOND: i128 = 1_000_000_000;

/// A year in seconds.
const YEAR: i128 = 365 * 86_400;

/// Alford, whose only neighbor Ball does not run: the tests speak in its name.
fn alford() -> Herd {
    let mut herd = Plan::pair("Alford", "Ball").build();
    herd.start("Alford");
    herd
}

fn follow(herd: &Herd) -> Client {
    let mut link = Client::connect(herd.peer_address("Alford"));
    assert!(link.ask("FOLLOW Ball - 0").starts_with("LOG Alford "));
    link
}

/// Without it a few connections that send a byte now and then could keep a restarted neighbor out
/// for ever.
#[test]
fn strangers_do_not_keep_a_neighbor_out() {
    let herd = alford();
    let dripping: Vec<_> = (0..300)
        .map(|_| {
            let mut stranger = Client::connect(herd.peer_address("Alford"));
            stranger.send("F");
            stranger
        })
        .collect();
    follow(&herd);
    drop(dripping);
}

/// A follower that reads nothing must lose its place when the neighbor connects again.
#[test]
fn a_newer_feed_ends_the_older_one_at_once() {
    let herd = alford();
    let mut older = follow(&herd);
    follow(&herd);
    older.drain();
}

/// Signs of life shorten the wait for a dead neighbor. Without a bound, a stranger's FOLLOWs would
/// each cause a dial, and an event.
#[test]
fn strangers_cannot_cause_a_storm_of_dials() {
    let mut herd = Plan::pair("Alford", "Ball").build();
    let ball = TcpListener::bind(herd.peer_address("Ball")).expect("the port is kept for it");
    herd.start("Alford");
    let begin = Instant::now();
    for _ in 0..300 {
        follow(&herd);
    }
    // Waits are drawn between half of 400 ms and all of it, and one in 400 ms is cut short.
    let dials_max = 10 + begin.elapsed().as_millis() / 100;
    ball.set_nonblocking(true).expect("a listener can do so");
    let mut dials = 0;
    while ball.accept().is_ok() {
        dials += 1;
    }
    assert!(dials <= dials_max, "{dials} dials in {:?}", begin.elapsed());
    let times = |herd: &mut Herd| herd.server("Alford").log().matches("a neighbor follows").count();
    eventually("it is told", || times(&mut herd) > 0);
    assert_eq!(times(&mut herd), 1);
}

/// An operator sees on the refusing side which server is missing in the configuration, and
/// strangers cannot fill the log.
#[test]
fn an_unknown_name_is_told_once() {
    let mut herd = alford();
    for _ in 0..20 {
        let reply = support::exchange(herd.peer_address("Alford"), "FOLLOW Goloman - 0\n");
        assert_eq!(reply, b"? FOLLOW Goloman - 0\n");
    }
    let unknown = "Goloman is not among my neighbors";
    let times = |herd: &mut Herd| herd.server("Alford").log().matches(unknown).count();
    eventually("it is told", || times(&mut herd) > 0);
    assert_eq!(times(&mut herd), 1);
}

/// Connections beyond an address's limit are closed, and its other connections go on.
#[test]
fn an_address_has_a_limit_of_connections() {
    let mut herd = Plan::alone("Alford").limit("connections_per_address", 2).build();
    herd.start("Alford");
    let mut held = Vec::new();
    // The connection with which the test saw that the server runs may still be counted.
    eventually("two clients are served", || {
        held.extend(served(&herd));
        held.len() == 2
    });
    assert!(served(&herd).is_none());
    held.pop();
    eventually("there is room again", || served(&herd).is_some());
}

/// A new client of Alford, if it gets a reply. A connection that is refused may end with a reset.
fn served(herd: &Herd) -> Option<Client> {
    let client = herd.client("Alford");
    let mut stream = client.stream();
    let is_served =
        stream.write_all(b"hello\n").is_ok() && stream.read(&mut [0]).is_ok_and(|count| count > 0);
    is_served.then_some(client)
}

/// A second server of Ball's name, which comes to Alford while Alford follows the first one.
#[test]
fn the_second_server_of_a_name_is_refused_with_both_addresses() {
    let mut herd = Plan::pair("Alford", "Ball").start();
    let at = herd.iamat("Alford", "kiwi", "+1+1", "1001");
    herd.await_known("Ball", &at);
    let back = herd.iamat("Ball", "plum", "+1+1", "1001");
    herd.await_known("Alford", &back);
    let first = herd.peer_address("Ball");
    let alford = herd.peer_address("Alford");
    let follow = "FOLLOW Ball - 0\nFOLLOWER 0123456789abcdef 10.0.0.1:22001\n";
    eventually("the namesake is told of", || {
        assert_eq!(support::exchange(alford, follow), b"? FOLLOW Ball - 0\n");
        let log = herd.server("Alford").log();
        log.contains("two servers call themselves Ball")
            && log.contains(&format!("first {first}"))
            && log.contains("second 10.0.0.1:22001")
    });
    let log = herd.server("Alford").log();
    assert!(!log.contains("replaced by a newer link"), "{log}");
}

/// The same where Alford cannot dial the first one, which comes to it all the same.
#[test]
fn the_second_server_of_a_name_is_refused_where_nobody_answers() {
    let mut herd = alford();
    let alford = herd.peer_address("Alford");
    let introduced = |log: u32, address: &str| {
        let mut link = Client::connect(alford);
        link.send(format!("FOLLOW Ball - 0\nFOLLOWER {log:016x} {address}\n"));
        link
    };
    let mut first = introduced(1, "10.0.0.1:22001");
    assert!(first.text().starts_with("LOG Alford "));
    eventually("the namesake is told of", || {
        assert_eq!(introduced(2, "10.0.0.2:22001").rest(), b"? FOLLOW Ball - 0\n");
        let log = herd.server("Alford").log();
        log.contains("two servers call themselves Ball")
            && log.contains("first 10.0.0.1:22001")
            && log.contains("second 10.0.0.2:22001")
    });
    let at = herd.iamat("Alford", "kiwi", "+1+1", "1001");
    let mut news = std::iter::repeat_with(|| first.text()).skip_while(|line| line == "SEQ 0");
    assert_eq!(news.next(), Some(at), "the first one stays");
    // A server that starts anew has another log, at the same place.
    let mut anew = introduced(3, "10.0.0.1:22001");
    assert!(anew.text().starts_with("LOG Alford "));
    first.drain();
}

/// All machines with one herd.toml in which the addresses are wildcards dial themselves.
#[test]
fn a_server_that_dials_itself_says_so() {
    let mut herd = Plan::pair("Alford", "Ball").build();
    let own = herd.peer_address("Alford").to_string();
    let herd_toml = herd.folder().join("herd.toml");
    let text = std::fs::read_to_string(&herd_toml).expect("the plan was written");
    let ball = herd.peer_address("Ball");
    let moved = text.replace(
        &format!("peer_listen = \"{ball}\""),
        &format!("peer_listen = \"{ball}\"\nadvertise = \"{own}\""),
    );
    assert_ne!(moved, text);
    std::fs::write(&herd_toml, moved).expect("the folder takes files");
    herd.start("Alford");
    eventually("it knows itself", || {
        let log = herd.server("Alford").log();
        log.contains("this server dials itself")
            && log.contains("this server itself answers at its address")
    });
}

/// One neighbor that lies, or whose clock is wrong, would otherwise pin a client for ever.
#[test]
fn a_neighbors_line_of_next_year_is_refused_and_others_are_taken() {
    let mut herd = Plan::pair("Alford", "Ball").limit("heartbeat_ms", 60_000).build();
    let ball = TcpListener::bind(herd.peer_address("Ball")).expect("the port is kept for it");
    herd.start("Alford");
    let mut link = Client::over(ball.accept().expect("Alford dials").0);
    assert_eq!(link.text(), "FOLLOW Alford - 0");
    let (now, next_year) = (support::now() / SECOND, support::now() / SECOND + YEAR);
    let honest = format!("AT Ball +0.500000000 plum +1+1 {now}");
    link.send(format!(
        "LOG Ball 00000000000000ba\nAT Ball +0.5 kiwi +1+1 {next_year}\n\
         AT Ball -{YEAR}.5 kiwi +2+2 {next_year}\n{honest}\nSEQ 3\n"
    ));
    herd.await_known("Alford", &honest);
    assert_eq!(herd.known("Alford", "kiwi"), None);
    let refused = "refused lines of a neighbor";
    eventually("both reasons are told, with the neighbor's name", || {
        let log = herd.server("Alford").log();
        log.matches(refused).count() == 2
            && log.matches("received_by \"Ball\"").count() == 2
            && log.contains("seconds_ahead 31536000")
            && log.contains("reason the position's receive time is ahead of this server's clock")
            && log.contains("reason the position's time is too far in the future")
    });
    // The event is told once a minute, however many lines are refused.
    link.send(format!("AT Ball +0.5 kiwi +1+1 {next_year}\n").repeat(100));
    let at = herd.iamat("Alford", "kiwi", "+3+3", &now.to_string());
    herd.await_known("Alford", &at);
    link.send(format!("AT Ball +0.500000000 fig +1+1 {now}\nSEQ 9\n"));
    herd.await_known("Alford", &format!("AT Ball +0.500000000 fig +1+1 {now}"));
    assert_eq!(herd.known("Alford", "kiwi"), Some(at));
    assert_eq!(herd.server("Alford").log().matches(refused).count(), 2);
    // Alford asks again from before the line that came too early: it may be good some day.
    drop(link);
    let mut link = Client::over(ball.accept().expect("Alford dials again").0);
    assert_eq!(link.text(), "FOLLOW Alford 00000000000000ba 0");
}
