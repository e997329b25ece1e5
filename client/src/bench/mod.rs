//! Puts load on servers and measures how fast they answer.
//!
//! [`Bench`] opens connections, keeps a number of commands under way on each, and counts the
//! replies and how long they took. It can put the same load on Redis, in Redis' own protocol, so
//! that both are measured in the same way.
//!
//! This room runs in one thread that waits for sockets itself. It prints nothing, reads no
//! arguments, and looks into a reply only as far as it must to find its end.
//!
//! | file | owns |
//! |---|---|
//! | `plan`, `whole_number` | what to measure, within limits |
//! | `kind`, `question`, `dialect`, `template`, `load` | which commands are sent |
//! | `scan`, `replies`, `herd_replies`, `resp_replies` | where a reply ends, and whether it is a good one |
//! | `dial`, `channel`, `pipeline`, `breach` | one connection |
//! | `stopwatch`, `budget`, `engine`, `progress` | all connections, in one stage |
//! | `measurement` | one stage after the other |
//! | `tally`, `remarks`, `report`, `bench_error` | what came of it |
//!
//! ```no_run
//! use herd::protocol::{MaxResults, Radius};
//! use herd_client::Destination;
//! use herd_client::bench::{Bench, Dialect, Fill, Length, Plan, Question, WholeNumber};
//! use std::ops::ControlFlow;
//! use std::time::Duration;
//!
//! let bench = Bench::new(Plan {
//!     servers: vec![Destination::first_of(&herd::config::Herd::default_herd())],
//!     credentials: None,
//!     tls: None,
//!     dialect: Dialect::Herd,
//!     connections: "50".parse()?,
//!     depth: "16".parse()?,
//!     clients: "100000".parse()?,
//!     asking: "0".parse()?,
//!     question: Question { radius: Radius::parse(b"10")?, max: MaxResults::parse(b"20")? },
//!     fill: Fill::Nobody,
//!     warm_up: Duration::from_secs(1),
//!     length: Length::Span(Duration::from_secs(10)),
//!     timeout: Duration::from_secs(30),
//! })?;
//! let report = bench.run(|_| ControlFlow::Continue(()))?;
//! println!("{} commands a second", report.commands_per_second());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod bench_error;
mod breach;
mod budget;
mod channel;
mod dial;
mod dialect;
mod engine;
mod herd_replies;
mod kind;
mod load;
mod measurement;
mod pipeline;
mod plan;
mod progress;
mod question;
mod remarks;
mod replies;
mod report;
mod resp_replies;
mod scan;
mod stopwatch;
mod tally;
mod template;
mod whole_number;

pub use bench_error::BenchError;
pub use dialect::Dialect;
pub use kind::Kind;
pub use measurement::Bench;
pub use plan::{
    Clients, Connections, Depth, Fill, Length, Percent, Plan, UNDER_WAY_MAX, UnfitPlan,
};
pub use progress::{Progress, Stage};
pub use question::Question;
pub use report::{Latency, Report};
pub use template::client_name;
pub use whole_number::{OutOfRange, WholeNumber};
