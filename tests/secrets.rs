//! What a server must never write anywhere.

mod support;

use rustix::process::Signal;
use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::path::Path;
use support::{DEADLINE, Plan, eventually};

/// Part of each secret that is planted. Nothing else holds it.
const MARK: &str = "S3CR3T";

/// HASH stands for the SHA-256 of a token.
const ACCESS: &str = r#"
[[token]]
name = "van-7"
sha256 = "HASH"
id_prefix = "van-"
roles = ["device", "reader"]
"#;

/// Lines that hold secrets, from a client in a hurry, one that is wrong, and one that is lost.
fn planted() -> Vec<String> {
    let lines = [
        "AUTH van-7 S3CR3T-good",
        "AUTH van-7 S3CR3T-wrong",
        "AUTH nobody S3CR3T-wrong",
        "AUTH S3CR3T-good van-7",
        "auth van-7 S3CR3T-good",
        "Auth van-7 S3CR3T-good",
        "AUTH S3CR3T-good",
        "AUTH van-7 S3CR3T-good  \t",
        "  AUTH\tvan-7\t S3CR3T-good\r",
        "AUTH van-7 S3CR3T-good more",
        "AUTH:van-7:S3CR3T-good",
        "IAMAT van-7 +1+1 1 AUTH van-7 S3CR3T-good",
        "hello AUTH van-7 S3CR3T-good",
        "Authorization: Bearer S3CR3T-good",
        "GET /t/S3CR3T-good/ HTTP/1.1",
        "FOLLOW AUTH S3CR3T-good",
    ];
    let long = format!("AUTH van-7 {}S3CR3T-good", "x".repeat(5_000));
    let cut = format!("AUTH van-7 S3CR3T-good{}", "x".repeat(5_000));
    lines.map(str::to_owned).into_iter().chain([long, cut]).collect()
}

/// Says each line in one piece, and in two for some places between them, all at once: a wrong AUTH is
/// answered late.
fn say_all(address: SocketAddr, lines: &[String]) {
    let cuts = lines.iter().flat_map(|line| {
        let places = [0, 2, 4, 7, line.len() - 3];
        places.map(|place| line.split_at(place.min(line.len())))
    });
    std::thread::scope(|scope| {
        for (head, tail) in cuts {
            scope.spawn(move || say(address, [head, tail]));
        }
    });
}

/// Says two pieces of a line, waits for the end, and does not care how it comes: the server may hang up
/// before it has heard everything.
fn say(address: SocketAddr, [head, tail]: [&str; 2]) {
    let mut stream = TcpStream::connect(address).expect("the server accepts connections");
    stream.set_read_timeout(Some(DEADLINE)).expect("sockets have deadlines");
    stream.set_nodelay(true).expect("sockets can send at once");
    let _ = stream.write_all(head.as_bytes());
    // Nothing shows that the server has read the first piece; both are good either way.
    std::thread::yield_now();
    let _ = stream.write_all(format!("{tail}\nIAMAT van-7 +1+1 1001\n").as_bytes());
    let _ = stream.shutdown(Shutdown::Write);
    let _ = stream.read_to_end(&mut Vec::new());
}

/// All that is in a folder, file by file.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder).expect("it is a folder");
    let paths = entries.map(|entry| entry.expect("it can be read").path());
    paths
        .flat_map(|path| match path.is_dir() {
            true => files(&path),
            false => vec![(path.display().to_string(), fs::read(&path).expect("it can be read"))],
        })
        .collect()
}

/// A token in a log is a token for everybody who reads logs.
#[test]
fn no_secret_gets_into_anything_that_a_server_writes() {
    let good =
        ACCESS.replace("HASH", "4b44160749e56ca6558fa8c1d1589c366187e7c1fe4e8ecde7bccf54ef49a7e7");
    for access in [Some(good.as_str()), None] {
        let plan = Plan::pair("Alford", "Ball").journaled();
        let mut herd = match access {
            Some(access) => plan.access(access),
            None => plan,
        }
        .build();
        for name in herd.names() {
            herd.start_as(herd.launch(&name).with_trace_log());
        }
        say_all(herd.address("Alford"), &planted());
        say_all(herd.peer_address("Alford"), &planted());
        if access.is_some() {
            // A token in the wrong place of the file that holds none.
            let file = herd.folder().join("access.toml");
            let wrong = ACCESS.replace("HASH", "S3CR3T-good");
            fs::write(&file, &wrong).expect("it can be written");
            herd.server("Alford").signal(Signal::HUP);
            eventually("the mistake is told", || {
                herd.server("Alford").log().contains("sha256 must be 64 hexadecimal digits")
            });
            fs::write(&file, &good).expect("it can be written");
        }
        for name in herd.names() {
            assert_eq!(herd.stop(&name).code(), Some(0));
        }
        let written = files(herd.folder());
        assert!(written.iter().any(|(path, _)| path.ends_with("traffic.ndjson")));
        for (path, bytes) in written {
            let text = String::from_utf8_lossy(&bytes);
            let found = text.lines().find(|line| line.contains(MARK));
            assert_eq!(found, None, "{path}");
        }
    }
}
