//! The web door: phones report, programs ask, browsers watch, all over HTTP.
//!
//! This room owns what is spoken at `http_listen`: HTTP/1.1 over the runtime's streams, what the apps
//! on phones send, and the interface for programs under `/v1`. A position that comes in is exactly an
//! IAMAT, told through the server's [`Handle`](crate::server::Handle), and answered when the journal's
//! policy allows. Nothing here decides about positions, and nothing here may log a path, a query, a
//! header or a body: each may hold a token.

mod api;
mod asked;
mod body;
mod caller;
mod connection;
mod credential;
mod cursor;
mod devices;
mod elsewhere;
mod endpoint;
mod held;
mod home;
mod origin;
mod pace;
mod parameters;
mod problem;
mod reason;
mod refused;
mod reply;
mod report;
mod router;
mod shared;
mod source;
mod target;
mod teller;
mod time_text;
mod watched;
#[allow(clippy::module_inception, reason = "the room is named for the noun that it owns")]
mod web;

pub use credential::Credential;
pub use web::Web;
