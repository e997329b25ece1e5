//! Which clients are near a point, and who enters or leaves a circle.
//!
//! This room owns an index of moving points. It is pure: it does no I/O, reads no clock and knows no
//! log; whoever follows one brings each client's new position, as
//! [`server::Nearest`](crate::server::Nearest) does. Answers are exact, and equal calls in an equal
//! order give equal answers.
//!
//! The [`Index`] has three parts. `Clients` has a record for each client, which a `Table` finds by its
//! ID. A `Tree` keeps the points in cells that divide where many clients are. A search visits the
//! cells around a point, the nearest first, in a circle that shrinks to the clients found so far.

mod cell;
mod clients;
mod fence;
mod index;
mod leaf;
mod near;
mod place;
mod point;
mod question;
mod search;
mod table;
mod tree;
mod units;
mod window;

pub use clients::RECORD_BYTES_MAX;
pub use fence::{FENCE_BYTES_MAX, Fence, FenceEvent};
pub use index::Index;
pub use near::Near;
pub use question::{MaxNear, NEAR_MAX, Reach};
pub use tree::CLIENTS_MAX;
