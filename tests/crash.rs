//! Servers that are killed, frozen, or left without a disk.

mod support;

use rustix::process::Signal;
use std::collections::HashMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use support::{Herd, Plan, eventually, exchange};

/// How often a server is killed, for each policy.
const KILLS: u64 = 50;

/// How many connections send positions meanwhile.
const CONNECTIONS: u64 = 4;

/// Clients of each connection.
const CLIENTS: u64 = 8;

/// Sends positions over one connection, each newer than the one before, until the server is gone.
/// Notes the newest time that was acknowledged for each client.
fn tell_until_gone(
    address: SocketAddr,
    connection: u64,
    times: &AtomicU64,
    acknowledged: &mut HashMap<String, u64>,
) {
    let Ok(stream) = TcpStream::connect(address) else { return };
    let mut replies = BufReader::new(&stream);
    for number in 0.. {
        let client = format!("c{connection}-{}", number % CLIENTS);
        let time = times.fetch_add(1, Ordering::Relaxed);
        if (&stream).write_all(format!("IAMAT {client} +1+1 {time}\n").as_bytes()).is_err() {
            return;
        }
        let mut reply = String::new();
        match replies.read_line(&mut reply) {
            Ok(_) if reply.ends_with('\n') => acknowledged.insert(client, time),
            _ => return,
        };
    }
}

/// The newest time that the server knows for each client of the load.
fn known(herd: &Herd) -> HashMap<String, u64> {
    let ids = (0..CONNECTIONS)
        .flat_map(|connection| (0..CLIENTS).map(move |client| (connection, client)));
    let questions: String =
        ids.map(|(connection, client)| format!("WHATSAT c{connection}-{client} 0 0\n")).collect();
    let replies = exchange(herd.address("Alford"), questions);
    let replies = String::from_utf8(replies).expect("the load's IDs are ASCII");
    let at_lines = replies.lines().filter(|line| line.starts_with("AT "));
    at_lines
        .map(|line| {
            let fields: Vec<_> = line.split(' ').collect();
            (fields[3].to_owned(), fields[5].parse().expect("the load's times are whole"))
        })
        .collect()
}

/// Kills a server again and again under load, at moments that differ each time, and requires that
/// whatever was acknowledged is there when it is back.
fn assert_kills_lose_nothing(fsync: &str) {
    let mut herd = Plan::alone("Alford").journaled().build();
    let times = AtomicU64::new(1);
    let mut acknowledged = HashMap::new();
    for kill in 0..KILLS {
        herd.start_as(herd.launch("Alford").with(&["--fsync", fsync, "--no-traffic-log"]));
        let known = known(&herd);
        for (client, time) in &acknowledged {
            assert!(known.get(client) >= Some(time), "kill {kill}: {client} at {time} is lost");
        }
        let address = herd.address("Alford");
        thread::scope(|scope| {
            let load: Vec<_> = (0..CONNECTIONS)
                .map(|connection| {
                    let (times, mut noted) = (&times, HashMap::new());
                    scope.spawn(move || {
                        tell_until_gone(address, connection, times, &mut noted);
                        noted
                    })
                })
                .collect();
            thread::sleep(Duration::from_micros(3_000 + 977 * kill));
            herd.kill("Alford");
            for noted in load {
                acknowledged.extend(noted.join().expect("the load does not panic"));
            }
        });
    }
    assert_eq!(acknowledged.len() as u64, CONNECTIONS * CLIENTS, "every client was acknowledged");
}

/// Would fail if a reply could overtake the fsync that covers it, or replay lost a line.
#[test]
fn a_server_killed_at_any_moment_loses_nothing_that_it_acknowledged_with_always() {
    assert_kills_lose_nothing("always");
}

/// Would fail if a reply could overtake the write.
#[test]
fn a_server_killed_at_any_moment_loses_nothing_that_it_acknowledged_with_everysec() {
    assert_kills_lose_nothing("everysec");
}

/// Would fail if a server kept a queue for a neighbor that reads nothing.
#[test]
fn a_frozen_neighbor_costs_nothing_and_catches_up() {
    let mut herd = Plan::pair("Alford", "Ball").journaled().start();
    let alford = herd.address("Alford");
    let tell = |clients: std::ops::Range<u32>, time: u32| {
        let lines: String =
            clients.map(|client| format!("IAMAT client{client} +1+1 {time}\n")).collect();
        assert!(exchange(alford, lines).starts_with(b"AT Alford "));
    };
    tell(0..5_000, 1);
    herd.server("Ball").signal(Signal::STOP);
    tell(0..5_000, 2);
    let before = herd.server("Alford").resident_bytes();
    let (end, stop) = (Instant::now() + Duration::from_secs(3), AtomicBool::new(false));
    for time in 3.. {
        tell(0..5_000, time);
        stop.fetch_or(Instant::now() > end, Ordering::Relaxed);
        if stop.load(Ordering::Relaxed) {
            herd.server("Ball").signal(Signal::CONT);
            let grown = herd.server("Alford").resident_bytes().saturating_sub(before);
            assert!(grown < 8 * 1024 * 1024, "{grown} bytes more after {time} rounds");
            let last = herd.known("Alford", "client4999").expect("the client is known");
            assert!(last.ends_with(&format!(" {time}")), "{last}");
            herd.await_known("Ball", &last);
            return;
        }
    }
}

