//! The peer port of a real server, with the test in the place of its neighbor.

mod support;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use support::{Client, Herd, Plan, eventually, without_skew};

/// Alford, whose only neighbor Ball does not run: the tests speak in its name.
fn alford() -> Herd {
    let mut herd = Plan::pair("Alford", "Ball").build();
    herd.start("Alford");
    herd
}

/// A link on which `FOLLOW` has been sent, and the identity of Alford's log.
fn follow(herd: &Herd, since: &str) -> (Client, String) {
    let mut link = Client::connect(herd.peer_address("Alford"));
    let log = link.ask(&format!("FOLLOW Ball {since}"));
    let id = log.strip_prefix("LOG Alford ").expect("a feed begins with whose log it is");
    assert!(id.len() == 16 && id.bytes().all(|b| b.is_ascii_hexdigit()), "{log}");
    (link, id.to_owned())
}

/// The AT lines up to the next SEQ, without their skews, and its number.
fn batch(link: &mut Client) -> (Vec<String>, u64) {
    let mut lines = Vec::new();
    loop {
        let line = link.text();
        match line.strip_prefix("SEQ ") {
            Some(number) => return (lines, number.parse().expect("SEQ has a number")),
            None => lines.push(without_skew(&line)),
        }
    }
}

/// Reads batches until one has lines in it.
fn news(link: &mut Client) -> (Vec<String>, u64) {
    loop {
        let (lines, number) = batch(link);
        if !lines.is_empty() {
            return (lines, number);
        }
    }
}

const KIWI: &str = "AT Alford SKEW kiwi +1+1 1001";
const PLUM: &str = "AT Alford SKEW plum +2+2 1002";
const KIWI_AGAIN: &str = "AT Alford SKEW kiwi +3+3 1003";

fn tell_kiwi_and_plum(herd: &Herd) {
    herd.iamat("Alford", "kiwi", "+1+1", "1001");
    herd.iamat("Alford", "plum", "+2+2", "1002");
}

/// Every change travels through this conversation, as the protocol describes it.
#[test]
fn a_follower_gets_the_log_then_each_change_and_its_number() {
    let herd = alford();
    tell_kiwi_and_plum(&herd);
    let (mut link, _) = follow(&herd, "- 0");
    assert_eq!(batch(&mut link), (vec![KIWI.to_owned(), PLUM.to_owned()], 2));
    herd.iamat("Alford", "kiwi", "+3+3", "1003");
    assert_eq!(news(&mut link), (vec![KIWI_AGAIN.to_owned()], 3));
}

/// Without heartbeats, a quiet link could not be distinguished from a dead one.
#[test]
fn an_idle_feed_repeats_its_number() {
    let herd = alford();
    herd.iamat("Alford", "kiwi", "+1+1", "1001");
    let (mut link, _) = follow(&herd, "- 0");
    assert_eq!(batch(&mut link), (vec![KIWI.to_owned()], 1));
    assert_eq!(batch(&mut link), (vec![], 1));
    assert_eq!(batch(&mut link), (vec![], 1));
}

/// After a cut a follower must get all it missed, and need not get the rest.
#[test]
fn a_follower_that_comes_back_gets_what_is_after_its_number() {
    let herd = alford();
    tell_kiwi_and_plum(&herd);
    let (link, id) = follow(&herd, "- 0");
    drop(link);
    herd.iamat("Alford", "kiwi", "+3+3", "1003");
    let (mut link, same_id) = follow(&herd, &format!("{id} 2"));
    assert_eq!(same_id, id);
    assert_eq!(batch(&mut link), (vec![KIWI_AGAIN.to_owned()], 3));
}

/// A number of another log, or one that this log has not reached, does not say what the follower
/// has.
#[test]
fn a_number_that_means_nothing_gets_the_log_from_its_start() {
    let herd = alford();
    tell_kiwi_and_plum(&herd);
    let (_, id) = follow(&herd, "- 0");
    for since in ["0123456789abcdef 2".to_owned(), format!("{id} 3")] {
        let (mut link, _) = follow(&herd, &since);
        assert_eq!(batch(&mut link), (vec![KIWI.to_owned(), PLUM.to_owned()], 2), "{since}");
    }
}

/// A follower that wants only new changes must not be sent old ones.
#[test]
fn a_follower_from_now_on_gets_only_what_is_new() {
    let herd = alford();
    herd.iamat("Alford", "kiwi", "+1+1", "1001");
    let (mut link, _) = follow(&herd, "- now");
    assert_eq!(batch(&mut link), (vec![], 1));
    herd.iamat("Alford", "plum", "+2+2", "1002");
    assert_eq!(news(&mut link), (vec![PLUM.to_owned()], 2));
}

