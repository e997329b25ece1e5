//! The traffic log of real servers.

mod support;

use support::{Herd, Plan, eventually, eventually_some};

fn event(name: &str, detail: impl Into<String>) -> (String, String) {
    (name.to_owned(), detail.into())
}

/// Each server logs all its input and output: what is not in the log cannot be looked into later.
#[test]
fn everything_on_a_clients_connection_is_in_the_log_in_order() {
    let herd = Plan::alone("Alford").start();
    let mut client = herd.client("Alford");
    let at = client.iamat("kiwi", "+1+1", "1001");
    assert_eq!(client.ask("hello \"there\"\t\u{e9}"), "? hello \"there\"\t\u{e9}");
    drop(client);
    let expected = [
        event("opened", "client"),
        event("in", "IAMAT kiwi +1+1 1001\n"),
        event("out", format!("{at}\n")),
        event("in", "hello \"there\"\t\u{e9}\n"),
        event("out", "? hello \"there\"\t\u{e9}\n"),
        event("closed", ""),
    ];
    let of_client = || {
        let traffic = herd.traffic("Alford");
        let number = traffic.connection_that_said("IAMAT kiwi +1+1 1001\n")?;
        Some(traffic.on(number)).filter(|events| events.len() == expected.len())
    };
    assert_eq!(eventually_some("the connection is in the log", of_client), expected);
}

/// A link that comes and goes is the first thing to look for when servers disagree.
#[test]
fn links_to_neighbors_are_in_the_log_with_what_went_over_them() {
    let mut herd = Plan::pair("Alford", "Ball").start();
    let count = |herd: &Herd, name: &str, detail: &str| {
        let traffic = herd.traffic("Alford");
        traffic.of(name).filter(|event| event.to_string().contains(detail)).count()
    };
    let ball = "\"neighbor\":\"Ball\"";
    // A position that is told before both links are up may be sent twice.
    eventually("both links are up", || count(&herd, "neighbor-gained", ball) == 2);
    let at = herd.iamat("Alford", "kiwi", "+1+1", "1001");
    let told = format!("{at}\\nSEQ 1\\n");
    eventually("Alford told Ball", || count(&herd, "out", &told) == 1);
    eventually("Ball heard it", || {
        herd.traffic("Ball").of("in").any(|event| event.to_string().contains(&told))
    });
    herd.kill("Ball");
    eventually("both links are lost", || count(&herd, "neighbor-lost", ball) == 2);
    assert_eq!(count(&herd, "neighbor-gained", ball), 2);
    for purpose in ["feed", "follow"] {
        let of_purpose = format!("\"purpose\":\"{purpose}\"");
        assert!(count(&herd, "opened", &of_purpose) >= 1, "{purpose}");
    }
}

/// Who turns the log off wants no trace of clients on the disk.
#[test]
fn no_traffic_log_writes_none() {
    let mut herd = Plan::alone("Alford").build();
    herd.start_as(herd.launch("Alford").with(&["--no-traffic-log"]));
    herd.iamat("Alford", "kiwi", "+1+1", "1001");
    assert_eq!(herd.stop("Alford").code(), Some(0));
    assert!(!herd.folder().join("Alford/traffic.ndjson").exists());
}

/// The log may be wanted on another disk.
#[test]
fn the_traffic_log_can_be_put_elsewhere() {
    let mut herd = Plan::alone("Alford").build();
    let file = herd.folder().join("elsewhere/log.ndjson");
    let path = file.to_str().expect("the folder's name is text").to_owned();
    herd.start_as(herd.launch("Alford").with(&["--traffic-log", &path]));
    let at = herd.iamat("Alford", "kiwi", "+1+1", "1001");
    assert_eq!(herd.stop("Alford").code(), Some(0));
    let written = std::fs::read_to_string(file).expect("the log is there");
    assert!(written.contains(&format!("\"data\":\"{at}\\n\"")), "{written}");
    assert!(!herd.folder().join("Alford/traffic.ndjson").exists());
}
