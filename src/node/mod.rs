//! What a server knows and decides: state in, answer out.
//!
//! This room owns the newest line of each client, the numbered log of changes, and what to answer.
//! It is pure: it does no I/O, reads no clock, logs nothing and knows no async; whoever drives it
//! brings the lines and the time, and carries out what it decides.

mod address;
mod change_log;
mod chunks;
mod client_table;
mod feed_cursor;
mod known_line;
#[allow(clippy::module_inception, reason = "the room is named for the noun that it owns")]
mod node;
mod origin;
mod read_log;
mod record_list;
mod records;
mod refusal;
mod rules;
mod waypoints;

pub use change_log::{Change, ChangeLog, PREFETCHED_MAX};
pub use feed_cursor::FeedCursor;
pub use node::{Lookup, Node};
pub use origin::{NeighborId, Origin};
pub use read_log::ReadLog;
pub use refusal::Refusal;
pub use rules::{AtCommands, Rules};
