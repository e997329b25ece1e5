//! Who is measured: servers that are started, loaded, looked at and ended.
//!
//! This room starts them and reads what they cost. It never decides what is measured.

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

/// How long servers may take until they answer, or until they have dealt with what they were told.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long servers must have done next to nothing to have come to rest.
const REST: Duration = Duration::from_millis(100);

/// How much they may do in that time.
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

    /// What its servers speak.
    pub(crate) fn language(&self) -> Language {
        self.language
    }

    /// A folder that lives as long as it does.
    pub(crate) fn folder(&self) -> &Path {
        self.ground.folder()
    }

    /// Connects with the server of this number.
    pub(crate) fn connect(&self, index: usize) -> Outcome<BlockingConnection> {
        BlockingConnection::open(self.addresses[index], self.language)
    }

    /// User and system time of all processes so far, read when they have come to rest: what they were
    /// told may be on its way to the others, or to the disk.
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
