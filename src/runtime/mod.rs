//! What servers run on: clocks, chance, the network and tasks, as traits.
//!
//! This room owns every contact with an async runtime, a clock or a source of randomness. The rest
//! of the library is generic over [`Runtime`], or over the part of it that it needs ([`Clock`],
//! [`Net`], [`Spawn`]), so that the same servers run on async-std and in a simulated world.
//! Nothing here may know what a herd is.

mod async_std;
mod clock;
mod happy_eyeballs;
#[cfg(test)]
mod manual_time;
mod net;
mod network;
#[allow(clippy::module_inception, reason = "the room is named for the noun that it owns")]
mod runtime;
#[cfg(feature = "sim")]
pub mod sim;
mod spawn;
mod timeout;
mod turns;

pub use self::async_std::AsyncStd;
pub use clock::Clock;
#[cfg(test)]
pub(crate) use manual_time::ManualTime;
pub use net::{Tcp, TcpPort};
pub use network::{Listener, Net, Stream};
pub use runtime::Runtime;
pub use spawn::Spawn;
pub use timeout::timeout;
pub(crate) use turns::{Turn, Turns};
