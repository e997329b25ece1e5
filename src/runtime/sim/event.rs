//! What happens in a simulated network, for an observer.

use std::time::Duration;

/// Something that happened in a simulated network. It gives the names of the machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetworkEvent<'a> {
    /// A connection was made.
    Connected {
        /// The number of the connection. The first one has number 1.
        connection: u64,
        /// The machine that dialled.
        from: &'a str,
        /// The machine that accepts.
        to: &'a str,
    },
    /// An attempt to connect was refused.
    Refused {
        /// The machine that dialled.
        from: &'a str,
        /// The address that was dialled.
        address: &'a str,
    },
    /// Bytes were written.
    Sent {
        /// The number of the connection.
        connection: u64,
        /// The machine that wrote.
        from: &'a str,
        /// The machine at the other end.
        to: &'a str,
        /// The bytes.
        bytes: &'a [u8],
    },
}

/// Gets every event, with the virtual time since the world began. It must not touch the world.
pub(super) type Observer = Box<dyn FnMut(Duration, NetworkEvent<'_>) + Send>;
