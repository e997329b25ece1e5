//! What to measure.

use super::dialect::Dialect;
use super::question::Question;
use super::whole_number::WholeNumber;
use crate::credentials::Credentials;
use crate::destination::Destination;
use herd::config::Transport;
use herd::tls::ClientSide;
use std::error::Error;
use std::fmt;
use std::time::Duration;

/// How many commands may be under way at a time, over all connections. Each takes about 150 bytes
/// of memory here until it is sent.
pub const UNDER_WAY_MAX: u64 = 1_000_000;

/// How many connections, over all servers.
pub type Connections = WholeNumber<1, 10_000>;

/// How many commands a connection sends before it waits for replies.
pub type Depth = WholeNumber<1, 10_000>;

/// How many different clients there are. The limit is what a server accepts by default.
pub type Clients = WholeNumber<1, 10_000_000>;

/// How many commands of a hundred.
pub type Percent = WholeNumber<0, 100>;

/// A measurement.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The servers. Connections are distributed among them in turn.
    pub servers: Vec<Destination>,
    /// The token that each connection shows first, where they are Herd's servers; None for none.
    pub credentials: Option<Credentials>,
    /// What secures connections with those that are spoken to over TLS; None where none are.
    pub tls: Option<ClientSide>,
    /// What they speak.
    pub dialect: Dialect,
    /// How many connections there are.
    pub connections: Connections,
    /// How many commands each of them has under way.
    pub depth: Depth,
    /// How many clients the commands are about.
    pub clients: Clients,
    /// How many of a hundred commands ask what is near a client. The others tell a position.
    pub asking: Percent,
    /// The radius and number of places that these commands ask for.
    pub question: Question,
    /// Whether the servers are sent all clients before the measurement.
    pub fill: Fill,
    /// How long the load runs before it is measured.
    pub warm_up: Duration,
    /// How much is measured.
    pub length: Length,
    /// How long to wait for a connection to open, and for the next reply while commands are under
    /// way.
    pub timeout: Duration,
}

/// Which clients the servers are sent before anything is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fill {
    /// Nobody.
    Nobody,
    /// Each client once, so that later questions find it. Servers that are not linked know a client
    /// only where it was sent.
    Everybody,
}

/// When a measurement ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// Send commands for this long, then wait for the last replies.
    Span(Duration),
    /// Stop after this many commands.
    Count(u64),
}

impl Plan {
    /// How many commands send each client once before anything else.
    pub(super) fn untold(&self) -> u32 {
        match self.fill {
            Fill::Nobody => 0,
            Fill::Everybody => self.clients.get(),
        }
    }

    /// Whether the parts fit together.
    pub(super) fn check(&self) -> Result<(), UnfitPlan> {
        let under_way = u64::from(self.connections.get()) * u64::from(self.depth.get());
        if under_way > UNDER_WAY_MAX {
            return Err(UnfitPlan::TooMuchUnderWay(under_way));
        }
        if self.asking.get() > 0 && !self.dialect.can_ask() {
            return Err(UnfitPlan::CannotAsk);
        }
        if self.servers.is_empty() {
            return Err(UnfitPlan::NoServer);
        }
        let secure = |server: &Destination| server.transport() == Transport::Tls;
        if self.tls.is_none() && self.servers.iter().any(secure) {
            return Err(UnfitPlan::NoTls);
        }
        Ok(())
    }
}

/// A plan whose parts do not fit together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnfitPlan {
    /// Connections times depth are more than [`UNDER_WAY_MAX`].
    TooMuchUnderWay(u64),
    /// Redis cannot search by position what SET has stored.
    CannotAsk,
    /// The plan has no servers.
    NoServer,
    /// A server is spoken to over TLS, and nothing says whose certificates are trusted.
    NoTls,
}

impl fmt::Display for UnfitPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            UnfitPlan::TooMuchUnderWay(under_way) => write!(
                f,
                "connections times depth are {under_way} commands under way, and at most \
                 {UNDER_WAY_MAX} may be"
            ),
            UnfitPlan::CannotAsk => {
                write!(f, "what SET has stored cannot be asked for by place, but GEOADD's can")
            }
            UnfitPlan::NoServer => write!(f, "no server to connect to"),
            UnfitPlan::NoTls => write!(f, "nothing says whose certificates are trusted"),
        }
    }
}

impl Error for UnfitPlan {}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use herd::config::Herd;
    use herd::protocol::{MaxResults, Radius};

    /// A small plan.
    pub(in super::super) fn plan(clients: u32, asking: u32, fill: Fill) -> Plan {
        Plan {
            credentials: None,
            servers: vec![Destination::first_of(&Herd::default_herd())],
            tls: None,
            dialect: Dialect::Herd,
            connections: Connections::new(2).unwrap(),
            depth: Depth::new(16).unwrap(),
            clients: Clients::new(clients).unwrap(),
            asking: Percent::new(asking).unwrap(),
            question: Question {
                radius: Radius::parse(b"10").unwrap(),
                max: MaxResults::new(20).unwrap(),
            },
            fill,
            warm_up: Duration::ZERO,
            length: Length::Count(1),
            timeout: Duration::from_secs(30),
        }
    }

    /// Ten thousand connections with ten thousand commands each would fill the memory.
    #[test]
    fn parts_must_fit_together() {
        let good = plan(1, 0, Fill::Nobody);
        let check = |plan: &Plan| plan.check().map_err(|error| error.to_string());
        assert_eq!(check(&good), Ok(()));
        let widest = Plan { connections: Connections::new(10_000).unwrap(), ..good.clone() };
        let depth = |depth| Depth::new(depth).unwrap();
        assert_eq!(check(&Plan { depth: depth(100), ..widest.clone() }), Ok(()));
        assert_eq!(
            check(&Plan { depth: depth(101), ..widest }),
            Err("connections times depth are 1010000 commands under way, and at most 1000000 may be"
                .to_owned())
        );
        let asking = Plan { asking: Percent::new(1).unwrap(), ..good.clone() };
        assert_eq!(
            check(&Plan { dialect: Dialect::RedisSet, ..asking.clone() }),
            Err("what SET has stored cannot be asked for by place, but GEOADD's can".to_owned())
        );
        assert_eq!(check(&Plan { dialect: Dialect::RedisGeoAdd, ..asking }), Ok(()));
        let nobody = Plan { servers: Vec::new(), ..good };
        assert_eq!(check(&nobody), Err("no server to connect to".to_owned()));
    }
}
