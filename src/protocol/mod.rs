//! Turns bytes into messages and back, by the rules of sections 1, 2 and 4 of `docs/PROTOCOL.md`.
//!
//! This room owns the grammar of a line. It is pure: it does no I/O, reads no clock, logs nothing
//! and has no async code. It borrows from the bytes that it is given instead of copying them.

mod ahead;
mod auth;
mod client_id;
mod decimal;
mod field;
mod fields;
mod follow;
mod line;
mod message;
mod owned_at;
mod position;
mod server_name;
mod skew;
mod timestamp;
mod whats_near;
mod written_time;

pub use ahead::clients_ahead;
pub use auth::{AUTH_REFUSED, Auth, write_authenticated};
pub use client_id::ClientId;
pub use field::{EXCERPT_BYTES_MAX, Field, InvalidField};
pub use follow::{ADDRESS_BYTES_MAX, FeedLine, Follow, Introduction, LogId, Since};
pub use line::{LINE_BYTES_MAX, Line, LineBuffer, PEER_LINE_BYTES_MAX};
pub use message::{At, IamAt, Request, WhatsAt, write_invalid};
pub use owned_at::OwnedAt;
pub use position::{Coordinates, POSITION_BYTES_MAX, Position};
pub use server_name::{InvalidServerName, SERVER_NAME_BYTES_MAX, ServerName};
pub use skew::Skew;
pub use timestamp::Timestamp;
pub use whats_near::{MaxResults, RADIUS_KM_MAX, RESULTS_MAX, Radius};
