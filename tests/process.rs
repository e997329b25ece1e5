//! `herd-server` as a process: what it prints, which signals it obeys, and what it refuses.

mod support;

use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use support::{Client, Herd, Plan, eventually, eventually_some};

/// No stop may take longer than a stop with clients that never read; the margin is for slow
/// machines.
const STOPPED_WITHIN: Duration = Duration::from_millis(6_500);

fn herd_server(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_herd-server"));
    command.args(arguments).stdin(Stdio::null());
    command
}

fn text(path: &Path) -> &str {
    path.to_str().expect("the folder's name is text")
}

/// The folder of a journal that has nothing wrong.
fn journal() -> Herd {
    let mut herd = Plan::alone("Alford").journaled().start();
    herd.iamat("Alford", "kiwi", "+1+1", "1");
    assert_eq!(herd.stop("Alford").code(), Some(0));
    herd
}

/// Runs each command that prints an answer, with its standard output closed or full.
fn answer_into(output: impl Fn() -> Stdio) -> Vec<(Option<i32>, String)> {
    let herd = journal();
    let folder = herd.folder().join("Alford");
    [&["--help"][..], &["--version"], &["check", "--help"], &["check", text(&folder)]]
        .map(|arguments| {
            let ran = herd_server(arguments).stdout(output()).stderr(Stdio::piped()).output();
            let ran = ran.expect("the server's program is there");
            (ran.status.code(), String::from_utf8_lossy(&ran.stderr).into_owned())
        })
        .into()
}

/// `herd-server --help | head -1` must not be an error.
#[test]
fn a_closed_pipe_is_success() {
    let closed = || Stdio::from(std::io::pipe().expect("there is a pipe left").1);
    assert_eq!(answer_into(closed), vec![(Some(0), String::new()); 4]);
}

/// Otherwise a script would take an empty file for the answer.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let full = || Stdio::from(fs::File::create("/dev/full").expect("Linux has this device"));
    for (status, message) in answer_into(full) {
        assert_eq!(status, Some(1));
        let expected = "herd-server: cannot write to standard output: ";
        assert!(message.starts_with(expected) && message.lines().count() == 1, "{message}");
    }
}

/// People who close a terminal, or send a signal that other servers know, do not want to kill the
/// server.
#[test]
fn signals_that_mean_nothing_change_nothing() {
    let mut herd = Plan::alone("Alford").start();
    let server = herd.server("Alford");
    for (signal, event) in [
        (Signal::HUP, "reloaded the certificates, the limits and the tokens"),
        (Signal::USR1, "Usr1"),
        (Signal::USR2, "Usr2"),
    ] {
        server.signal(signal);
        eventually(&format!("{event} is told"), || server.log().contains(event));
    }
    assert_eq!(herd.client("Alford").ask("hello"), "? hello");
    let server = herd.server("Alford");
    server.signal(Signal::QUIT);
    assert_eq!(server.wait().code(), Some(0));
    assert!(server.log().contains("stopped"));
}

/// `--data-dir "$DIR"` without a DIR would otherwise fill the current folder.
#[test]
fn an_empty_path_is_refused_before_anything_is_touched() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    for (option, value) in [
        ("--data-dir", "DIR"),
        ("--herd", "herd.toml"),
        ("--traffic-log", "FILE"),
        ("--places-key-file", "KEYFILE"),
    ] {
        let mut command = herd_server(&["Alford", option, ""]);
        let ran = command.current_dir(&folder).output().expect("the server's program is there");
        let message = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert_eq!(ran.status.code(), Some(2), "{message}");
        let expected = format!("Invalid value for '{option} <{value}>': the path is empty");
        assert!(message.contains(&expected), "{message}");
    }
    let ran = herd_server(&["check", ""]).output().expect("the server's program is there");
    assert_eq!(ran.status.code(), Some(2));
    assert_eq!(fs::read_dir(&folder).expect("it is a folder").count(), 0);
}

/// A server whose standard error is a pipe that nobody reads yet.
struct Unread {
    child: Child,
    herd: Herd,
}

impl Unread {
    fn start() -> Self {
        let herd = Plan::alone("Alford").build();
        let file = herd.folder().join("herd.toml");
        let child = herd_server(&["Alford", "--herd", text(&file), "--log-level", "debug"])
            .args(["--ephemeral", "--no-traffic-log"])
            .stderr(Stdio::piped())
            .spawn()
            .expect("the server's program is there");
        let address = herd.address("Alford");
        eventually("it accepts clients", || TcpStream::connect(address).is_ok());
        Self { child, herd }
    }

    /// Makes the server log more events than pipes and buffers hold: one for each client that
    /// resets its connection.
    fn flood(&self) {
        const EVENTS: usize = 15_000;
        let address = self.herd.address("Alford");
        for _ in 0..EVENTS {
            let mut client = TcpStream::connect(address).expect("the client port accepts");
            client.write_all(b"hello\n").expect("the server reads");
            // A connection that is closed with a reply unread is reset.
            let mut byte = [0];
            client.peek(&mut byte).expect("the server answers");
        }
    }

    fn stop(&mut self) -> ExitStatus {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, Signal::TERM).expect("the process has not been waited for");
        let begin = std::time::Instant::now();
        let status = eventually_some("the server ends", || {
            self.child.try_wait().expect("a child can be waited for")
        });
        assert!(begin.elapsed() < STOPPED_WITHIN);
        status
    }
}

impl Drop for Unread {
    fn drop(&mut self) {
        // Both fail only for a process that is gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Clients must be served even if a supervisor does not read the events.
#[test]
fn a_reader_of_events_that_does_not_read_stops_nothing() {
    let mut server = Unread::start();
    server.flood();
    let mut client = Client::connect(server.herd.address("Alford"));
    assert_eq!(client.ask("hello"), "? hello");
    drop(client);
    assert_eq!(server.stop().code(), Some(0));
}

/// If missing events were not reported, people would believe that nothing had happened.
#[test]
fn events_that_do_not_fit_are_counted() {
    let mut server = Unread::start();
    server.flood();
    let mut events = server.child.stderr.take().expect("it is a pipe");
    let text = Arc::new(Mutex::new(Vec::new()));
    let read = Arc::clone(&text);
    let reading = std::thread::spawn(move || {
        let mut piece = [0; 65_536];
        while let Ok(count @ 1..) = events.read(&mut piece) {
            read.lock().expect("nobody panics with it").extend_from_slice(&piece[..count]);
        }
    });
    let has = |words: &str| {
        let text = text.lock().expect("nobody panics with it");
        memchr::memmem::find(&text, words.as_bytes()).is_some()
    };
    eventually("the missing events are counted", || {
        has("events were dropped: standard error was not read fast enough")
    });
    assert_eq!(server.stop().code(), Some(0));
    reading.join().expect("reading does not panic");
    assert!(has("stopped"), "the last events came");
}

/// A default that the machine does not have would end the server in the middle of its work.
#[test]
fn clients_may_need_half_of_the_memory_unless_the_herd_says_otherwise() {
    const GIBIBYTE_KIB: u64 = 1 << 20;
    for (plan, expected) in [
        (Plan::alone("Alford"), "clients_bytes 536870912"),
        (Plan::alone("Alford").limit("clients_bytes", 123_456), "clients_bytes 123456"),
    ] {
        let mut herd = plan.build();
        herd.start_as(herd.launch("Alford").with_address_space(GIBIBYTE_KIB));
        let server = herd.server("Alford");
        eventually(&format!("{expected} is told"), || {
            let log = server.log();
            log.contains("limits fitted to the system") && log.contains(expected)
        });
    }
}
