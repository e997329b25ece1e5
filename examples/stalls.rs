//! How long one change of the log can hold everybody up: the longest calls with ten million clients.
//!
//! `cargo run --release --example stalls` takes every client in, then renews each with a longer line,
//! so that the table has grown and the log has been compacted. It needs about 3 GiB of memory.

use herd::node::{Node, Rules};
use herd::protocol::{Line, Timestamp};
use std::io::Write;
use std::time::{Duration, Instant};

const CLIENTS_DEFAULT: usize = 10_000_000;

/// How many of the longest calls are printed.
const SHOWN: usize = 20;

const RECEIVED: Timestamp = Timestamp::from_nanos(1_479_420_000_000_000_000);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let clients = std::env::args().nth(1).map_or(Ok(CLIENTS_DEFAULT), |text| text.parse())?;
    let rules = Rules { clients_max: clients, ..Rules::default() };
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
    let mut longest: Vec<Duration> = Vec::with_capacity(SHOWN + 1);
    let began = Instant::now();
    for client in 0..clients {
        line.clear();
        reply.clear();
        // A multiplier that shares no factor with the number of clients visits all of them, in an order
        // that is not the order in which they lie in memory.
        let client = client * 7_919 % clients;
        write!(line, "IAMAT stall-{client:08} {position_and_time}").expect("memory takes all");
        let called = Instant::now();
        node.command(Line::Whole(&line), RECEIVED, &mut reply);
        let took = called.elapsed();
        if longest.len() < SHOWN || longest.last().is_some_and(|&last| took > last) {
            let place = longest.partition_point(|&other| other >= took);
            longest.insert(place, took);
            longest.truncate(SHOWN);
        }
    }
    let (whole, known) = (began.elapsed(), node.log().len());
    let mean_ns = whole.as_nanos() / clients.max(1) as u128;
    println!("{what}: {known} clients known, {mean_ns} ns a command");
    let milliseconds = |took: &Duration| format!("{:.2}", took.as_secs_f64() * 1e3);
    let longest: Vec<_> = longest.iter().map(milliseconds).collect();
    println!("    longest calls, in milliseconds: {}", longest.join(" "));
}
