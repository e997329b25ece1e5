//! A server, from its parts.

use super::neighbor::Neighbor;
use super::server::Server;
use super::shared::{Parts, Shared};
use crate::config::{Herd, Limits, Link, ServerConfig};
use crate::node::{AtCommands, NeighborId, Node};
use crate::places::{Gazetteer, Places};
use crate::protocol::ServerName;
use crate::runtime::Runtime;
use crate::traffic::TrafficLog;
use std::fmt;
use std::io;
use std::sync::Arc;

/// Puts a server together; everything that it knows of the world comes in here.
pub struct Builder<R: Runtime> {
    runtime: R,
    herd: Herd,
    name: ServerName,
    limits: Limits,
    places: Arc<dyn Places>,
    traffic: Option<TrafficLog>,
    catch_up: Option<bool>,
}

impl<R: Runtime> Builder<R> {
    pub(super) fn new(runtime: R, herd: &Herd, name: &ServerName) -> Self {
        Self {
            runtime,
            limits: herd.limits().clone(),
            herd: herd.clone(),
            name: name.clone(),
            places: Arc::new(Gazetteer),
            traffic: None,
            catch_up: None,
        }
    }

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

    /// Takes the server's two ports. It answers once it [runs](Server::run).
    ///
    /// # Errors
    /// When the herd has no server of that name, or a port is not free.
    pub async fn bind(self) -> Result<Server<R>, BindError> {
        let Some(config) = self.herd.server(&self.name).cloned() else {
            return Err(BindError::NoSuchServer { name: self.name });
        };
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
        Ok(Server::new(Arc::new(self.shared(&config)), clients, peers))
    }

    fn shared(self, config: &ServerConfig) -> Shared<R> {
        let at_commands =
            if config.accept_at() { AtCommands::TakenIn } else { AtCommands::Invalid };
        let hash_seed = self.runtime.random();
        let node = Node::new(config.name().clone(), at_commands, config.max_ahead(), hash_seed);
        let (neighbors, pushed) = neighbors(&self.herd, config);
        Shared::new(Parts {
            runtime: self.runtime,
            name: config.name().clone(),
            catch_up: self.catch_up.unwrap_or(config.catch_up()),
            limits: self.limits,
            places: self.places,
            traffic: self.traffic,
            neighbors,
            pushed,
            node,
        })
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

/// A server could not be set up. Nothing was changed.
#[derive(Debug)]
pub enum BindError {
    /// The herd has no server of this name.
    NoSuchServer {
        /// The name that was asked for.
        name: ServerName,
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
            BindError::Listen { source, .. } => Some(source),
        }
    }
}