/// A log of many clients is sent in several batches. No line may be lost between them.
#[test]
fn a_large_log_arrives_whole() {
    let herd = alford();
    let clients: BTreeSet<_> = (0..5_000).map(|number| format!("client{number}")).collect();
    let tell = |client| format!("IAMAT {client} +1+1 1001\n");
    let told =
        support::exchange(herd.address("Alford"), clients.iter().map(tell).collect::<String>());
    assert_eq!(told.split(|&byte| byte == b'\n').count(), clients.len() + 1);
    let (mut link, _) = follow(&herd, "- 0");
    let (mut heard, mut number) = (Vec::new(), 0);
    while number < 5_000 {
        let (lines, next) = batch(&mut link);
        heard.extend(lines);
        number = next;
    }
    let name = |line: &String| line.split(' ').nth(3).map(str::to_owned);
    assert_eq!(heard.len(), clients.len());
    assert_eq!(heard.iter().filter_map(name).collect::<BTreeSet<_>>(), clients);
}

/// A pause is for small batches. If it also held up full ones, a follower of a long log would need
/// minutes to catch up: here 90 s.
#[test]
fn a_pause_does_not_hold_up_full_batches() {
    let plan = Plan::pair("Alford", "Ball").limit("follow_batch_pause_ms", 400);
    let mut herd = plan.limit("follow_batch_bytes", 1_000).build();
    herd.start("Alford");
    let tell = |client| format!("IAMAT client{client} +1+1 1001\n");
    support::exchange(herd.address("Alford"), (0..5_000).map(tell).collect::<String>());
    let (mut link, _) = follow(&herd, "- 0");
    let begin = Instant::now();
    while batch(&mut link).1 < 5_000 {}
    assert!(begin.elapsed() < Duration::from_secs(20), "{:?}", begin.elapsed());
}

/// A server that is not in the configuration learns nothing, and its connection is closed.
#[test]
fn anybody_but_a_neighbor_is_refused() {
    let herd = alford();
    herd.iamat("Alford", "kiwi", "+1+1", "1001");
    for line in [
        "FOLLOW Stranger - 0",
        "FOLLOW Alford - 0",
        "FOLLOW Ball",
        "follow Ball - 0",
        "IAMAT plum +2+2 1002",
        "",
    ] {
        let reply = support::exchange(herd.peer_address("Alford"), format!("{line}\n"));
        assert_eq!(String::from_utf8_lossy(&reply), format!("? {line}\n"));
    }
    assert_eq!(herd.known("Alford", "plum"), None);
}

/// A stranger who says nothing must not hold a connection for ever.
#[test]
fn a_silent_connection_to_the_peer_port_ends() {
    let herd = alford();
    let mut silent = Client::connect(herd.peer_address("Alford"));
    assert_eq!(silent.drain(), 0);
}

/// A server accepts changes only over links that it dialled itself. Otherwise anybody could set
/// anybody's position.
#[test]
fn positions_that_strangers_bring_change_nothing() {
    let herd = alford();
    let at = "AT Ball +0.000000001 kiwi +9+9 1009";
    let refused = format!("? {at}\n").into_bytes();
    assert_eq!(support::exchange(herd.address("Alford"), format!("{at}\n")), refused);
    assert_eq!(support::exchange(herd.peer_address("Alford"), format!("{at}\n")), refused);

    // Not even somebody who knows a neighbor's name can tell anything by following.
    let (mut link, _) = follow(&herd, "- 0");
    link.send(format!("LOG Ball 0123456789abcdef\n{at}\nSEQ 1\n"));
    herd.iamat("Alford", "plum", "+2+2", "1002");
    assert_eq!(news(&mut link), (vec![PLUM.to_owned()], 1));
    assert_eq!(herd.known("Alford", "kiwi"), None);
}

/// After two neighbors were both down, whichever starts last must find the other soon: its FOLLOW
/// makes the other dial.
#[test]
fn links_come_back_whoever_returns_first() {
    let mut herd = Plan::pair("Alford", "Ball").start();
    for (first, second) in [("Alford", "Ball"), ("Ball", "Alford")] {
        herd.kill("Alford");
        herd.kill("Ball");
        herd.start(first);
        let at = herd.iamat(first, &format!("first-{first}"), "+1+1", "1001");
        herd.start(second);
        herd.await_known(second, &at);
        let back = herd.iamat(second, &format!("second-{second}"), "+2+2", "1002");
        herd.await_known(first, &back);
        eventually("both links are noted", || {
            let gained = |name| herd.traffic(name).of("neighbor-gained").count();
            gained("Alford") >= 2 && gained("Ball") >= 2
        });
    }
}
