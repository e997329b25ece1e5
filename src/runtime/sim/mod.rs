//! A simulated world to run servers in, with virtual time, and a network and disks in memory.
//! Everything in it follows from one seed.
//!
//! This room owns what real machines and networks decide: when a task runs, how long a byte
//! travels, where a write is split, what a crash leaves on a disk. It knows nothing about herds. A
//! [`Sim`] is the world, and each of its [`Machine`]s is a [`Runtime`](super::Runtime):
//!
//! ```
//! use futures_lite::{AsyncReadExt, AsyncWriteExt};
//! use herd::config::Herd;
//! use herd::runtime::{Net, Spawn};
//! use herd::runtime::sim::Sim;
//! use herd::server::Server;
//!
//! let herd = Herd::default_herd();
//! let sim = Sim::new(42);
//! for config in herd.servers() {
//!     let machine = sim.machine(config.name().as_str());
//!     let server = sim.block_on(Server::builder(machine.clone(), &herd, config.name()).bind())?;
//!     machine.spawn(async move { server.run().await.expect("there is no journal to fail") });
//! }
//! let phone = sim.machine("phone");
//! let reply = sim.block_on(async {
//!     let mut stream = phone.connect("127.0.0.1:12000").await?;
//!     stream.write_all(b"IAMAT kiwi +34-118 1479384000\n").await?;
//!     stream.close().await?;
//!     let mut reply = String::new();
//!     stream.read_to_string(&mut reply).await?;
//!     Ok::<_, std::io::Error>(reply)
//! })?;
//! assert!(reply.starts_with("AT Alford +0.00"), "{reply}");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! To keep all runs of a seed the same, code that runs in it must take time, random numbers and
//! tasks from its [`Runtime`](super::Runtime) only, and must not iterate over a collection whose
//! order depends on a randomly seeded hash.

mod chance;
mod conditions;
mod connection;
mod disk;
mod event;
mod executor;
mod files;
mod ids;
mod machine;
mod machine_state;
mod network;
mod pipe;
mod port;
#[allow(clippy::module_inception, reason = "the room is named for the noun that it owns")]
mod sim;
mod sleep;
mod stream;
mod timeline;
mod world;

pub use chance::Chance;
pub use conditions::Conditions;
pub use disk::{SimDisk, SimFile};
pub use event::NetworkEvent;
pub use machine::Machine;
pub use port::SimPort;
pub use sim::{Crash, Sim};
pub use sleep::SimSleep;
pub use stream::SimStream;
