//! Request scripts: conversations with a herd, and what is expected of them, in a file.
//!
//! One step a line; blank lines and lines beginning with `#` are skipped:
//!
//! ```text
//! @Alford                                   where the following requests go: NAME or HOST:PORT
//! IAMAT kiwi +34.068930-118.445127 {now}    a request; {now}, {now-2.5} and {now+1} are times
//! expect AT Alford * kiwi *                 the last reply's first line; * matches within a field
//! wait 200ms
//! WHATSAT kiwi 10 5
//! expect-json /status "OK"                  a JSON pointer into the last reply, and its value
//! send # whatever                           any request, also one that looks like another step
//! ```
//!
//! A `*` that ends a pattern as a field of its own matches the rest of the line. A JSON value is
//! written as JSON. Requests before the first `@` go to the server that the [`Runner`] starts with.
//!
//! Whatever begins with no other step's word is a request and is sent as it stands, so that invalid
//! commands can be sent as well. What would be another step, or none, goes after `send` and one
//! space; `send` alone sends an empty line.
//!
//! This room owns the language ([`Script`]) and carries it out ([`Runner`]). It opens no file and
//! prints nothing: what happens is told to the caller as [`Event`]s.

mod expectation;
mod pattern;
mod request;
mod runner;
mod script_error;
mod script_file;
mod step;

pub use runner::{AfterFailure, Event, Runner, Tally};
pub use script_error::ScriptError;
pub use script_file::Script;
