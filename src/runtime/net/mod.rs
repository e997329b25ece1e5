//! TCP, on any executor.
//!
//! This room owns the sockets of a runtime and knows which of them can be read or written now. It
//! knows no executor: a runtime makes a [`SocketSet`] and drives its [`Watcher`] in the way that
//! suits it.

mod direction;
mod port;
mod readiness;
mod socket_set;
mod tcp;

pub use port::TcpPort;
pub(super) use socket_set::{SocketSet, Turn, Watcher};
pub use tcp::Tcp;
