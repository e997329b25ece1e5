//! The state of one door.

use super::guests::Guests;
use super::status::{DoorKind, DoorStatus};
use super::tasks::Tasks;
use std::net::SocketAddr;

/// One door: where it is, and how many have come through it.
#[derive(Clone, Debug)]
pub(super) struct DoorRecord {
    pub(super) kind: DoorKind,
    pub(super) address: SocketAddr,
    /// How many connections there may be at a time.
    pub(super) connections_max: usize,
    /// The connections that are being served.
    pub(super) connections: Tasks,
    /// How many of them each address has.
    pub(super) guests: Guests,
}

impl DoorRecord {
    pub(super) fn new(
        kind: DoorKind,
        address: SocketAddr,
        connections_max: usize,
        guests: Guests,
    ) -> Self {
        Self { kind, address, connections_max, connections: Tasks::default(), guests }
    }

    pub(super) fn status(&self) -> DoorStatus {
        DoorStatus {
            kind: self.kind,
            address: self.address,
            connections: self.connections.count(),
            connections_max: self.connections_max,
        }
    }
}
