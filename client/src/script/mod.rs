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
//! A line whose first word is in upper case is a request and is sent as it stands, whether servers
//! know the command or not. Any other line can be sent with `send` and one space before it; `send`
//! alone sends an empty line. A line that is neither a step nor a request is an error.
//!
//! A script is UTF-8 text, see [`herd::config::text`].
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
