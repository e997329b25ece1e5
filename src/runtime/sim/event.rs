//! What somebody who watches a simulated world sees.

use std::time::Duration;

/// Something that happened in a simulated network. Machines are given by their names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetworkEvent<'a> {
    /// A connection was made.
    Connected {
        /// The connection's number, from 1 on.
        connection: u64,
        /// Who dialled.
        from: &'a str,
        /// Who was dialled.
        to: &'a str,
    },
    /// A dialler was refused.
    Refused {
        /// Who dialled.
        from: &'a str,
        /// The address that was dialled.
        address: &'a str,
    },
    /// Bytes were written.
    Sent {
        /// The connection's number.
        connection: u64,
        /// Who wrote.
        from: &'a str,
        /// For whom.
        to: &'a str,
        /// What.
        bytes: &'a [u8],
    },
}

/// Is shown every event with the virtual time since the world began. It must not touch the world.
pub(super) type Observer = Box<dyn FnMut(Duration, NetworkEvent<'_>) + Send>;
