//! Herds in simulated worlds: load, faults, and an independent model that checks every reply.
//!
//! This room owns what a herd is put through and what must hold all the same. The servers in it
//! are the very same that run on real machines, on the [`sim`](crate::runtime::sim) runtime. One
//! seed decides everything: the graph, what clients say, what breaks and when.
//!
//! A run has two phases. First clients talk with random servers while links are cut and blocked,
//! servers crash and start again, clocks jump and the network changes. Then everything is healed,
//! and the servers must come to agree. Three kinds of rules are checked:
//!
//! * **safety**: every reply is right and in order, every line that a server knows was once said to
//!   a server by a client, and what a server has shown to know it goes on knowing, or something
//!   newer, but for what a crash may cost it;
//! * **liveness**: every conversation comes to its end, and after healing all servers know the same
//!   within bounded virtual time;
//! * **economy**: an update costs at most the 2E-(N-1) messages of naive flooding, and nothing is
//!   left of clients and links that are gone.
//!
//! ```
//! use herd::simulation::{self, Options};
//!
//! let report = simulation::run(1, &Options::default())?;
//! assert_eq!(report.agreements, 1);
//! # Ok::<(), simulation::Failure>(())
//! ```

mod at_line;
mod command;
mod failure;
mod faults;
mod flood;
mod graph;
mod inquiry;
mod knowledge;
mod leftover;
mod model;
mod places;
mod report;
mod run;
mod scenario;
mod servers;
mod stage;
mod talker;
mod trace;
mod wire;

pub use failure::Failure;
pub use graph::{Graph, SERVERS_MAX};
pub use report::Report;
pub use run::{Options, run, run_twice};
