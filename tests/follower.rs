//! How a real server follows a neighbor. The test plays the neighbor.

mod support;

use std::net::TcpListener;
use support::{Client, Herd, Plan, exchange};

const LOG: &str = "0123456789abcdef";
const OTHER_LOG: &str = "fedcba9876543210";

/// Alford runs, and its only neighbor Ball is played by the test, on the port where Ball would be.
struct Ball {
    herd: Herd,
    port: TcpListener,
}

impl Ball {
    /// Heartbeats are long, so that the test may take its time.
    fn followed(arguments: &[&str]) -> Self {
        Self::followed_by(Plan::pair("Alford", "Ball").limit("heartbeat_ms", 5_000), arguments)
    }

    fn followed_by(plan: Plan, arguments: &[&str]) -> Self {
        let mut herd = plan.build();
        let port = TcpListener::bind(herd.peer_address("Ball")).expect("the port is kept for it");
        herd.start_as(herd.launch("Alford").with(arguments));
        Self { herd, port }
    }

    /// The next link that Alford dials, and the line that it sends on it.
    #[track_caller]
    fn next_link(&self) -> (Client, String) {
        let (stream, _) = self.port.accept().expect("Alford dials");
        let mut link = Client::over(stream);
        let follow = link.text();
        let introduction = link.text();
        let address = self.herd.peer_address("Alford");
        assert!(
            introduction.starts_with("FOLLOWER ") && introduction.ends_with(&format!(" {address}")),
            "{introduction}"
        );
        (link, follow)
    }
}

const KIWI: &str = "AT Ball +0.000000001 kiwi +1+1 1001";
const PLUM: &str = "AT Holiday -0.000000001 plum +2+2 1002";

/// If a follower asked for everything each time, every short network failure would cost a transfer
/// of the whole log.
#[test]
fn it_asks_for_all_at_first_and_then_for_what_it_missed() {
    let ball = Ball::followed(&[]);
    let (mut link, follow) = ball.next_link();
    assert_eq!(follow, "FOLLOW Alford - 0");
    link.send(format!("LOG Ball {LOG}\n{KIWI}\nSEQ 7\n{PLUM}\n"));
    ball.herd.await_known("Alford", KIWI);
    ball.herd.await_known("Alford", PLUM);
    drop(link);
    // The second line had no number after it yet.
    let (mut link, follow) = ball.next_link();
    assert_eq!(follow, format!("FOLLOW Alford {LOG} 7"));
    link.send(format!("LOG Ball {LOG}\n{PLUM}\nSEQ 8\n"));
    drop(link);
    let (_, follow) = ball.next_link();
    assert_eq!(follow, format!("FOLLOW Alford {LOG} 8"));
}

/// A restarted neighbor counts from 1 again; its low numbers must not be taken for old ones.
#[test]
fn a_new_log_is_counted_from_its_own_start() {
    let ball = Ball::followed(&[]);
    let (mut link, _) = ball.next_link();
    link.send(format!("LOG Ball {LOG}\n{KIWI}\nSEQ 700\n"));
    ball.herd.await_known("Alford", KIWI);
    drop(link);
    let (mut link, _) = ball.next_link();
    link.send(format!("LOG Ball {OTHER_LOG}\n{PLUM}\n"));
    ball.herd.await_known("Alford", PLUM);
    drop(link);
    let (mut link, follow) = ball.next_link();
    assert_eq!(follow, format!("FOLLOW Alford {OTHER_LOG} 0"));
    link.send(format!("LOG Ball {OTHER_LOG}\n{PLUM}\nSEQ 1\n"));
    drop(link);
    let (_, follow) = ball.next_link();
    assert_eq!(follow, format!("FOLLOW Alford {OTHER_LOG} 1"));
}

/// A follower that does not catch up has no number to remember.
#[test]
fn without_catching_up_it_asks_for_news_only_each_time() {
    let ball = Ball::followed(&["--no-catch-up"]);
    let (mut link, follow) = ball.next_link();
    assert_eq!(follow, "FOLLOW Alford - now");
    link.send(format!("LOG Ball {LOG}\n{KIWI}\nSEQ 7\n"));
    ball.herd.await_known("Alford", KIWI);
    drop(link);
    assert_eq!(ball.next_link().1, "FOLLOW Alford - now");
}

