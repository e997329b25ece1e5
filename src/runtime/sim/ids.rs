//! What machines, connections and their ends are called inside a simulated world.

use std::net::{IpAddr, Ipv4Addr};

/// A machine's place among the machines of its world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct MachineId(pub(super) u16);

impl MachineId {
    /// The address that its connections come from.
    pub(super) fn ip(self) -> IpAddr {
        let [high, low] = self.0.to_be_bytes();
        Ipv4Addr::new(10, 0, high, low).into()
    }
}

/// A connection's number. The first connection has number 1.
pub(super) type SimConnectionId = u64;

/// One of the two ends of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    /// Who dialled.
    Dialler,
    /// Who was dialled.
    Acceptor,
}

impl Side {
    pub(super) fn other(self) -> Self {
        match self {
            Side::Dialler => Side::Acceptor,
            Side::Acceptor => Side::Dialler,
        }
    }
}

/// One direction of a connection, by the side that writes into it. It also names the end of the
/// connection that this side holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PipeId {
    pub(super) connection: SimConnectionId,
    pub(super) writer: Side,
}
