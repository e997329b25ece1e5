//! One server of a herd.

use super::address::Address;
use crate::protocol::ServerName;
use std::time::Duration;

/// How far the peer port lies above the client port when a herd.toml does not say.
pub const PEER_PORT_OFFSET: u16 = 10_000;

/// How a server tells a neighbor what it knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Link {
    /// Each of the two servers follows the other over its peer port. One side names the link, both
    /// have it.
    Follow,
    /// The neighbor knows nothing but AT lines on its client port, as the servers of the original
    /// system: this server sends them there, asks for nothing and serves it nothing. So this link
    /// has one direction and only one owner: the neighbor learns of it from its own configuration,
    /// if it has one. What it tells in return comes as AT lines to this server's client port, which
    /// takes them with `accept_at = true`.
    Push,
}

/// A server that another one talks with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Neighbor {
    pub(super) name: ServerName,
    pub(super) link: Link,
}

impl Neighbor {
    /// Its name; the herd knows its addresses.
    pub fn name(&self) -> &ServerName {
        &self.name
    }

    /// How it is told what is new.
    pub fn link(&self) -> Link {
        self.link
    }
}

/// One server of a herd: the table `[servers.NAME]` of a herd.toml.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerConfig {
    pub(super) name: ServerName,
    pub(super) listen: Address,
    pub(super) peer_listen: Address,
    pub(super) neighbors: Vec<Neighbor>,
    pub(super) accept_at: bool,
    pub(super) catch_up: bool,
    pub(super) max_ahead: Duration,
}

impl ServerConfig {
    /// What it is called.
    pub fn name(&self) -> &ServerName {
        &self.name
    }

    /// Where it waits for clients (`listen`).
    pub fn listen(&self) -> &Address {
        &self.listen
    }

    /// Where it waits for its neighbors (`peer_listen`): unless said otherwise the same host, and
    /// [`PEER_PORT_OFFSET`] above the port for clients. Above port 0 lies port 0: the system
    /// chooses both.
    pub fn peer_listen(&self) -> &Address {
        &self.peer_listen
    }

    /// Whom it talks with (`neighbors`), in the order of their names, links that only the other
    /// side names among them.
    pub fn neighbors(&self) -> &[Neighbor] {
        &self.neighbors
    }

    /// Whether AT lines on a client connection are taken in (`accept_at`, by default not).
    pub fn accept_at(&self) -> bool {
        self.accept_at
    }

    /// Whether it asks its neighbors for what it missed (`catch_up`, by default it does).
    pub fn catch_up(&self) -> bool {
        self.catch_up
    }

    /// How far a position's time may lie in the future (`max_ahead`, in seconds; by default a day).
    pub fn max_ahead(&self) -> Duration {
        self.max_ahead
    }
}
