//! The traffic log of real servers.

mod support;

use rustix::fs::{CWD, Mode, mkfifoat};
use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use support::{Herd, Plan, eventually, eventually_some};

fn event(name: &str, detail: impl Into<String>) -> (String, String) {
    (name.to_owned(), detail.into())
}

/// Each server logs all its input and output: what is not in the log cannot be examined later.
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

/// When servers disagree, the first thing to look for is a link that breaks repeatedly.
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

/// People who turn the log off want no trace of clients on the disk.
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

/// What clients say is nobody else's business.
#[test]
fn the_traffic_log_belongs_to_its_owner_alone() {
    let herd = Plan::alone("Alford").start();
    let file = herd.folder().join("Alford/traffic.ndjson");
    let mode = fs::metadata(file).expect("the log is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

/// Would fail if a full disk left half an event in the file, or if the log did not say what is
/// missing.
#[test]
fn events_that_do_not_fit_on_the_disk_are_counted_and_none_is_cut() {
    let mut herd = Plan::alone("Alford").build();
    herd.start_as(herd.launch("Alford").with_file_blocks(16));
    let ask = || herd.client("Alford").ask(&"X".repeat(1_000));
    let file = herd.folder().join("Alford/traffic.ndjson");
    let log = herd.folder().join("Alford.log");
    let logged = |text: &str| fs::read_to_string(&log).expect("the server logs").contains(text);
    eventually("the disk is full", || {
        ask();
        logged("cannot write the traffic log; events are dropped and counted")
    });
    let whole = fs::read_to_string(&file).expect("the log is there");
    assert!(whole.ends_with("}\n"), "the last line is whole: {whole}");
    assert!(!logged("the traffic log is being written again"));
    File::options().write(true).open(&file).and_then(|file| file.set_len(0)).expect("it is there");
    ask();
    eventually("there is room again", || logged("the traffic log is being written again"));
    // Reading the log fails on a line that is not JSON.
    let traffic = herd.traffic("Alford");
    let lost = traffic.of("dropped").next().expect("events are missing")["lines"].as_u64();
    assert!(lost > Some(0), "{lost:?}");
    assert_eq!(herd.stop("Alford").code(), Some(0));
}

/// Would fail if a server waited for somebody to read its traffic.
#[test]
fn a_fifo_that_nobody_reads_does_not_hold_the_server_up() {
    let mut herd = Plan::alone("Alford").build();
    let fifo = herd.folder().join("fifo");
    mkfifoat(CWD, &fifo, Mode::RUSR | Mode::WUSR).expect("a FIFO can be made");
    let path = fifo.to_str().expect("the folder's name is text").to_owned();
    herd.start_as(herd.launch("Alford").with(&["--traffic-log", &path]));
    herd.iamat("Alford", "kiwi", "+1+1", "1001");
    assert_eq!(herd.stop("Alford").code(), Some(0));
}
