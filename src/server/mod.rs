//! What drives a server: connections, tasks and time around the pure node.
//!
//! This room owns one task for each client, each neighbor that follows and each neighbor that is
//! followed. It decides nothing about positions: lines go into the [`Node`](crate::node::Node), and
//! what it answers goes out. No task ever waits while it holds the node.

mod acceptor;
mod backoff;
mod buffer_pool;
mod builder;
mod connection;
mod deadline;
mod dialer;
mod feed;
mod follower;
mod look_ahead;
mod neighbor;
mod outbox;
mod peer_link;
mod pusher;
#[allow(clippy::module_inception, reason = "the room is named for the noun that it owns")]
mod server;
mod session;
mod shared;
mod stop;
mod tasks;

pub use builder::{BindError, Builder};
pub use server::{STOP_TIMEOUT, Server};
pub use stop::Stop;
