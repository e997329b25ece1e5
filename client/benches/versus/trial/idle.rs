//! What a silent connection costs in memory.

use super::{Measure, Trial};
use crate::blocking_connection::BlockingConnection;
use crate::contestant::Setup;
use crate::problem::{Outcome, Problem};
use crate::stage::Stage;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

const CONNECTIONS: u32 = 10_000;

/// How many descriptors a process needs for other things than these connections.
const RESERVED: u64 = 256;

/// By how many KiB a server's resident memory grows for each of 10,000 connections that have had
/// one reply and are silent since. Memory of the kernel is not included.
#[derive(Debug)]
pub(crate) struct IdleConnections {
    pub(crate) servers: Setup,
}

impl Trial for IdleConnections {
    fn begin<'a>(&'a self, stage: &'a Stage) -> Outcome<Measure<'a>> {
        raise_descriptor_limit()?;
        Ok(Box::new(move || {
            let contestant = self.servers.start(stage)?;
            let before = contestant.resident_bytes()?;
            let mut connections: Vec<BlockingConnection> = Vec::new();
            for time in 1..=CONNECTIONS {
                stage.interrupt.check()?;
                let mut connection = contestant.connect(0)?;
                connection.tell("versus-idle", &time.to_string())?;
                connections.push(connection);
            }
            let grown = contestant.resident_bytes()?.saturating_sub(before);
            Ok(grown as f64 / 1024.0 / f64::from(CONNECTIONS))
        }))
    }
}

/// Both this process and the servers that it starts need a descriptor for each connection.
fn raise_descriptor_limit() -> Outcome<()> {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum })?;
    let needed = u64::from(CONNECTIONS) + RESERVED;
    match limit.maximum {
        Some(maximum) if maximum < needed => Err(Problem::Absent(format!(
            "{needed} descriptors are needed and the system allows {maximum} (ulimit -Hn)"
        ))),
        _ => Ok(()),
    }
}
