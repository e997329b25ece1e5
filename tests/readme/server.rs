//! The blocks about servers.

use super::LONG_AGO;
use super::client::{assert_options, server_help};
use super::likeness::{assert_like, assert_same_form};
use super::page::Block;
use super::programs::{example, output, server};
use super::support::{Client, DEADLINE, Plan, ReservedPort, eventually, exchange};
use rustix::process::{Pid, Signal, kill_process};
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

/// A process that is ended when the test is over.
struct Running(Child);

impl Running {
    fn start(command: &mut Command) -> Self {
        Self(command.stdin(Stdio::null()).spawn().expect("the program is there"))
    }

    /// Asks it to stop, and waits until it has, in good order.
    #[track_caller]
    fn stop(&mut self) {
        kill_process(Pid::from_child(&self.0), Signal::TERM).expect("it has not ended");
        assert!(self.0.wait().expect("a child can be waited for").success());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail only for a process that is gone already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub fn the_example_stays_up(_: &Block) {
    let herd = Plan::ring().build();
    let file = herd.folder().join("herd.toml");
    let mut running = Running::start(example().arg("--herd").arg(file).stdout(Stdio::piped()));
    let stdout = running.0.stdout.take().expect("it is piped");
    let mut lines = BufReader::new(stdout).lines().map_while(Result::ok);
    lines.find(|line| line.starts_with("The herd stays up")).expect("it says so");
    let reply = exchange(herd.address("Welsh"), "WHATSAT kiwi.cs.ucla.edu 0 0\n");
    assert!(reply.starts_with(b"AT Welsh "), "the conversation was held before");
    running.stop();
}

pub fn the_example_talks(block: &Block) {
    let http = ReservedPort::new();
    let setting = format!("http_listen = \"{}\"", http.address());
    let herd = Plan::ring().setting("Alford", &setting).build();
    let file = herd.folder().join("herd.toml");
    let (came, _) = output(example().arg("--once").arg("--herd").arg(file));
    assert_like(&block.text(), &came);
}

pub fn netcat_gets_a_reply(block: &Block) {
    let (command, shown) = block.command_and_output();
    let quoted = command.strip_prefix("printf '").and_then(|rest| rest.split_once("\\n' | nc -N "));
    let (line, address) = quoted.expect("printf gives nc a line");
    assert_eq!(address, "127.0.0.1 12000");
    let herd = Plan::ring().start();
    let came = exchange(herd.address("Alford"), format!("{line}\n"));
    assert_like(&shown, &String::from_utf8(came).expect("a reply is text"));
}

pub fn telnet_gets_a_reply(block: &Block) {
    let (command, shown) = block.command_and_output();
    assert_eq!(command, "telnet 127.0.0.1 12001");
    let herd = Plan::ring().start();
    let mut client = Client::connect(herd.address("Ball"));
    let (_, conversation) = shown.split_once("'^]'.\n").expect("telnet says how to leave it");
    let (typed, reply) = conversation.split_once('\n').expect("there is a reply");
    assert_eq!(client.ask(typed), reply.trim_end());
}

/// The commands, with the herd on other ports. Each keeps its files in `herd-data/NAME`.
pub fn five_processes_start_and_end(block: &Block) {
    let herd = Plan::ring().build();
    let folder = herd.folder();
    let mut running = Vec::new();
    for line in block.lines().skip(1) {
        let name = line.strip_prefix("target/release/herd-server ").expect("it starts a server");
        let name = name.strip_suffix(" &").expect("it does not wait for it");
        let log = File::create(folder.join("log")).expect("the folder takes files");
        let mut command = server();
        command.args([name, "--herd", "herd.toml"]).current_dir(folder).stderr(log);
        running.push(Running::start(&mut command));
        eventually(name, || std::net::TcpStream::connect(herd.address(name)).is_ok());
        assert!(folder.join("herd-data").join(name).join("journal").exists());
    }
    assert_eq!(running.len(), 5);
    let at = herd.iamat("Ball", "kiwi", "+1+1", LONG_AGO);
    herd.await_known("Hamilton", &at);
    running.iter_mut().for_each(Running::stop);
}

/// The file as it stands, on other ports.
pub fn the_herd_of_ones_own_starts(block: &Block) {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let mut text = block.text();
    let mut kept = Vec::new();
    for port in 12000..12003 {
        let (clients, peers) = (ReservedPort::new(), ReservedPort::new());
        let elsewhere = format!("\"{}\"\npeer_listen = \"{}\"", clients.address(), peers.address());
        let shown = format!("\"127.0.0.1:{port}\"");
        assert!(text.contains(&shown), "{text}");
        text = text.replace(&shown, &elsewhere);
        kept.push((clients, peers));
    }
    fs::write(folder.path().join("herd.toml"), text).expect("the folder takes files");
    let mut command = server();
    command.args(["Goloman", "--herd", "herd.toml"]).current_dir(folder.path());
    let mut goloman = Running::start(command.stderr(Stdio::null()));
    let address = kept[0].0.address();
    eventually("Goloman runs", || std::net::TcpStream::connect(address).is_ok());
    goloman.stop();
}

/// The server, asked as curl would ask it.
pub fn the_door_speaks_http(block: &Block) {
    let http = ReservedPort::new();
    let mut herd = Plan::alone("Alford").build();
    let mut lines = block.lines();
    assert_eq!(lines.next(), Some("herd-server Alford --http 127.0.0.1:8080"));
    let launch = herd.launch("Alford").with(&["--http", &http.address().to_string()]);
    herd.start_as(launch);
    let mut answers = Vec::new();
    for line in lines.filter(|line| !line.contains("/v1/events")) {
        let url = line.strip_prefix("curl ").expect("curl is given a URL").trim_matches('\'');
        let path = url.strip_prefix("http://127.0.0.1:8080").expect("it is of this server");
        let request = format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n");
        let answer = exchange(http.address(), request);
        assert!(answer.starts_with(b"HTTP/1.1 200 OK\r\n"), "{line}");
        answers.push(String::from_utf8(answer).expect("an answer is text"));
    }
    assert!(answers[1].contains("\"id\":\"van-7\""), "{answers:?}");
}

/// They need a network, and a key; that their options exist needs nothing.
pub fn options_exist(block: &Block) {
    let help = server_help();
    block.lines().for_each(|line| assert_options(line, &help));
}

/// Runs `herd-server check DIR` in a folder, and returns what it prints.
#[track_caller]
fn check(folder: &Path, directory: &str) -> String {
    output(server().args(["check", directory]).current_dir(folder)).0
}

/// With checksums, and all of it.
pub fn the_journal_is_whole(block: &Block) {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    fs::write(folder.path().join("journal"), block.text()).expect("the folder takes files");
    let bytes = block.text().len();
    let came = check(folder.path(), ".");
    assert_eq!(came, format!("./journal: journal of Alford\n1 lines, 1 clients, {bytes} bytes\n"));
}

/// The figures are those of another journal. Its server runs meanwhile.
pub fn a_journal_is_checked(block: &Block) {
    let (command, shown) = block.command_and_output();
    assert_eq!(command, "herd-server check herd-data/Alford");
    let herd = Plan::alone("Alford").build();
    let mut command = server();
    command.args(["Alford", "--herd", "herd.toml"]).current_dir(herd.folder());
    let mut alford = Running::start(command.stderr(Stdio::null()));
    eventually("Alford runs", || std::net::TcpStream::connect(herd.address("Alford")).is_ok());
    for client in ["x1", "x2", "x3"] {
        herd.iamat("Alford", client, "+34-118", LONG_AGO);
    }
    assert_same_form(&shown, &check(herd.folder(), "herd-data/Alford"));
    alford.stop();
}

/// Debug builds, which tests are, write for the eye: the words and the keys are the same.
pub fn a_neighbor_that_follows_is_told(block: &Block) {
    let shown: serde_json::Value = serde_json::from_str(block.first()).expect("an event is JSON");
    let shown = shown.as_object().expect("an event is an object");
    let mut herd = Plan::pair("Goloman", "Hands").start();
    let message = shown["msg"].as_str().expect("a message is text");
    let keys = || shown.keys().filter(|key| !["level", "time", "msg"].contains(&key.as_str()));
    // An event is written line by line.
    eventually("Hands follows, and the event has all keys", || {
        let log = herd.server("Goloman").log();
        let Some((_, event)) = log.split_once(message) else { return false };
        let event = event.lines().take(1 + shown.len()).collect::<Vec<_>>().join("\n");
        keys().all(|key| event.contains(key.as_str()))
    });
}

pub fn the_traffic_log_tells_all(block: &Block) {
    let mut herd = Plan::alone("Alford").build();
    herd.start("Alford");
    let path = herd.folder().join("Alford/traffic.ndjson");
    let mut client = Client::connect(herd.address("Alford"));
    client.iamat("x", "+34-118", LONG_AGO);
    client.half_close();
    client.rest();
    let shown = block.text();
    let begin = Instant::now();
    // The connection with which the test saw that the server runs is in the log as well.
    let of_client = |text: String| {
        let opened = |line: &&str| line.contains("\"event\":\"in\"");
        let number = text.lines().find(opened).map(|line| {
            line.split_once("\"connection\":").expect("it has a number").1.split(',').next()
        })??;
        let of_it = |line: &&str| {
            line.contains(&format!("\"connection\":{number},"))
                || line.ends_with(&format!("\"connection\":{number}}}"))
        };
        let lines: String = text.lines().filter(of_it).map(|line| format!("{line}\n")).collect();
        let renamed = lines.replace(&format!("\"connection\":{number}"), "\"connection\":1");
        renamed.contains("closed").then_some(renamed)
    };
    let came = loop {
        let text = fs::read_to_string(&path).unwrap_or_default();
        match of_client(text) {
            Some(came) => break came,
            None => assert!(begin.elapsed() < DEADLINE, "nothing is told of the client"),
        }
        std::thread::yield_now();
    };
    assert_like(&shown, &came);
}
