//! Our own servers.

use super::{Contestant, PATIENCE, await_connection};
use crate::blocking_connection::Language;
use crate::ground::Ground;
use crate::problem::Outcome;
use crate::process::Process;
use crate::stage::Stage;
use std::fmt::Write;
use std::fs;
use std::iter::zip;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;
use std::rc::Rc;

/// Servers and the neighbors that each names. A link needs to be named on one side only.
type Links = Vec<(String, Vec<String>)>;

/// A client that a server is sent to see whether the others learn of it.
const PROBE: &str = "versus-probe";

/// How servers store what they are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keeping {
    /// Nothing.
    Nothing,
    /// A journal, or a Redis' append-only file, synchronized with the disk every second.
    EverySecond,
    /// The same, synchronized before each reply.
    Always,
    /// Nothing but the traffic log.
    TrafficLog,
}

/// A herd on free ports. None of its servers runs yet.
#[derive(Debug)]
pub(crate) struct Herd {
    links: Links,
    ground: Rc<Ground>,
}

impl Herd {
    /// A ring of this many servers: each is linked with the next one, and the last one with the
    /// first. A single server has no links; five servers are like the default herd.
    pub(crate) fn ring(count: usize) -> Outcome<Self> {
        let name = |index: usize| format!("Server{index}");
        let others = |index: usize| {
            let next = (index + 1) % count;
            (next != index).then(|| name(next)).into_iter().collect()
        };
        Self::new((0..count).map(|index| (name(index), others(index))).collect())
    }

    fn new(links: Links) -> Outcome<Self> {
        let ground = Ground::new(2 * links.len())?;
        let herd = Self { links, ground: Rc::new(ground) };
        fs::write(herd.file(), herd.toml())?;
        Ok(herd)
    }

    /// Where the server of this number listens for clients.
    pub(crate) fn address(&self, index: usize) -> SocketAddr {
        self.ground.address(index)
    }

    /// Starts the server of this number and does not wait for it.
    pub(crate) fn start(&self, index: usize, keeping: Keeping, stage: &Stage) -> Outcome<Process> {
        let (name, _) = &self.links[index];
        let mut command = Command::new(stage.herd_server());
        command.arg(name).arg("--herd").arg(self.file()).args(["--log-level", "warn"]);
        let data = self.ground.folder().join(name);
        command.arg("--data-dir").arg(&data);
        match keeping {
            Keeping::Nothing => command.args(["--ephemeral", "--no-traffic-log"]),
            Keeping::EverySecond => command.args(["--fsync", "everysec", "--no-traffic-log"]),
            Keeping::Always => command.args(["--fsync", "always", "--no-traffic-log"]),
            Keeping::TrafficLog => {
                fs::create_dir(&data)?;
                command.arg("--ephemeral").arg("--traffic-log").arg(data.join("traffic.ndjson"))
            }
        };
        Process::start(name, &mut command, self.ground.folder())
    }

    /// Starts this many servers, from the first on, and waits until all of them know what one was
    /// sent.
    pub(crate) fn start_first(
        &self,
        count: usize,
        keeping: Keeping,
        stage: &Stage,
    ) -> Outcome<Contestant> {
        let start = |index| self.start(index, keeping, stage);
        let mut processes = (0..count).map(start).collect::<Outcome<Vec<_>>>()?;
        let addresses: Vec<_> = (0..count).map(|index| self.address(index)).collect();
        let mut connections = Vec::new();
        for (process, &address) in zip(&mut processes, &addresses) {
            connections.push(await_connection(stage, process, address, Language::Herd)?);
        }
        connections[0].tell(PROBE, "1")?;
        for connection in &mut connections {
            stage
                .interrupt
                .wait_for("all servers to know", PATIENCE, || connection.known(PROBE))?;
        }
        let ground = Rc::clone(&self.ground);
        Ok(Contestant { processes, addresses, language: Language::Herd, ground })
    }

    /// Starts all servers and waits until all of them know what one was sent.
    pub(crate) fn start_all(&self, keeping: Keeping, stage: &Stage) -> Outcome<Contestant> {
        self.start_first(self.links.len(), keeping, stage)
    }

    fn file(&self) -> PathBuf {
        self.ground.folder().join("herd.toml")
    }

    fn toml(&self) -> String {
        let mut file = String::new();
        for (index, (name, neighbors)) in self.links.iter().enumerate() {
            let clients = self.ground.address(index);
            let peers = self.ground.address(self.links.len() + index);
            write!(
                file,
                "[servers.{name}]\nlisten = \"{clients}\"\npeer_listen = \"{peers}\"\n\
                 neighbors = {neighbors:?}\n"
            )
            .expect("a text takes every line");
        }
        file
    }
}