/// A link can die silently; a server that waited for its end would receive no more changes.
#[test]
fn a_silent_link_is_given_up_and_dialled_again() {
    let ball = Ball::followed_by(Plan::pair("Alford", "Ball"), &[]);
    let (mut mute, _) = ball.next_link();
    assert_eq!(mute.drain(), 0);
    let (mut link, _) = ball.next_link();
    link.send(format!("LOG Ball {LOG}\n{KIWI}\nSEQ 1\n"));
    ball.herd.await_known("Alford", KIWI);
    assert_eq!(link.drain(), 0);
    assert_eq!(ball.next_link().1, format!("FOLLOW Alford {LOG} 1"));
}

/// A wrong address in the configuration must not import the positions of another herd.
#[test]
fn nothing_is_taken_from_somebody_else_at_the_neighbors_address() {
    let ball = Ball::followed(&[]);
    for first_line in [format!("LOG Holiday {LOG}"), "SEQ 1".to_owned(), "hello".to_owned()] {
        let (mut link, follow) = ball.next_link();
        assert_eq!(follow, "FOLLOW Alford - 0");
        link.send(format!("{first_line}\n{KIWI}\nSEQ 1\n"));
        link.drain();
    }
    assert_eq!(ball.herd.known("Alford", "kiwi"), None);
}

/// One line that makes no sense, from a newer server or a faulty one, must not hide those after it.
#[test]
fn lines_that_make_no_sense_are_passed_over() {
    let ball = Ball::followed(&[]);
    let (mut link, _) = ball.next_link();
    let too_long = "x".repeat(100_000);
    let bad = "AT Ball 0.5 fig +1+1 1\nAT Ball +0.5 fig +91+1 1\nSEQ x\n\nNEWS\nIAMAT fig +1+1 1\n";
    link.send(format!("LOG Ball {LOG}\n{bad}{too_long}\n{KIWI}\nSEQ 1\n"));
    ball.herd.await_known("Alford", KIWI);
    assert_eq!(ball.herd.known("Alford", "fig"), None);
}

/// Clocks differ a little, and clients are believed a few minutes ahead. Servers that refused what
/// others took would disagree.
#[test]
fn a_position_that_is_ahead_within_the_limits_is_taken_from_a_neighbor() {
    let ball = Ball::followed(&[]);
    let (mut link, _) = ball.next_link();
    // Received 40 s from now by Ball's clock, of a client whose clock is ahead by 590 s more.
    let time = support::now() / 1_000_000_000 + 630;
    let ahead = format!("AT Ball -590.000000000 kiwi +1+1 {time}");
    link.send(format!("LOG Ball {LOG}\n{ahead}\nSEQ 1\n"));
    ball.herd.await_known("Alford", &ahead);
}

/// What a neighbor told need not be told to it again; only what was known when it began to follow
/// is, because it may have lost that.
#[test]
fn what_a_neighbor_told_is_not_told_back() {
    let ball = Ball::followed(&[]);
    let (mut link, _) = ball.next_link();
    link.send(format!("LOG Ball {LOG}\n{KIWI}\nSEQ 1\n"));
    ball.herd.await_known("Alford", KIWI);
    let mut feed = Client::connect(ball.herd.peer_address("Alford"));
    assert!(feed.ask("FOLLOW Ball - 0").starts_with("LOG Alford "));
    assert_eq!([feed.text(), feed.text()], [KIWI, "SEQ 1"]);
    link.send(format!("{PLUM}\nSEQ 2\n"));
    ball.herd.await_known("Alford", PLUM);
    let fig = ball.herd.iamat("Alford", "fig", "+3+3", "1003");
    let mut said = Vec::new();
    while said.last() != Some(&"SEQ 3".to_owned()) {
        said.push(feed.text());
    }
    assert!(said.contains(&fig) && !said.contains(&PLUM.to_owned()), "{said:?}");
}

/// The longest line of a client becomes even longer between servers.
#[test]
fn the_longest_position_reaches_the_neighbors() {
    let mut herd = Plan::pair("Alford", "Ball").build();
    herd.start("Alford");
    herd.start("Ball");
    let client = "x".repeat(4096 - "IAMAT  +1+1 1".len());
    let at = herd.iamat("Alford", &client, "+1+1", "1");
    herd.await_known("Ball", &at);
    let reply = exchange(herd.address("Ball"), format!("WHATSAT {client} 0 0\n"));
    assert!(reply.starts_with(at.as_bytes()));
}
