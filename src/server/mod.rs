//! What drives a server: doors, links and time around the pure node.
//!
//! This room owns one task for each client, each neighbor that follows and each neighbor that is
//! followed. It decides nothing about positions: lines go into the [`Node`](crate::node::Node), and
//! what it answers goes out. No task ever waits while it holds the node.
//!
//! All ways in speak to the same server: clients through a door, the program that embeds it through
//! a [`Handle`]. Everything that must know of changes follows the log: neighbors, the journal, and
//! whoever calls [`Handle::follow`].

mod addresses;
mod anteroom;
mod bind_error;
mod buffer_pool;
mod builder;
mod changes;
mod connection;
mod core;
mod deadline;
mod door;
mod door_record;
mod expiry;
mod guard;
mod guests;
mod handle;
mod http_door;
mod http_service;
mod kept_node;
mod keyring;
mod line;
mod live_limits;
mod look_ahead;
mod lookups;
mod nearest;
mod pages;
mod peer;
mod permission;
mod quota;
mod rare_event;
mod recorder;
mod refusals;
mod reload_error;
mod security;
#[allow(clippy::module_inception, reason = "the room is named for the noun that it owns")]
mod server;
mod status;
mod stop;
mod tasks;
mod tell_error;
mod tls_security;
mod visitor;

pub use bind_error::BindError;
pub use builder::Builder;
pub use changes::{BATCH_CHANGES_MAX, Change, Changes};
pub(crate) use deadline::Deadline;
pub use handle::Handle;
pub use http_service::{HttpService, HttpVisit, Serving};
pub use nearest::Nearest;
pub use permission::Permission;
pub(crate) use rare_event::RareEvent;
pub use reload_error::ReloadError;
pub use server::{STOP_TIMEOUT, Server};
pub use status::{CertificateStatus, DoorKind, DoorStatus, LinkDirection, LinkStatus, Status};
pub use stop::Stop;
pub use tell_error::TellError;
pub use visitor::Visitor;
