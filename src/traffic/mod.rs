//! The traffic log: everything that goes in and out of a server, as NDJSON in a file.
//!
//! This room owns the form of an event, the bounded buffer between the servers' tasks and the file,
//! and the file's rotation. It must never make a connection wait: what does not fit is dropped,
//! counted and reported. It is no journal; nothing is ever read back from it.

mod event;
mod file;
mod log;

pub use event::{ConnectionId, Event, Purpose};
pub use log::{BUFFER_BYTES_MAX, Options, TrafficLog};
