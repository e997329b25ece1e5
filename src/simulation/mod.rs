//! Herds in simulated worlds: load, faults, and an independent model that checks every reply.
//!
//! This room owns what happens to a herd in a simulated world, and the rules that must hold
//! nevertheless. The servers are the same code that runs on real machines, on the
//! [`sim`](crate::runtime::sim) runtime. The seed determines everything: the graph, what clients
//! send, what fails and when.
//!
//! A run has two phases. In the first, clients talk with random servers while faults are injected:
//! links are cut and blocked, servers crash or stop and start again, disks fail, clocks jump and
//! the network changes. In the second, all faults end, and the servers must agree. Three kinds of
//! rules are checked:
//!
//! * **safety**: replies are correct and in order; a client sent every line that a server knows;
//!   and a server forgets nothing that it has shown to a client or neighbor, except what a crash
//!   may cost it;
//! * **liveness**: every conversation ends, and after the faults all servers know the same within
//!   bounded virtual time;
//! * **economy**: an update takes at most the 2E-(N-1) messages of naive flooding, and no task or
//!   connection is left over.
//!
//! ```
//! use herd::simulation::{self, Options};
//!
//! let report = simulation::run(1, &Options::default())?;
//! assert_eq!(report.agreements, 2);
//! # Ok::<(), simulation::Failure>(())
//! ```

mod at_line;
mod awaited;
mod command;
mod entry;
mod failure;
mod faults;
mod flood;
mod graph;
mod inquiry;
mod knowledge;
mod leftover;
mod listener;
mod manner;
mod model;
mod orderly_stop;
mod places;
mod renewal;
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
