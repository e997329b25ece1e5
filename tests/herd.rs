//! Herds of real servers: whatever one of them is told, all of them learn, whatever happens in
//! between.

mod support;

use support::{Herd, Plan, eventually, without_skew};

const LINKS: [[&str; 2]; 5] = [
    ["Alford", "Hamilton"],
    ["Alford", "Welsh"],
    ["Ball", "Holiday"],
    ["Ball", "Welsh"],
    ["Hamilton", "Holiday"],
];

/// Without it a link of the default herd could be missing, or work in one direction only, and the
/// other way around the ring would hide that.
#[test]
fn each_link_of_the_default_herd_carries_news_both_ways() {
    for ends in LINKS {
        let mut herd = Plan::ring().build();
        for name in ends {
            herd.start(name);
        }
        for (client, name) in ["kiwi", "plum"].into_iter().zip(ends) {
            let at = herd.iamat(name, client, "+34.068930-118.445127", "1479413884.392014450");
            herd.await_known_everywhere(&at);
        }
    }
}

/// The herd exists for this: a client may ask any server, and each gives the same answer, in the
/// name of the server that was told.
#[test]
fn what_one_server_is_told_all_know_in_its_name() {
    let herd = Plan::ring().start();
    for name in herd.names() {
        let at = herd.iamat(&name, &format!("of-{name}"), "+34.068930-118.445127", "1479413884.5");
        let expected = format!("AT {name} SKEW of-{name} +34.068930-118.445127 1479413884.5");
        assert_eq!(without_skew(&at), expected);
        herd.await_known_everywhere(&at);
    }
}

/// If servers kept the line that came last instead of the newest, they would disagree for ever.
#[test]
fn the_newest_position_wins_wherever_and_in_whatever_order_it_is_told() {
    let herd = Plan::ring().start();
    let servers = ["Alford", "Ball", "Hamilton"];
    let orders = [[1, 2, 3], [1, 3, 2], [2, 1, 3], [2, 3, 1], [3, 1, 2], [3, 2, 1]];
    let newest = orders.map(|times| {
        let client = format!("client{times:?}").replace(", ", "-");
        let told = times.into_iter().zip(servers).map(|(time, server)| {
            (time, herd.iamat(server, &client, &format!("+{time}+0"), &time.to_string()))
        });
        told.max().map(|(_, at)| at).expect("three times were told")
    });
    for at in newest {
        herd.await_known_everywhere(&at);
    }
}

/// Two servers that are told of the same client and time must not each keep their own line.
#[test]
fn of_two_positions_at_one_time_all_servers_keep_the_same() {
    let herd = Plan::ring().start();
    for (client, servers) in [("kiwi", ["Alford", "Welsh"]), ("plum", ["Welsh", "Alford"])] {
        let told = servers.map(|name| herd.iamat(name, client, "+1+1", "1479413884"));
        // The lines differ first in the server's name.
        let [greater] = told.iter().max().into_iter().collect::<Vec<_>>()[..] else { panic!() };
        assert!(greater.starts_with("AT Welsh "), "{told:?}");
        herd.await_known_everywhere(greater);
    }
}

/// A position that is older than the known one is acknowledged, and must not be passed on.
#[test]
fn an_older_position_is_acknowledged_and_changes_nothing_anywhere() {
    let herd = Plan::ring().start();
    let newest = herd.iamat("Alford", "kiwi", "+2+2", "1000");
    herd.await_known_everywhere(&newest);
    for name in herd.names() {
        let at = herd.iamat(&name, "kiwi", "+1+1", "999.999999999");
        let expected = format!("AT {name} SKEW kiwi +1+1 999.999999999");
        assert_eq!(without_skew(&at), expected);
    }
    // News takes the same ways, so whatever was sent before it has arrived with it.
    for name in herd.names() {
        let news = herd.iamat(&name, &format!("news-of-{name}"), "+0+0", "1");
        herd.await_known_everywhere(&news);
    }
    herd.await_known_everywhere(&newest);
}

/// Stops a server, tells the others something, starts it again, and requires that it learns it,
/// too.
fn miss_something(herd: &mut Herd, missing: &str, teller: &str, end: fn(&mut Herd, &str)) {
    let own = herd.iamat(missing, &format!("own-{missing}"), "+1+1", "1479413884");
    herd.await_known_everywhere(&own);
    end(herd, missing);
    let missed = herd.iamat(teller, &format!("missed-{missing}"), "+2+2", "1479413885");
    herd.await_known_everywhere(&missed);
    herd.start(missing);
    herd.await_known(missing, &own);
    herd.await_known(missing, &missed);
}