/// Would fail if a server went on answering when it can no longer keep its promises.
#[test]
fn a_full_disk_stops_the_server_before_it_acknowledges_what_does_not_fit() {
    let mut herd = Plan::alone("Alford").journaled().build();
    let launch = herd.launch("Alford").with(&["--no-traffic-log"]).with_file_blocks(64);
    herd.start_as(launch);
    let lines = |numbers: std::ops::Range<u32>| {
        numbers.map(|n| format!("IAMAT client{n} +1+1 5\n")).collect::<String>()
    };
    let mut acknowledged = 0;
    while acknowledged < 100_000 {
        let Ok(mut stream) = TcpStream::connect(herd.address("Alford")) else { break };
        // The server may be gone in between.
        let sent = stream.write_all(lines(acknowledged..acknowledged + 10).as_bytes());
        let mut replies = BufReader::new(&stream).lines().map_while(Result::ok).take(10);
        let answered = replies.by_ref().filter(|line| line.starts_with("AT ")).count();
        acknowledged += answered as u32;
        if sent.is_err() || answered < 10 {
            break;
        }
    }
    let (status, log) = herd.await_end("Alford");
    assert_eq!(status.code(), Some(1));
    let path = herd.folder().join("Alford/journal").display().to_string();
    assert!(log.contains(&format!("herd-server: cannot write the journal {path}: ")), "{log}");

    herd.start_as(herd.launch("Alford").with(&["--no-traffic-log"]));
    for number in 0..acknowledged {
        let client = format!("client{number}");
        assert!(herd.known("Alford", &client).is_some(), "{client} of {acknowledged} is lost");
    }
}

/// Would fail if a server that cannot store anything started anyway, or did not say why it ended.
#[test]
fn a_data_directory_that_cannot_be_used_is_an_error_that_names_it() {
    let herd = Plan::alone("Alford").journaled().build();
    let folder = herd.folder().join("taken");
    fs::write(&folder, "a file").expect("the folder takes files");
    let output = Command::new(env!("CARGO_BIN_EXE_herd-server"))
        .args(["Alford", "--data-dir"])
        .arg(&folder)
        .output()
        .expect("the server's program is there");
    assert_eq!(output.status.code(), Some(1));
    let expected = format!("herd-server: cannot make the folder {}: ", folder.display());
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(error.starts_with(&expected), "{error}");
}

/// Would fail if two servers could write one journal.
#[test]
fn a_data_directory_has_one_server() {
    let herd = Plan::alone("Alford").journaled().start();
    let folder = herd.folder().join("Alford");
    let second = herd.launch("Alford").output();
    assert_eq!(second.status.code(), Some(1));
    let taken = format!("herd-server: another server is using the folder {}\n", folder.display());
    let error = String::from_utf8_lossy(&second.stderr);
    assert!(error.ends_with(&taken), "{error}");
}

fn check(folder: &Path) -> Output {
    let program = env!("CARGO_BIN_EXE_herd-server");
    Command::new(program).arg("check").arg(folder).output().expect("the server's program is there")
}

/// Would fail if looking at a journal needed the server to stop, or changed anything.
#[test]
fn check_works_beside_a_running_server() {
    let mut herd = Plan::alone("Alford").journaled().start();
    let folder = herd.folder().join("Alford");
    herd.iamat("Alford", "kiwi", "+1+1", "1");
    let output = check(&folder);
    let journal = folder.join("journal");
    let path = journal.display();
    let bytes = fs::metadata(&journal).expect("there is a journal").len();
    let expected = format!("{path}: journal of Alford\n1 lines, 1 clients, {bytes} bytes\n");
    assert_eq!(String::from_utf8_lossy(&output.stdout), expected);
    assert_eq!(output.status.code(), Some(0));
    herd.iamat("Alford", "plum", "+1+1", "1");
    assert_eq!(herd.stop("Alford").code(), Some(0));
    let copy = herd.folder().join("copy");
    fs::create_dir(&copy).expect("there is room");
    fs::copy(&journal, copy.join("journal")).expect("there is room");
    assert_eq!(check(&copy).status.code(), Some(0));
    assert_eq!(fs::read_dir(&copy).expect("the copy is there").count(), 1);
}

/// Would fail if `check` and the start disagreed, or advised a command that does not help.
#[test]
fn a_damaged_first_line_is_refused_with_a_command_that_repairs_it() {
    let mut herd = Plan::alone("Alford").journaled().start();
    let at = herd.iamat("Alford", "kiwi", "+1+1", "1");
    herd.stop("Alford");
    let folder = herd.folder().join("Alford");
    let journal = folder.join("journal");
    let mut bytes = fs::read(&journal).expect("there is a journal");
    bytes[0] ^= 1;
    fs::write(&journal, bytes).expect("there is room");
    let damage =
        format!("{}, line 1, byte 0: this is not the first line of a journal\n", journal.display());
    let launch = herd.launch("Alford");
    for (output, command) in [
        (check(&folder), format!("herd-server NAME --data-dir {} --repair\n", folder.display())),
        (launch.output(), format!("{} --repair\n", launch.command_line())),
    ] {
        assert_eq!(output.status.code(), Some(1));
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(error.contains(&damage) && error.ends_with(&command), "{error}");
    }
    herd.start_as(herd.launch("Alford").with(&["--repair"]));
    herd.await_known("Alford", &at);
}

/// Would fail if a server went on writing to a journal that nobody can open any more.
#[test]
fn a_journal_that_is_removed_while_the_server_runs_is_back_after_its_stop() {
    let mut herd = Plan::alone("Alford").journaled().start();
    let at = herd.iamat("Alford", "kiwi", "+1+1", "1");
    let journal = herd.folder().join("Alford/journal");
    fs::remove_file(&journal).expect("there is a journal");
    eventually("the journal is written anew", || journal.exists());
    let told = "the journal was changed by somebody else; writing it anew";
    eventually("the loss is told", || herd.server("Alford").log().contains(told));
    fs::remove_file(&journal).expect("there is a journal");
    assert_eq!(herd.stop("Alford").code(), Some(0));
    herd.start("Alford");
    assert_eq!(herd.known("Alford", "kiwi"), Some(at));
}
