//! One server of a herd.

use super::address::Address;
use super::tls_config::Transport;
use crate::protocol::ServerName;
use std::time::Duration;

/// How far the peer port is above the client port by default.
pub const PEER_PORT_OFFSET: u16 = 10_000;

/// How a server sends changes to a neighbor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LinkKind {
    /// Each of the two servers follows the other over its peer port. It is enough if one of them
    /// names the link.
    Follow,
    /// The neighbor accepts AT lines on its client port and knows no feeds, like the servers of the
    /// original system. This server sends AT lines there and follows nothing. The link has one
    /// direction, and only this server needs to name it. If the neighbor sends AT lines back, they
    /// arrive at this server's client port, which accepts them with `accept_at = true`.
    Push,
}

/// A neighbor of a server.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NeighborConfig {
    pub(super) name: ServerName,
    pub(super) link: LinkKind,
}

impl NeighborConfig {
    /// Its name. The herd has its addresses.
    pub fn name(&self) -> &ServerName {
        &self.name
    }

    /// How changes reach it.
    pub fn link(&self) -> LinkKind {
        self.link
    }
}

/// One server of a herd: the table `[servers.NAME]` of a herd.toml.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerConfig {
    pub(super) name: ServerName,
    pub(super) listen: Option<Address>,
    pub(super) tls_listen: Option<Address>,
    pub(super) peer_listen: Option<Address>,
    pub(super) peer_tls_listen: Option<Address>,
    pub(super) advertise: Option<Address>,
    pub(super) neighbors: Vec<NeighborConfig>,
    pub(super) accept_at: bool,
    pub(super) catch_up: bool,
    pub(super) max_ahead: Duration,
}

impl ServerConfig {
    /// Its name.
    pub fn name(&self) -> &ServerName {
        &self.name
    }

    /// The address for clients (`listen`). A server without one has a [`tls_listen`](Self::tls_listen).
    pub fn listen(&self) -> Option<&Address> {
        self.listen.as_ref()
    }

    /// The address for clients over TLS (`tls_listen`).
    pub fn tls_listen(&self) -> Option<&Address> {
        self.tls_listen.as_ref()
    }

    /// The address for neighbors (`peer_listen`). A server that has neither this nor a
    /// [`peer_tls_listen`](Self::peer_tls_listen) in its table gets this one from `listen`, with a
    /// port that is [`PEER_PORT_OFFSET`] higher; if that is 0, so is this one, and the system chooses
    /// both.
    pub fn peer_listen(&self) -> Option<&Address> {
        self.peer_listen.as_ref()
    }

    /// The address for neighbors over TLS (`peer_tls_listen`).
    pub fn peer_tls_listen(&self) -> Option<&Address> {
        self.peer_tls_listen.as_ref()
    }

    /// The address at which neighbors dial it (`advertise`, by default that of `peer_tls_listen`, or
    /// else of `peer_listen`). A server that listens on a wildcard address, such as `0.0.0.0`, needs
    /// it if it has neighbors on other machines.
    pub fn advertise(&self) -> &Address {
        let listens = self.peer_tls_listen.as_ref().or(self.peer_listen.as_ref());
        let dialled = self.advertise.as_ref().or(listens);
        dialled.expect("a herd's servers have an address for neighbors")
    }

    /// How neighbors dial it: over TLS if it has a `peer_tls_listen`.
    pub fn dialled_over(&self) -> Transport {
        if self.peer_tls_listen.is_some() { Transport::Tls } else { Transport::Plain }
    }

    /// Its neighbors (`neighbors`), sorted by name. Links that only the other side names are
    /// included.
    pub fn neighbors(&self) -> &[NeighborConfig] {
        &self.neighbors
    }

    /// Whether it accepts AT lines on client connections (`accept_at`, by default false).
    pub fn accept_at(&self) -> bool {
        self.accept_at
    }

    /// Whether it asks its neighbors for the changes that it missed (`catch_up`, by default true).
    pub fn catch_up(&self) -> bool {
        self.catch_up
    }

    /// How far the time of a position may be ahead of its receive time (`max_ahead`, in seconds; by
    /// default ten minutes). It should be the same for all servers of a herd: a server refuses lines
    /// of its neighbors that are further ahead.
    pub fn max_ahead(&self) -> Duration {
        self.max_ahead
    }
}
