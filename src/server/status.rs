//! How a server is.

use crate::config::Transport;
use crate::journal::JournalStatus;
use crate::protocol::ServerName;
use crate::tls::UtcTime;
use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

/// The state of a server at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// What the server is called.
    pub name: ServerName,
    /// The version of this library.
    pub version: &'static str,
    /// How long ago the server took its ports.
    pub uptime: Duration,
    /// How many clients it knows.
    pub clients: usize,
    /// The number of the newest change.
    pub changes: u64,
    /// The bytes of all lines that it knows.
    pub line_bytes: usize,
    /// Its ways in.
    pub doors: Vec<DoorStatus>,
    /// When its certificates end.
    pub certificates: CertificateStatus,
    /// Each direction of each link.
    pub links: Vec<LinkStatus>,
    /// The journal, if there is one.
    pub journal: Option<JournalStatus>,
}

/// Who comes in through a door.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DoorKind {
    /// Clients that speak the protocol's commands, one a line.
    Line,
    /// The same over TLS.
    LineTls,
    /// Neighbors that follow this server.
    Peer,
    /// The same over TLS.
    PeerTls,
}

impl DoorKind {
    /// Whether clients come in there; otherwise neighbors do.
    pub fn serves_clients(self) -> bool {
        match self {
            DoorKind::Line | DoorKind::LineTls => true,
            DoorKind::Peer | DoorKind::PeerTls => false,
        }
    }

    /// How bytes go over its connections.
    pub fn transport(self) -> Transport {
        match self {
            DoorKind::Line | DoorKind::Peer => Transport::Plain,
            DoorKind::LineTls | DoorKind::PeerTls => Transport::Tls,
        }
    }
}

/// When the certificates of a server end: the last second in which each is valid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CertificateStatus {
    /// That of the door for clients over TLS; None if there is no such door.
    pub clients: Option<UtcTime>,
    /// That of links over TLS; None if there are none.
    pub peers: Option<UtcTime>,
}

impl fmt::Display for DoorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            DoorKind::Line => "clients",
            DoorKind::LineTls => "clients over TLS",
            DoorKind::Peer => "neighbors",
            DoorKind::PeerTls => "neighbors over TLS",
        })
    }
}

/// The state of a way in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DoorStatus {
    /// Who comes in.
    pub kind: DoorKind,
    /// Where it listens.
    pub address: SocketAddr,
    /// How many connections are being served.
    pub connections: usize,
    /// How many there may be at a time; further ones wait in the system's queue.
    pub connections_max: usize,
}

/// Which way changes go over a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LinkDirection {
    /// This server follows the neighbor: changes come in.
    Following,
    /// The neighbor follows this server: changes go out.
    Followed,
    /// This server pushes to a neighbor of an older kind: changes go out.
    Pushing,
}

impl fmt::Display for LinkDirection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            LinkDirection::Following => "following",
            LinkDirection::Followed => "followed",
            LinkDirection::Pushing => "pushing",
        })
    }
}

/// The state of one direction of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkStatus {
    /// The neighbor.
    pub neighbor: ServerName,
    /// Where this server dials it.
    pub address: String,
    /// Which way changes go.
    pub direction: LinkDirection,
    /// How long it has been up; None while it is down.
    pub up_for: Option<Duration>,
    /// How many changes the neighbor has not been sent yet; None where changes come in, since only
    /// the neighbor knows.
    pub behind: Option<u64>,
    /// Why it last ended or could not be made; None if it always held.
    pub last_reason: Option<String>,
}