fn stop(herd: &mut Herd, name: &str) {
    assert_eq!(herd.stop(name).code(), Some(0));
}

/// A server that was stopped in order and started again must catch up with its neighbors.
#[test]
fn a_stopped_server_hears_what_it_missed_under_its_tellers_name() {
    let mut herd = Plan::ring().start();
    miss_something(&mut herd, "Holiday", "Alford", stop);
    let known = herd.known("Holiday", "missed-Holiday").expect("it has just been awaited");
    assert_eq!(without_skew(&known), "AT Alford SKEW missed-Holiday +2+2 1479413885");
}

/// What a server was told before it was killed comes back from its neighbors.
#[test]
fn a_killed_server_hears_what_it_missed_and_what_it_knew() {
    let mut herd = Plan::ring().start();
    miss_something(&mut herd, "Welsh", "Hamilton", Herd::kill);
}

/// Each server numbers its log anew when it starts; neighbors that went on counting in the old
/// numbers would miss what is new.
#[test]
fn all_servers_agree_after_any_order_of_restarts() {
    assert_agreement_after_restarts(Plan::ring());
}

/// A server must learn what is newer than its journal.
#[test]
fn all_servers_with_journals_agree_after_any_order_of_restarts() {
    assert_agreement_after_restarts(Plan::ring().journaled());
}

fn assert_agreement_after_restarts(plan: Plan) {
    let mut herd = plan.start();
    let orders = [
        ["Alford", "Ball", "Hamilton", "Holiday", "Welsh"],
        ["Welsh", "Holiday", "Hamilton", "Ball", "Alford"],
        ["Hamilton", "Ball", "Alford", "Welsh", "Holiday"],
    ];
    let mut told = Vec::new();
    for (round, order) in orders.iter().enumerate() {
        for (step, name) in order.iter().enumerate() {
            let end = if step % 2 == 0 { Herd::kill } else { stop };
            end(&mut herd, name);
            let (teller, client) = (order[(step + 1) % 5], format!("client-{round}-{step}"));
            told.push(herd.iamat(teller, &client, "+1-1", &format!("{round}.{step}")));
            herd.start(name);
            for at in &told {
                herd.await_known_everywhere(at);
            }
        }
    }
}

/// Neither half may wait for the other, and all must know what each was told once the cut has
/// healed.
#[test]
fn two_stopped_servers_cut_the_ring_and_after_healing_all_five_agree() {
    let mut herd = Plan::ring().start();
    stop(&mut herd, "Hamilton");
    herd.kill("Welsh");
    let one_half = herd.iamat("Alford", "kiwi", "+1+1", "1001");
    let both_halves = [("Alford", "+2+2", "1003"), ("Ball", "+3+3", "1002")]
        .map(|(name, position, time)| herd.iamat(name, "plum", position, time));
    let other_half = herd.iamat("Ball", "fig", "+4+4", "1004");
    herd.await_known("Alford", &one_half);
    herd.await_known("Alford", &both_halves[0]);
    for name in ["Ball", "Holiday"] {
        herd.await_known(name, &both_halves[1]);
        herd.await_known(name, &other_half);
        assert_eq!(herd.known(name, "kiwi"), None);
    }
    assert_eq!(herd.known("Alford", "fig"), None);
    herd.start("Welsh");
    herd.start("Hamilton");
    for at in [&one_half, &both_halves[0], &other_half] {
        herd.await_known_everywhere(at);
    }
}

/// A server that is configured not to catch up must not, and must still learn everything that comes
/// afterwards.
#[test]
fn without_catching_up_a_server_hears_only_what_is_new() {
    let mut herd = Plan::pair("Alford", "Ball").start();
    let old = herd.iamat("Alford", "kiwi", "+1+1", "1000");
    herd.await_known("Ball", &old);
    stop(&mut herd, "Ball");
    herd.start_as(herd.launch("Ball").with(&["--no-catch-up"]));
    let mut time = 1000;
    eventually("Ball hears news", || {
        time += 1;
        herd.iamat("Alford", "plum", "+2+2", &time.to_string());
        herd.known("Ball", "plum").is_some()
    });
    assert_eq!(herd.known("Ball", "kiwi"), None);
}
