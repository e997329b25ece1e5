//! Ways to measure one side of a row. Whatever they measure is a cost: less is better.

mod cpu;
mod idle;
mod memory;
mod propagation;
mod start_up;
mod wall_time;
mod whatsat;

pub(crate) use cpu::CpuPerCommand;
pub(crate) use idle::IdleConnections;
pub(crate) use memory::MemoryPerClient;
pub(crate) use propagation::Propagation;
pub(crate) use start_up::{Source, StartUp};
pub(crate) use wall_time::WallTimePerCommand;
pub(crate) use whatsat::CpuPerAnswer;

use crate::problem::Outcome;
use crate::stage::Stage;

/// How many clients there are where memory and files are measured.
const MILLION: u64 = 1_000_000;

/// One way to measure, with the servers that it is about.
pub(crate) trait Trial {
    /// Starts the servers that are measured repeatedly, and returns a function that measures them
    /// once.
    fn begin<'a>(&'a self, stage: &'a Stage) -> Outcome<Measure<'a>>;
}

/// Measures once more.
pub(crate) type Measure<'a> = Box<dyn FnMut() -> Outcome<f64> + 'a>;
