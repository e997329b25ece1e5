//! The neighbors of one server.

use super::link_record::LinkState;
use super::neighbor::Neighbor;
use crate::config::{Herd, LinkKind, ServerConfig, Transport};
use crate::node::NeighborId;
use crate::protocol::ServerName;
use crate::server::status::{LinkDirection, LinkStatus};
use std::sync::Arc;
use std::time::Duration;

/// The neighbors of one server.
#[derive(Debug)]
pub(in crate::server) struct Neighbors {
    all: Vec<Arc<Neighbor>>,
    /// Whether this server asks its neighbors for what it missed.
    pub(super) catch_up: bool,
}

impl Neighbors {
    /// The neighbors that `herd` gives the server `config`.
    pub(in crate::server) fn new(herd: &Herd, config: &ServerConfig, catch_up: bool) -> Self {
        let ids = (0..).map(NeighborId);
        let neighbor = |(id, neighbor): (NeighborId, &crate::config::NeighborConfig)| {
            let there = herd.server(neighbor.name());
            let there = there.expect("a herd's neighbors are among its servers");
            let (transport, address) = match neighbor.link() {
                LinkKind::Follow => (there.dialled_over(), there.advertise()),
                LinkKind::Push => {
                    let address = there.listen();
                    (Transport::Plain, address.expect("a herd pushes only where there is a port"))
                }
            };
            let (name, address) = (neighbor.name().clone(), address.to_string());
            Arc::new(Neighbor::new(id, name, neighbor.link(), transport, address))
        };
        Self { all: ids.zip(config.neighbors()).map(neighbor).collect(), catch_up }
    }

    /// The name of a neighbor.
    pub(in crate::server) fn name(&self, id: NeighborId) -> &ServerName {
        &self.all[usize::from(id.0)].name
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Arc<Neighbor>> {
        self.all.iter()
    }

    /// The neighbor of that name that may follow this server.
    pub(super) fn follower(&self, name: &ServerName) -> Option<&Arc<Neighbor>> {
        self.all.iter().find(|known| known.kind == LinkKind::Follow && known.name == *name)
    }

    /// Dials the neighbor `name` at `address` from now on. Returns whether there is such a
    /// neighbor.
    pub(in crate::server) fn move_to(&self, name: &ServerName, address: &str) -> bool {
        let neighbor = self.all.iter().find(|known| known.name == *name);
        neighbor.map(|neighbor| neighbor.move_to(address.to_owned())).is_some()
    }

    /// Every direction of every link, with changes counted from `covered` back.
    pub(in crate::server) fn status(&self, now: Duration, covered: u64) -> Vec<LinkStatus> {
        let mut all = Vec::new();
        for neighbor in &self.all {
            let status = |direction, state: LinkState, behind| LinkStatus {
                neighbor: neighbor.name.clone(),
                address: neighbor.address(),
                direction,
                up_for: state.up_since.map(|since| now.saturating_sub(since)),
                behind,
                last_reason: state.last_reason,
            };
            let behind = |told: u64| Some(covered.saturating_sub(told));
            let outbound = neighbor.outbound.snapshot();
            match neighbor.kind {
                LinkKind::Push => {
                    let told = neighbor.outbound.told();
                    all.push(status(LinkDirection::Pushing, outbound, behind(told)));
                }
                LinkKind::Follow => {
                    let inbound = neighbor.inbound.snapshot();
                    let told = neighbor.inbound.told();
                    all.push(status(LinkDirection::Following, outbound, None));
                    all.push(status(LinkDirection::Followed, inbound, behind(told)));
                }
            }
        }
        all
    }
}
