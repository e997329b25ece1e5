//! A server, from its parts.

use super::neighbor::Neighbor;
use super::server::Server;
use super::shared::Shared;
use super::stop::Stop;
use crate::config::{Herd, Limits, Link, ServerConfig};
use crate::journal::{Disk, Fsync, Journal, JournalError, OnDamage, recover};
use crate::node::{AtCommands, NeighborId, Node, Rules};
use crate::places::{Gazetteer, Places};
use crate::protocol::{LogId, ServerName};
use crate::runtime::Runtime;
use crate::traffic::TrafficLog;
use event_listener::Event;
use std::fmt;
use std::io;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};

/// Puts a server together; everything that it knows of the world comes in here.
pub struct Builder<R: Runtime> {
    runtime: R,
    herd: Herd,
    name: ServerName,
    limits: Limits,
    places: Arc<dyn Places>,
    traffic: Option<TrafficLog>,
    catch_up: Option<bool>,
    journal: Option<(Arc<dyn Disk>, Fsync)>,
    on_damage: OnDamage,
    on_replay: Box<dyn FnMut(u64, u64) + Send>,
}

impl<R: Runtime> Server<R> {
    /// Begins to put the server `name` of `herd` together.
    pub fn builder(runtime: R, herd: &Herd, name: &ServerName) -> Builder<R> {
        Builder {
            runtime,
            limits: herd.limits().clone(),
            herd: herd.clone(),
            name: name.clone(),
            places: Arc::new(Gazetteer),
            traffic: None,
            catch_up: None,
            journal: None,
            on_damage: OnDamage::default(),
            on_replay: Box::new(|_, _| {}),
        }
    }
}

impl<R: Runtime> Builder<R> {
    /// Answers WHATSAT from this source; without it from the built-in gazetteer.
    pub fn places(mut self, places: impl Places) -> Self {
        self.places = Arc::new(places);
        self
    }

    /// Answers WHATSAT from a source that others hold as well.
    pub fn shared_places(mut self, places: Arc<dyn Places>) -> Self {
        self.places = places;
        self
    }

    /// Notes all traffic there; without it nowhere.
    pub fn traffic_log(mut self, log: TrafficLog) -> Self {
        self.traffic = Some(log);
        self
    }

    /// Keeps what the server knows on this disk, as safe as `fsync` says; without it in memory only.
    pub fn journal(mut self, disk: Arc<dyn Disk>, fsync: Fsync) -> Self {
        self.journal = Some((disk, fsync));
        self
    }

    /// Does this about damage in the middle of the journal, instead of refusing to start.
    pub fn on_damage(mut self, on_damage: OnDamage) -> Self {
        self.on_damage = on_damage;
        self
    }

    /// Is told, while the journal is read back, how many of how many bytes are done.
    pub fn on_replay(mut self, progress: impl FnMut(u64, u64) + Send + 'static) -> Self {
        self.on_replay = Box::new(progress);
        self
    }

    /// Keeps these limits instead of the herd's.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Asks neighbors only for what comes from now on, whatever the herd's configuration says.
    pub fn without_catch_up(mut self) -> Self {
        self.catch_up = Some(false);
        self
    }

    /// Reads the journal back, if there is one, and takes the server's two ports. It answers once it
    /// [runs](Server::run).
    ///
    /// # Errors
    /// When the herd has no server of that name, the journal cannot be used, or a port is not free.
    pub async fn bind(mut self) -> Result<Server<R>, BindError> {
        let Some(config) = self.herd.server(&self.name).cloned() else {
            return Err(BindError::NoSuchServer { name: self.name });
        };
        // The ports come last: who can connect is answered soon.
        let mut node = self.node(&config);
        let journal = self.recover(&mut node).await?;
        let runtime = self.runtime.clone();
        let listen = async |address: String, port: Port| {
            runtime.listen(&address).await.map_err(|source| BindError::Listen {
                name: config.name().clone(),
                port,
                address,
                source,
            })
        };
        let clients = listen(config.listen().to_string(), Port::Clients).await?;
        let peers = listen(config.peer_listen().to_string(), Port::Peers).await?;
        Ok(Server::new(Arc::new(self.shared(&config, node, journal)), clients, peers))
    }

