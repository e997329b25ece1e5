//! The servers that are measured: how they are started, loaded, watched and ended.
//!
//! This room starts servers and reads what they cost. It never decides what is measured.

mod asyncio;
mod gazetteer;
mod herd;
mod redis;
mod setup;

pub(crate) use gazetteer::add_places;
pub(crate) use herd::{Herd, Keeping};
pub(crate) use setup::Setup;

use crate::blocking_connection::{BlockingConnection, Language};
use crate::ground::Ground;
use crate::problem::Outcome;
use crate::process::Process;
use crate::stage::Stage;
use std::net::SocketAddr;
use std::path::Path;
use std::rc::Rc;
use std::thread;
use std::time::Duration;

/// How long servers may take to answer, or to finish the work that they were given.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long servers must have been nearly idle to count as idle.
const REST: Duration = Duration::from_millis(100);

/// How much processor time they may use in that time.
const NEXT_TO_NOTHING: Duration = Duration::from_millis(10);

/// Servers that run and are measured as one. They are ended when this is dropped.
#[derive(Debug)]
pub(crate) struct Contestant {
    // Before the ground, so that nobody writes there any more when it goes away.
    processes: Vec<Process>,
    addresses: Vec<SocketAddr>,
    language: Language,
    ground: Rc<Ground>,
}

impl Contestant {
    /// Where clients may connect: one address for each process.
    pub(crate) fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// The protocol of its servers.
    pub(crate) fn language(&self) -> Language {
        self.language
    }

    /// A folder that is removed together with the servers.
    pub(crate) fn folder(&self) -> &Path {
        self.ground.folder()
    }

    /// Connects with the server of this number.
    pub(crate) fn connect(&self, index: usize) -> Outcome<BlockingConnection> {
        BlockingConnection::open(self.addresses[index], self.language)
    }

    /// User and system time of all processes so far, read once they are idle: before that, changes
    /// may still be on their way to other servers or to the disk.
    pub(crate) fn cpu_at_rest(&self, stage: &Stage) -> Outcome<Duration> {
        let mut last = self.cpu()?;
        stage.interrupt.wait_for("the servers to come to rest", PATIENCE, || {
            thread::sleep(REST);
            let now = self.cpu()?;
            let busy = now.saturating_sub(last);
            last = now;
            Ok((busy <= NEXT_TO_NOTHING).then_some(now))
        })
    }

    /// The memory that all processes hold, in bytes.
    pub(crate) fn resident_bytes(&self) -> Outcome<u64> {
        self.processes.iter().map(Process::resident_bytes).sum()
    }

    fn cpu(&self) -> Outcome<Duration> {
        self.processes.iter().map(Process::cpu).sum()
    }
}

/// Waits until a process that was just started accepts connections.
fn await_connection(
    stage: &Stage,
    process: &mut Process,
    address: SocketAddr,
    language: Language,
) -> Outcome<BlockingConnection> {
    stage.interrupt.wait_for(&format!("{address} to accept"), PATIENCE, || {
        process.require_running()?;
        Ok(BlockingConnection::open(address, language).ok())
    })
}
