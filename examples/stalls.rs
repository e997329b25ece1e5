//! How long one change of the log can hold everybody up: the longest calls with ten million clients.
//!
//! `cargo run --release --example stalls` takes every client in, then renews each with lines of other
//! lengths, so that the table has grown and the log has been compacted. It needs about 3 GiB of memory.
//!
//! The processor's time of a call is what the code costs, page faults included. The wall clock also
//! counts what the machine gave to other processes meanwhile.

use herd::node::{Node, Rules};
use herd::protocol::{Line, Timestamp};
use rustix::time::{ClockId, clock_gettime};
use std::fs;
use std::io::Write;
use std::time::{Duration, Instant};

const CLIENTS_DEFAULT: usize = 10_000_000;

/// How many of the longest calls are printed.
const SHOWN: usize = 12;

const RECEIVED: Timestamp = Timestamp::from_nanos(1_479_420_000_000_000_000);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let clients = std::env::args().nth(1).map_or(Ok(CLIENTS_DEFAULT), |text| text.parse())?;
    let rules = Rules { clients_max: clients, clients_bytes_max: u64::MAX, ..Rules::default() };
    let mut node = Node::new("Alford".parse()?, rules, 1);
    measure("new clients", &mut node, clients, "+34.0-118.0 1479413884");
    measure("longer lines", &mut node, clients, "+34.068930-118.445127 1479413885.392014450");
    measure("the longest lines", &mut node, clients, &format!("+34.{:056}-118 1479413886", 7));
    measure("short lines again", &mut node, clients, "+34-118 1479413887");
    Ok(())
}

/// Tells one position of every client and prints how long the longest calls took.
fn measure(what: &str, node: &mut Node, clients: usize, position_and_time: &str) {
    let (mut line, mut reply) = (Vec::new(), Vec::new());
    let (mut by_wall, mut by_processor) = (Longest::default(), Longest::default());
    let began = Instant::now();
    for client in 0..clients {
        line.clear();
        reply.clear();
        // A multiplier that shares no factor with the number of clients visits all of them, in an order
        // that is not the order in which they lie in memory.
        let client = client * 7_919 % clients;
        write!(line, "IAMAT stall-{client:08} {position_and_time}").expect("memory takes all");
        let (called, processor) = (Instant::now(), processor_time());
        node.command(Line::Whole(&line), RECEIVED, &mut reply);
        by_processor.add(processor_time().saturating_sub(processor));
        by_wall.add(called.elapsed());
    }
    let (whole, log) = (began.elapsed(), node.log());
    let mean_ns = whole.as_nanos() / clients.max(1) as u128;
    let mebibytes = |bytes: u64| bytes >> 20;
    println!(
        "{what}: {} clients known, {mean_ns} ns a command; {} MiB counted, {} MiB resident",
        log.len(),
        mebibytes(log.held_bytes() as u64),
        resident_bytes().map_or_else(|| "unknown".to_owned(), |bytes| mebibytes(bytes).to_string())
    );
    println!("    longest calls in ms, processor: {}", by_processor.milliseconds());
    println!("    longest calls in ms, wall:      {}", by_wall.milliseconds());
}

/// The time that this thread has had of the processor.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// The memory that this process has; None where the system does not say.
fn resident_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kibibytes| kibibytes << 10)
}

/// The [`SHOWN`] longest times, longest first.
#[derive(Default)]
struct Longest(Vec<Duration>);

impl Longest {
    fn add(&mut self, took: Duration) {
        if self.0.len() < SHOWN || self.0.last().is_some_and(|&last| took > last) {
            let place = self.0.partition_point(|&other| other >= took);
            self.0.insert(place, took);
            self.0.truncate(SHOWN);
        }
    }

    fn milliseconds(&self) -> String {
        let texts = self.0.iter().map(|took| format!("{:.2}", took.as_secs_f64() * 1e3));
        texts.collect::<Vec<_>>().join(" ")
    }
}