    fn node(&self, config: &ServerConfig) -> Node {
        let at_commands =
            if config.accept_at() { AtCommands::TakenIn } else { AtCommands::Invalid };
        let hash_seed = self.runtime.random();
        let rules =
            Rules { at_commands, max_ahead: config.max_ahead(), clients_max: self.limits.clients };
        Node::new(config.name().clone(), rules, hash_seed)
    }

    async fn recover(&mut self, node: &mut Node) -> Result<Option<Journal>, BindError> {
        let Some((disk, fsync)) = self.journal.take() else { return Ok(None) };
        let recovery = recover(&*disk, &self.name, self.on_damage, node, &mut *self.on_replay)
            .await
            .map_err(|source| BindError::Journal { name: self.name.clone(), source })?;
        let lines = recovery.report.lines;
        if lines > 0 {
            let clients = node.log().len();
            log::info!(server:% = self.name, lines, clients; "read the journal back");
        }
        Ok(Some(Journal::new(disk, self.name.clone(), fsync, recovery)))
    }

    fn shared(self, config: &ServerConfig, node: Node, journal: Option<Journal>) -> Shared<R> {
        let (neighbors, pushed) = neighbors(&self.herd, config);
        Shared {
            log_id: LogId::new(self.runtime.random()),
            runtime: self.runtime,
            name: config.name().clone(),
            catch_up: self.catch_up.unwrap_or(config.catch_up()),
            limits: self.limits,
            places: self.places,
            traffic: self.traffic,
            neighbors,
            pushed,
            journal,
            buffers: Arc::default(),
            stop: Stop::default(),
            changed: Event::new(),
            node: Mutex::new(node),
            committed: AtomicU64::new(0),
            connections: AtomicU64::new(0),
        }
    }
}

/// The neighbors of a server that it follows and is followed by, and those that it pushes to.
fn neighbors(herd: &Herd, config: &ServerConfig) -> (Vec<Neighbor>, Vec<Neighbor>) {
    let (mut followed, mut pushed) = (Vec::new(), Vec::new());
    for (id, neighbor) in (0..).map(NeighborId).zip(config.neighbors()) {
        let there = herd.server(neighbor.name()).expect("a herd's neighbors are among its servers");
        let (address, kind) = match neighbor.link() {
            Link::Follow => (there.peer_listen(), &mut followed),
            Link::Push => (there.listen(), &mut pushed),
        };
        kind.push(Neighbor::new(id, neighbor.name().clone(), address.to_string()));
    }
    (followed, pushed)
}

/// One of a server's two ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Port {
    /// Where clients come in.
    Clients,
    /// Where neighbors come in.
    Peers,
}

/// A server could not be set up.
#[derive(Debug)]
pub enum BindError {
    /// The herd has no server of this name.
    NoSuchServer {
        /// The name that was asked for.
        name: ServerName,
    },
    /// The journal cannot be used; its error says whether anything was changed.
    Journal {
        /// The server whose journal it is.
        name: ServerName,
        /// What is wrong.
        source: JournalError,
    },
    /// A port could not be taken.
    Listen {
        /// The server that wanted it.
        name: ServerName,
        /// Which of its ports.
        port: Port,
        /// The address that was wanted.
        address: String,
        /// Why it could not be had.
        source: io::Error,
    },
}

impl fmt::Display for BindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BindError::NoSuchServer { name } => write!(f, "the herd has no server {name}"),
            BindError::Journal { name, source } => write!(f, "{name} cannot start: {source}"),
            BindError::Listen { name, port, address, source } => {
                let whom = match port {
                    Port::Clients => "clients",
                    Port::Peers => "neighbors",
                };
                write!(f, "{name} cannot listen for {whom} on {address}: {source}")?;
                if source.kind() == io::ErrorKind::AddrInUse {
                    write!(f, "; is {name} already running?")?;
                }
                Ok(())
            }
        }
    }
}

impl std::error::Error for BindError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            BindError::NoSuchServer { .. } => None,
            BindError::Journal { source, .. } => Some(source),
            BindError::Listen { source, .. } => Some(source),
        }
    }
}
