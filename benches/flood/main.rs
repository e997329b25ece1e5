//! What a flood from some clients costs the others: `cargo bench --bench flood`.
//!
//! Two linked servers run as processes of their own. Floods of several kinds go to one of them while
//! a probe opens a new connection again and again, sends one IAMAT and waits for its reply. A third
//! server, which nobody floods, is probed in turn: what it takes is what the busy machine adds. At the
//! end, the memory of a server is measured before, during and after a thousand clients that never read.
//! `cargo bench --bench flood -- memory` measures only that.

mod flooding;
mod memory;
mod probe;
mod servers;

use flooding::{Flood, Flooding};
use probe::Latencies;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use servers::Servers;
use std::process::ExitCode;
use std::time::Duration;

/// How long each flood is measured, after a second in which it rises.
const SPAN: Duration = Duration::from_secs(8);

fn main() -> ExitCode {
    raise_descriptor_limit();
    let connections = match asked(std::env::args().skip(1)) {
        Ok(Asked::Everything { connections }) => connections,
        Ok(Asked::Memory) => {
            memory::measure();
            return ExitCode::SUCCESS;
        }
        Err(message) => {
            eprintln!("{message}\nusage: cargo bench --bench flood [-- CONNECTIONS | memory]");
            return ExitCode::from(2);
        }
    };
    println!(
        "{connections} connections, {} s each; milliseconds, new connection included",
        SPAN.as_secs()
    );
    println!("{:<28} {:>22} {:>22} {:>10}", "", "flooded server", "server beside it", "links lost");
    println!(
        "{:<28} {:>7} {:>7} {:>6} {:>7} {:>7} {:>6}",
        "flood", "median", "p99", "max", "median", "p99", "max"
    );
    for flood in Flood::ALL {
        measure(flood, connections);
    }
    memory::measure();
    ExitCode::SUCCESS
}

/// What is to be measured.
enum Asked {
    Everything { connections: usize },
    Memory,
}

/// Reads the first word that is no option; cargo adds `--bench`.
fn asked(words: impl Iterator<Item = String>) -> Result<Asked, String> {
    let mut words = words.filter(|word| !word.starts_with('-'));
    let Some(word) = words.next() else { return Ok(Asked::Everything { connections: 200 }) };
    if word == "memory" {
        return Ok(Asked::Memory);
    }
    let wrong = |_| format!("CONNECTIONS must be a whole number (got {word:?})");
    word.parse().map(|connections| Asked::Everything { connections }).map_err(wrong)
}

/// Each connection takes two descriptors.
fn raise_descriptor_limit() {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    setrlimit(Resource::Nofile, raised).expect("a process may use what it is allowed");
}

fn measure(flood: Flood, connections: usize) {
    let servers = Servers::start();
    let flooding = Flooding::begin(flood, connections, servers.flooded());
    std::thread::sleep(Duration::from_secs(1));
    let (mut flooded, mut beside) = (Latencies::default(), Latencies::default());
    let begin = std::time::Instant::now();
    while begin.elapsed() < SPAN {
        flooded.add(probe::once(servers.flooded()));
        beside.add(probe::once(servers.beside()));
    }
    flooding.end();
    println!("{:<28} {} {} {:>10}", flood.name(), flooded, beside, servers.links_lost());
}
