//! What a flood from some clients costs the others: `cargo bench --bench flood`.
//!
//! Two linked servers run as processes of their own. Floods of several kinds go to one of them while
//! a probe opens a new connection again and again, sends one IAMAT and waits for its reply. A third
//! server, which nobody floods, is probed in turn: what it takes is what the busy machine adds.

mod flooding;
mod probe;
mod servers;

use flooding::{Flood, Flooding};
use probe::Latencies;
use servers::Servers;
use std::process::ExitCode;
use std::time::Duration;

/// How long each flood is measured, after a second in which it rises.
const SPAN: Duration = Duration::from_secs(8);

fn main() -> ExitCode {
    let connections = match connections(std::env::args().skip(1)) {
        Ok(connections) => connections,
        Err(message) => {
            eprintln!("{message}\nusage: cargo bench --bench flood [-- CONNECTIONS]");
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
    ExitCode::SUCCESS
}

/// The first word that is no option; cargo adds `--bench`.
fn connections(words: impl Iterator<Item = String>) -> Result<usize, String> {
    let word = words.into_iter().find(|word| !word.starts_with('-'));
    let wrong = |word: &String| format!("CONNECTIONS must be a whole number (got {word:?})");
    word.map_or(Ok(200), |word| word.parse().map_err(|_| wrong(&word)))
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
