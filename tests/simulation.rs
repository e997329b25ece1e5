//! Runs herds in simulated worlds: a hundred seeds or so, the same each time.
//!
//! `cargo run --release --example simulate` runs any number of them.

use futures_lite::{AsyncReadExt, AsyncWriteExt};
use herd::config::Herd;
use herd::runtime::sim::{Machine, Sim};
use herd::runtime::{Net, Spawn};
use herd::server::{Server, Stop};
use herd::simulation::{self, Options};
use std::io;
use std::time::Duration;

/// Runs some seeds; a failure says how to repeat it.
fn run_seeds(seeds: std::ops::Range<u64>) {
    for seed in seeds {
        let outcome = match seed % 50 {
            0 => simulation::run_twice(seed, &Options::default()),
            _ => simulation::run(seed, &Options::default()),
        };
        if let Err(failure) = outcome {
            panic!("{failure}");
        }
    }
}

/// Without it, nothing would show that herds keep their promises through faults. There are two
/// halves, so that they run side by side.
#[test]
fn every_rule_holds_in_the_first_seeds() {
    run_seeds(0..60);
}

/// The other half.
#[test]
fn every_rule_holds_in_the_next_seeds() {
    run_seeds(60..120);
}

/// A failure would be useless if its seed did not repeat it.
#[test]
fn a_seed_decides_everything_and_seeds_differ() {
    let print = |seed| simulation::run(seed, &Options::default()).map(|report| report.fingerprint);
    let (one, again, other) = (print(7), print(7), print(8));
    assert!(one.is_ok() && other.is_ok());
    assert_eq!(one, again);
    assert_ne!(one, other);
}

const GATHERING_PAIR: &str = r#"
    [servers.Alford]
    listen = "127.0.0.1:12000"
    neighbors = ["Ball"]
    [servers.Ball]
    listen = "127.0.0.1:12001"
    [limits]
    follow_batch_pause_ms = 500
"#;

/// Starts a server on its own machine.
fn start(sim: &Sim, herd: &Herd, name: &str) -> Stop {
    let machine = sim.machine(name);
    let name = name.parse().expect("the name is legal");
    let bound = sim.block_on(Server::builder(machine.clone(), herd, &name).bind());
    let server = bound.expect("the ports are free");
    let stop = server.stop();
    machine.spawn(async { server.run().await.expect("there is no journal to fail") });
    stop
}

/// Sends one command and returns the whole reply.
async fn ask(client: &Machine, address: &str, command: &str) -> io::Result<String> {
    let mut stream = client.connect(address).await?;
    stream.write_all(command.as_bytes()).await?;
    stream.close().await?;
    let mut reply = String::new();
    stream.read_to_string(&mut reply).await?;
    Ok(reply)
}

/// A server that pauses between batches must send the last changes when it stops: without a journal
/// they would be lost.
#[test]
fn a_server_that_stops_tells_what_it_gathered() {
    let sim = Sim::new(1);
    let herd = Herd::from_toml(GATHERING_PAIR).expect("the herd is good");
    let alford = start(&sim, &herd, "Alford");
    start(&sim, &herd, "Ball");
    sim.run_for(Duration::from_secs(2));
    let client = sim.machine("client");
    for kiwi in ["IAMAT kiwi +1+1 1", "IAMAT kiwi +2+2 2"] {
        sim.block_on(ask(&client, "127.0.0.1:12000", kiwi)).expect("Alford answers");
    }
    alford.request();
    sim.run_for(Duration::from_secs(7));
    let reply = sim.block_on(ask(&client, "127.0.0.1:12001", "WHATSAT kiwi 0 0"));
    let reply = reply.expect("Ball answers");
    assert!(reply.lines().next().is_some_and(|at| at.ends_with(" kiwi +2+2 2")), "{reply}");
}
