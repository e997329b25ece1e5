//! A herd of server processes in a folder of its own.

use super::client::{Client, exchange};
use super::clock::eventually;
use super::ports::ReservedPort;
use super::server::{Launch, Server};
use super::traffic::Traffic;
use rustix::process::Signal;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::thread;
use tempfile::TempDir;

/// The links of the default herd, each named once.
const RING: [(&str, &str); 5] = [
    ("Alford", "Hamilton"),
    ("Hamilton", "Holiday"),
    ("Holiday", "Ball"),
    ("Ball", "Welsh"),
    ("Welsh", "Alford"),
];

/// A herd.toml that is being written. Heartbeats are short, so that tests wait less.
#[derive(Debug, Default)]
pub struct Plan {
    servers: BTreeMap<String, ServerPlan>,
    limits: BTreeMap<String, u64>,
    access: Option<String>,
    tables: String,
    memory: Memory,
}

/// What a server knows after a restart, before its neighbors send anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Memory {
    /// Nothing. Whatever it learns again comes from its neighbors.
    #[default]
    Ephemeral,
    /// What its journal holds.
    Journaled,
}

#[derive(Debug, Default)]
struct ServerPlan {
    neighbors: Vec<String>,
    settings: String,
    address: Option<SocketAddr>,
}

impl Plan {
    /// The default herd, on ports of this machine that are free.
    pub fn ring() -> Self {
        RING.iter().fold(Self::default(), |plan, (one, other)| plan.link(one, other))
    }

    /// One server without neighbors.
    pub fn alone(name: &str) -> Self {
        let mut plan = Self::default();
        plan.server(name);
        plan
    }

    /// Two servers that are linked.
    pub fn pair(one: &str, other: &str) -> Self {
        Self::default().link(one, other)
    }

    fn link(mut self, one: &str, other: &str) -> Self {
        self.server(one).neighbors.push(format!("{other:?}"));
        self.server(other);
        self
    }

    /// `one` pushes to `other`, a server of an older herd, which the test plays at `address`.
    pub fn push(mut self, one: &str, other: &str, address: SocketAddr) -> Self {
        self.server(one).neighbors.push(format!("{{ name = {other:?}, push = true }}"));
        self.server(other).address = Some(address);
        self
    }

    /// A line of a server's table.
    pub fn setting(mut self, name: &str, setting: &str) -> Self {
        writeln!(self.server(name).settings, "{setting}").expect("a text takes every line");
        self
    }

    /// A limit of all servers.
    pub fn limit(mut self, name: &str, value: u64) -> Self {
        self.limits.insert(name.to_owned(), value);
        self
    }

    /// Its clients need tokens, those that this text of an access.toml knows.
    pub fn access(mut self, text: &str) -> Self {
        self.access = Some(text.to_owned());
        self
    }

    /// A further table of the file.
    pub fn table(mut self, text: &str) -> Self {
        writeln!(self.tables, "{text}").expect("a text takes every line");
        self
    }

    /// Its servers keep journals.
    pub fn journaled(mut self) -> Self {
        self.memory = Memory::Journaled;
        self
    }

    fn server(&mut self, name: &str) -> &mut ServerPlan {
        self.servers.entry(name.to_owned()).or_default()
    }

    /// The herd, with its file written, and none of its servers running.
    pub fn build(mut self) -> Herd {
        let folder = tempfile::tempdir().expect("there is room for a folder");
        self.limits.entry("heartbeat_ms".to_owned()).or_insert(200);
        let limits = self.limits.iter().map(|(name, value)| format!("{name} = {value}\n"));
        let mut file = format!("[limits]\n{}", limits.collect::<String>());
        if let Some(access) = self.access {
            file.push_str("\n[access]\nfile = \"access.toml\"\n");
            fs::write(folder.path().join("access.toml"), access).expect("there is room for a file");
        }
        let mut places = BTreeMap::new();
        for (name, plan) in self.servers {
            let (clients, peers) = (ReservedPort::new(), ReservedPort::new());
            let address = plan.address.unwrap_or(clients.address());
            write!(
                file,
                "\n[servers.{name}]\nlisten = \"{address}\"\npeer_listen = \"{}\"\nneighbors = \
                 [{}]\n{}",
                peers.address(),
                plan.neighbors.join(", "),
                plan.settings
            )
            .expect("a text takes every line");
            places.insert(name, Place { address, clients, peers });
        }
        file.push_str(&self.tables);
        fs::write(folder.path().join("herd.toml"), file).expect("there is room for a file");
        Herd { running: BTreeMap::new(), places, folder, memory: self.memory }
    }

    /// The herd, with all its servers running.
    #[track_caller]
    pub fn start(self) -> Herd {
        let mut herd = self.build();
        for name in herd.names() {
            herd.start(&name);
        }
        herd
    }
}

