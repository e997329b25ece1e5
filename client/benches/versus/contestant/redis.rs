//! Redis: one server, or one with replicas.

use super::herd::Keeping;
use super::{Contestant, PATIENCE, await_connection};
use crate::blocking_connection::{BlockingConnection, Language};
use crate::ground::Ground;
use crate::problem::{Outcome, Problem};
use crate::process::Process;
use crate::stage::Stage;
use std::fs;
use std::process::Command;

/// More connections than any row opens.
const CLIENTS_MAX: &str = "19000";

/// Starts a server and its replicas, and waits until these are in sync.
pub(super) fn start(keeping: Keeping, replicas: usize, stage: &Stage) -> Outcome<Contestant> {
    let ground = Ground::new(1 + replicas)?;
    let mut processes = vec![start_one(&ground, 0, keeping, stage)?];
    for index in 1..=replicas {
        processes.push(start_one(&ground, index, keeping, stage)?);
    }
    await_replicas(&ground, replicas, stage)?;
    let addresses = (0..=replicas).map(|index| ground.address(index)).collect();
    Ok(Contestant { processes, addresses, language: Language::Redis, ground: ground.into() })
}

/// Starts the server with this number. All but the first are replicas of the first.
fn start_one(ground: &Ground, index: usize, keeping: Keeping, stage: &Stage) -> Outcome<Process> {
    let name = format!("redis-{index}");
    let folder = ground.folder().join(&name);
    fs::create_dir(&folder)?;
    let address = ground.address(index);
    let mut command = Command::new("redis-server");
    command.args(["--bind", "127.0.0.1", "--port", &address.port().to_string(), "--save", ""]);
    command.arg("--dir").arg(&folder).args(["--maxclients", CLIENTS_MAX]);
    command.args(append_only(keeping)?);
    command.args(["--repl-diskless-sync", "yes", "--repl-diskless-sync-delay", "0"]);
    if index > 0 {
        let first = ground.address(0);
        command.args(["--replicaof", "127.0.0.1", &first.port().to_string()]);
    }
    let mut process = Process::start(&name, &mut command, ground.folder())?;
    await_connection(stage, &mut process, address, Language::Redis)?;
    Ok(process)
}

fn append_only(keeping: Keeping) -> Outcome<&'static [&'static str]> {
    match keeping {
        Keeping::Nothing => Ok(&["--appendonly", "no"]),
        Keeping::EverySecond => Ok(&["--appendonly", "yes", "--appendfsync", "everysec"]),
        Keeping::Always => Ok(&["--appendonly", "yes", "--appendfsync", "always"]),
        Keeping::TrafficLog => Err(Problem::Absent("Redis has no traffic log".to_owned())),
    }
}

fn await_replicas(ground: &Ground, replicas: usize, stage: &Stage) -> Outcome<()> {
    let mut first = BlockingConnection::open(ground.address(0), Language::Redis)?;
    stage.interrupt.wait_for("the replicas to be in sync", PATIENCE, || {
        first.ask("INFO replication\r\n")?;
        let mut in_sync = 0;
        // The text ends with an empty line, and so does the last of its lines.
        loop {
            let line = first.line()?;
            if line.is_empty() {
                return Ok((in_sync == replicas).then_some(()));
            }
            in_sync += usize::from(line.contains("state=online"));
        }
    })
}
