//! The traffic log: all bytes that a server receives and sends, as NDJSON in a file.
//!
//! This room owns the format of events, the bounded buffer between the server's tasks and the file,
//! and the rotation of files. It must never make a connection wait, and never take the last bytes of a
//! disk: events for which there is no room are dropped, counted and reported. It must never hold a
//! token, wherever in a line that is: see [`Redactor`]. It is not a journal:
//! nothing is ever read back.

mod event;
mod file;
mod log;
mod redaction;
mod room;
mod rotation;
mod tail;
mod writer;

pub use event::{ConnectionId, Event, Purpose};
pub use log::{BUFFER_BYTES_MAX, Options, TrafficLog};
pub use redaction::{Direction, Redactor, redacted};
