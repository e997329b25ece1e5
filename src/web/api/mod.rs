//! The interface for programs, under `/v1`.

mod bounds;
mod client_json;
mod clients;
mod description;
mod events;
mod places;
mod positions;
mod scan;

pub(super) use clients::{client, clients};
pub(super) use description::description;
pub(super) use events::events;
pub(super) use places::places;
pub(super) use positions::take_in;
