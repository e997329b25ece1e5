//! A herd like its first prototypes: Python, asyncio, and the links of the default herd.

use super::{Contestant, await_connection};
use crate::blocking_connection::Language;
use crate::ground::Ground;
use crate::problem::Outcome;
use crate::process::Process;
use crate::stage::Stage;
use std::path::Path;
use std::process::Command;

/// The servers of the default herd, each with the numbers of its neighbors.
const SERVERS: [(&str, [usize; 2]); 5] = [
    ("Alford", [2, 4]),
    ("Ball", [3, 4]),
    ("Hamilton", [0, 3]),
    ("Holiday", [1, 2]),
    ("Welsh", [0, 1]),
];

/// Starts the five servers.
pub(super) fn start(stage: &Stage) -> Outcome<Contestant> {
    let ground = Ground::new(SERVERS.len())?;
    let port = |index: usize| ground.address(index).port().to_string();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/versus/asyncio_herd.py");
    let mut processes = Vec::new();
    for (index, (name, neighbors)) in SERVERS.into_iter().enumerate() {
        let mut command = Command::new("python3");
        command.arg(&script).args([name, &port(index)]).args(neighbors.map(port));
        processes.push(Process::start(name, &mut command, ground.folder())?);
    }
    for (index, process) in processes.iter_mut().enumerate() {
        await_connection(stage, process, ground.address(index), Language::Herd)?;
    }
    let addresses = (0..SERVERS.len()).map(|index| ground.address(index)).collect();
    Ok(Contestant { processes, addresses, language: Language::Herd, ground: ground.into() })
}
