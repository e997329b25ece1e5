//! What a flood costs in memory, and how much of it stays.

use super::flooding::{Flood, Flooding};
use super::servers::Servers;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How many clients ask and never read.
const CONNECTIONS: usize = 1000;

/// How long they ask, and how long the server is left alone afterwards.
const SPAN: Duration = Duration::from_secs(15);
const AFTERWARDS: Duration = Duration::from_secs(5);

/// The time between two looks at the memory.
const PERIOD: Duration = Duration::from_millis(50);

/// Measures the memory of a server before a flood, its peak, and what is left when the clients have
/// gone. Prints nothing where the system does not tell.
pub fn measure() {
    let servers = Servers::start();
    // What the server needs for the first question of its life is no cost of the flood.
    Flooding::begin(Flood::DeafQuestions, 1, servers.flooded()).end();
    sleep(Duration::from_secs(1));
    let Some(before) = servers.flooded_mebibytes() else { return };
    let flooding = Flooding::begin(Flood::DeafQuestions, CONNECTIONS, servers.flooded());
    let (begin, mut peak) = (Instant::now(), before);
    while begin.elapsed() < SPAN {
        peak = servers.flooded_mebibytes().map_or(peak, |now| peak.max(now));
        sleep(PERIOD);
    }
    flooding.end();
    sleep(AFTERWARDS);
    let Some(after) = servers.flooded_mebibytes() else { return };
    println!(
        "\nmemory of the flooded server, {CONNECTIONS} clients, {}: {before:.1} MiB before, {peak:.1} \
         at its peak, {after:.1} when they have gone",
        Flood::DeafQuestions.name()
    );
}
