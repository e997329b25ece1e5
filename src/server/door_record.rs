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
    /// A door that lets in up to `connections_max` connections, and of one address up to
    /// `per_address_max`, which cannot be more than all.
    pub(super) fn new(
        kind: DoorKind,
        address: SocketAddr,
        connections_max: usize,
        per_address_max: usize,
    ) -> Self {
        let guests = Guests::new(per_address_max.min(connections_max));
        Self { kind, address, connections_max, connections: Tasks::default(), guests }
    }

    /// Lets in up to `per_address_max` connections of one address from now on.
    pub(super) fn set_per_address_max(&self, per_address_max: usize) {
        self.guests.set_max(per_address_max.min(self.connections_max));
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Without it a herd.toml, or few descriptors, could lower the number of connections below what one
    /// address may have.
    #[test]
    fn one_address_has_no_more_connections_than_all_together() {
        let address = SocketAddr::from(([127, 0, 0, 1], 12_000));
        for (all, per_address, expected) in [(10_000, 5_000, 5_000), (2, 5_000, 2), (2, 1, 1)] {
            let record = DoorRecord::new(DoorKind::Line, address, all, per_address);
            let admitted: Vec<_> =
                std::iter::from_fn(|| record.guests.admit(address.ip())).collect();
            assert_eq!(admitted.len(), expected);
        }
    }
}
