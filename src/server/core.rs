//! What all tasks of one server share.

use super::addresses::Addresses;
use super::buffer_pool::BufferPool;
use super::changes::Followed;
use super::door_record::DoorRecord;
use super::guard::Guard;
use super::kept_node::KeptNode;
use super::keyring::Keyring;
use super::line::Allowance;
use super::live_limits::LiveLimits;
use super::lookups::Lookups;
use super::peer::Neighbors;
use super::rare_event::RareEvent;
use super::recorder::Recorder;
use super::status::Status;
use super::stop::{Stop, StopWatch};
use super::tasks::Tasks;
use crate::journal::Failed;
use crate::node::Lookup;
use crate::protocol::{ClientId, Introduction, LogId, MaxResults, Radius, ServerName};
use crate::runtime::Clock;
use std::sync::Arc;
use std::time::Duration;

/// One server's state and means, each with a name of its own.
pub(super) struct Core<C: Clock> {
    pub(super) clock: C,
    pub(super) name: ServerName,
    pub(super) log_id: LogId,
    /// The address at which neighbors dial this server.
    pub(super) advertised: String,
    pub(super) limits: LiveLimits,
    /// The tokens that clients need; None where everybody may do everything.
    pub(super) guard: Option<Arc<Guard>>,
    pub(super) addresses: Addresses,
    pub(super) kept: KeptNode,
    pub(super) lookups: Lookups<C>,
    pub(super) neighbors: Neighbors,
    pub(super) wires: Wires,
    /// What the replies of all clients hold together.
    pub(super) allowance: Arc<Allowance>,
    /// Clients that spoke HTTP or TLS to the line door.
    pub(super) foreign_protocol: RareEvent,
    pub(super) doors: Vec<DoorRecord>,
    /// What the server speaks TLS with.
    pub(super) keyring: Arc<Keyring>,
    pub(super) stop: Stop,
    /// Calls of the program that holds the server and that are under way.
    pub(super) visits: Tasks,
    /// The clock's uptime when the server was put together.
    pub(super) began: Duration,
}

/// What every connection of a server is made with.
#[derive(Clone, Debug)]
pub(super) struct Wires {
    pub(super) buffers: Arc<BufferPool>,
    pub(super) recorder: Arc<Recorder>,
}

impl<C: Clock> Core<C> {
    /// What this server says of itself when it follows a neighbor.
    pub(super) fn introduction(&self) -> Introduction {
        Introduction { log: self.log_id, address: self.advertised.clone() }
    }

    /// Finds what a WHATSAT asks, once the position in it is as safe as the journal promises; None for a
    /// client that the server has never heard of.
    pub(super) async fn look_up(
        &self,
        client: ClientId<'_>,
        radius: Radius,
        max: MaxResults,
    ) -> Result<Option<Lookup>, Failed> {
        let lookup = self.kept.node().look_up(client, radius, max);
        self.kept.commit().await?;
        Ok(lookup)
    }

    pub(super) fn status(&self) -> Status {
        let (clients, changes, line_bytes) = {
            let node = self.kept.node();
            (node.log().len(), node.log().last_number(), node.log().line_bytes())
        };
        let now = self.clock.uptime();
        Status {
            name: self.name.clone(),
            version: env!("CARGO_PKG_VERSION"),
            uptime: now.saturating_sub(self.began),
            clients,
            changes,
            line_bytes,
            doors: self.doors.iter().map(DoorRecord::status).collect(),
            certificates: self.keyring.status(),
            links: self.neighbors.status(now, changes.min(self.kept.covered())),
            journal: self.kept.keeper().status(),
        }
    }
}

impl<C: Clock> Followed for Core<C> {
    fn kept(&self) -> &KeptNode {
        &self.kept
    }

    fn watch_stop(&self) -> StopWatch {
        self.stop.watch()
    }
}