/// The servers of a herd.toml, each running or not. What they logged is shown when the test fails.
#[derive(Debug)]
pub struct Herd {
    running: BTreeMap<String, Server>,
    places: BTreeMap<String, Place>,
    folder: TempDir,
    memory: Memory,
}

/// Where a server is, whether it runs or not.
#[derive(Debug)]
struct Place {
    address: SocketAddr,
    clients: ReservedPort,
    peers: ReservedPort,
}

impl Herd {
    pub fn names(&self) -> Vec<String> {
        self.places.keys().cloned().collect()
    }

    /// The folder that all the herd's files are in.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Where clients reach a server.
    #[track_caller]
    pub fn address(&self, name: &str) -> SocketAddr {
        self.place(name).address
    }

    /// Where neighbors reach a server.
    #[track_caller]
    pub fn peer_address(&self, name: &str) -> SocketAddr {
        self.place(name).peers.address()
    }

    #[track_caller]
    fn place(&self, name: &str) -> &Place {
        self.places.get(name).expect("the herd has a server of that name")
    }

    /// The usual way to start a server.
    #[track_caller]
    pub fn launch(&self, name: &str) -> Launch {
        let folder = self.folder();
        let file = folder.join("herd.toml");
        let data = folder.join(name);
        let path = |path: &PathBuf| path.to_str().expect("the folder's name is text").to_owned();
        let log = folder.join(format!("{name}.log"));
        let launch = Launch::new(name, self.address(name), log).with(&[
            "--herd",
            &path(&file),
            "--data-dir",
            &path(&data),
        ]);
        match self.memory {
            Memory::Ephemeral => launch.with(&["--ephemeral"]),
            Memory::Journaled => launch,
        }
    }

    #[track_caller]
    pub fn start(&mut self, name: &str) -> &mut Server {
        self.start_as(self.launch(name))
    }

    #[track_caller]
    pub fn start_as(&mut self, launch: Launch) -> &mut Server {
        let name = launch.name.clone();
        assert!(!self.running.contains_key(&name), "{name} runs already");
        self.running.entry(name).or_insert(launch.start())
    }

    #[track_caller]
    pub fn server(&mut self, name: &str) -> &mut Server {
        self.running.get_mut(name).expect("the server runs")
    }

    /// Asks a server to stop, and waits until it has.
    #[track_caller]
    pub fn stop(&mut self, name: &str) -> ExitStatus {
        let mut server = self.running.remove(name).expect("the server runs");
        server.signal(Signal::TERM);
        server.wait()
    }

    /// Waits until a server has ended by itself, and returns how, and what it logged.
    #[track_caller]
    pub fn await_end(&mut self, name: &str) -> (ExitStatus, String) {
        let mut server = self.running.remove(name).expect("the server was started");
        (server.wait(), server.log())
    }

    /// Ends a server without a warning.
    #[track_caller]
    pub fn kill(&mut self, name: &str) {
        let mut server = self.running.remove(name).expect("the server runs");
        server.signal(Signal::KILL);
        server.wait();
    }

    #[track_caller]
    pub fn client(&self, name: &str) -> Client {
        Client::connect(self.address(name))
    }

    /// Tells a server a position, and returns its AT line.
    #[track_caller]
    pub fn iamat(&self, name: &str, client: &str, position: &str, time: &str) -> String {
        self.client(name).iamat(client, position, time)
    }

    /// The AT line that a server knows for a client, if it knows one.
    #[track_caller]
    pub fn known(&self, name: &str, client: &str) -> Option<String> {
        let reply = exchange(self.address(name), format!("WHATSAT {client} 0 0\n"));
        let reply = String::from_utf8(reply).expect("the test's replies are UTF-8");
        let first = reply.lines().next().expect("every command is answered");
        first.starts_with("AT ").then(|| first.to_owned())
    }

    /// Waits until a server knows exactly `at` for the client in it.
    #[track_caller]
    pub fn await_known(&self, name: &str, at: &str) {
        let client = at.split(' ').nth(3).expect("an AT line has a client");
        eventually(&format!("{name} knows {at}"), || {
            self.known(name, client).as_deref() == Some(at)
        });
    }

    /// Waits until all servers that run know exactly `at` for the client in it.
    #[track_caller]
    pub fn await_known_everywhere(&self, at: &str) {
        for name in self.running.keys() {
            self.await_known(name, at);
        }
    }

    /// A server's traffic log as it is now.
    #[track_caller]
    pub fn traffic(&self, name: &str) -> Traffic {
        Traffic::read(&self.folder().join(name).join("traffic.ndjson"))
    }
}

impl Drop for Herd {
    fn drop(&mut self) {
        self.running.clear();
        if !thread::panicking() {
            return;
        }
        for name in self.places.keys() {
            let log = fs::read(self.folder().join(format!("{name}.log"))).unwrap_or_default();
            eprintln!("---- what {name} logged ----\n{}", String::from_utf8_lossy(&log));
        }
    }
}
