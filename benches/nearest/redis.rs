//! Redis, with the same clients in a geographic set.

use herd::protocol::Position;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How many commands are sent before their replies are read.
const PIPELINED: usize = 16;

/// How many clients one GEOADD has.
const ADDED: usize = 500;

/// A Redis of its own, without persistence.
pub(crate) struct Redis {
    process: Child,
    stream: BufReader<UnixStream>,
    _folder: tempfile::TempDir,
}

impl Redis {
    /// Starts a Redis; None if there is no `redis-server`.
    pub(crate) fn start() -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let socket = folder.path().join("redis.sock");
        let spawned = Command::new("redis-server")
            .args(["--port", "0", "--save", "", "--appendonly", "no", "--unixsocket"])
            .arg(&socket)
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .spawn();
        let Ok(process) = spawned else {
            println!("  there is no redis-server to compare with");
            return None;
        };
        let deadline = Instant::now() + Duration::from_secs(10);
        let stream = loop {
            match UnixStream::connect(&socket) {
                Ok(stream) => break BufReader::new(stream),
                Err(error) => assert!(Instant::now() < deadline, "Redis does not listen: {error}"),
            }
            thread::sleep(Duration::from_millis(10));
        };
        Some(Self { process, stream, _folder: folder })
    }

    /// The number of its process.
    pub(crate) fn process(&self) -> String {
        self.process.id().to_string()
    }

    /// Adds the clients.
    pub(crate) fn add(&mut self, clients: &[(String, Position<'static>)]) {
        for some in clients.chunks(ADDED) {
            let mut words = vec!["GEOADD".to_owned(), "clients".to_owned()];
            for (id, at) in some {
                let at = at.coordinates();
                words.extend([at.longitude.to_string(), at.latitude.to_string(), id.clone()]);
            }
            self.send(&command(&words));
            self.read_reply();
        }
    }

    /// Asks for the 20 clients nearest to each center, and returns how many there are in all.
    pub(crate) fn ask(&mut self, centers: &[Position<'static>], metres: f64) -> usize {
        let mut found = 0;
        for some in centers.chunks(PIPELINED) {
            let mut commands = Vec::new();
            for center in some {
                let center = center.coordinates();
                let line = format!(
                    "GEOSEARCH clients FROMLONLAT {} {} BYRADIUS {metres} m ASC COUNT 20 \
                     WITHCOORD WITHDIST",
                    center.longitude, center.latitude
                );
                let words: Vec<_> = line.split_whitespace().map(str::to_owned).collect();
                commands.extend(command(&words));
            }
            self.send(&commands);
            found += some.iter().map(|_| self.read_reply()).sum::<usize>();
        }
        found
    }

    fn send(&mut self, bytes: &[u8]) {
        self.stream.get_mut().write_all(bytes).expect("Redis takes commands");
    }

    /// Reads a reply to its end, and returns how many items it has if it is a list.
    fn read_reply(&mut self) -> usize {
        let mut line = String::new();
        self.stream.read_line(&mut line).expect("Redis answers");
        let count = || line[1..].trim_end().parse::<usize>().expect("a reply has a length");
        match line.as_bytes()[0] {
            b'*' => {
                let count = count();
                (0..count).for_each(|_| drop(self.read_reply()));
                count
            }
            b'$' => {
                let mut text = vec![0; count() + 2];
                self.stream.read_exact(&mut text).expect("Redis ends what it began");
                0
            }
            b'-' => panic!("Redis says {line}"),
            _ => 0,
        }
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A command in Redis' protocol.
fn command(words: &[String]) -> Vec<u8> {
    let mut bytes = format!("*{}\r\n", words.len()).into_bytes();
    for word in words {
        bytes.extend_from_slice(format!("${}\r\n{word}\r\n", word.len()).as_bytes());
    }
    bytes
}
