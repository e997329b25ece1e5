//! The library in the simulated world.

use herd::config::Herd;
use herd::protocol::{ClientId, MaxResults, Position, Radius};
use herd::runtime::sim::Sim;
use herd::runtime::{Clock, Spawn};
use herd::server::Server as HerdServer;
use herd_client::script::{AfterFailure, Runner, Script, Tally};
use herd_client::{Client, Server, TIMEOUT_DEFAULT};

/// A world of this seed in which the servers of the default herd run.
fn world(seed: u64) -> Sim {
    let (herd, sim) = (Herd::default_herd(), Sim::new(seed));
    for config in herd.servers() {
        let machine = sim.machine(config.name().as_str());
        let server = HerdServer::builder(machine.clone(), &herd, config.name()).bind();
        let server = sim.block_on(server).unwrap();
        machine.spawn(async move { server.run().await.expect("there is no journal to fail") });
    }
    sim
}

fn conversation(seed: u64) -> String {
    let sim = world(seed);
    let phone = sim.machine("phone");
    let address = "127.0.0.1:12000".parse().unwrap();
    sim.block_on(async {
        let connected = Client::connect_on(phone.clone(), TIMEOUT_DEFAULT, &address).await;
        let mut client = connected.unwrap();
        let kiwi = ClientId::parse(b"kiwi").unwrap();
        let position = Position::parse(b"+34.068930-118.445127").unwrap();
        let at = client.iamat(kiwi, position, phone.now()).await.unwrap();
        let (radius, max) = (Radius::parse(b"10").unwrap(), MaxResults::parse(b"5").unwrap());
        let near = client.whatsat(kiwi, radius, max).await.unwrap();
        assert_eq!(near.at(), &at);
        at.to_string()
    })
}

/// A program that uses the library can be tested in the simulated world only if the library takes
/// its network, clock and timers from the runtime.
#[test]
fn a_client_talks_with_a_simulated_server_and_each_seed_repeats() {
    let line = conversation(7);
    assert!(line.starts_with("AT Alford +0.0") && line.contains(" kiwi "), "{line}");
    assert_eq!(conversation(7), line);
}

/// The same holds for scripts, whose waits then take no real time.
#[test]
fn a_script_runs_in_virtual_time() {
    let (sim, herd) = (world(1), Herd::default_herd());
    let text = b"IAMAT kiwi +1+1 {now}\nexpect AT Alford * kiwi *\nwait 600s\n@Ball\n\
                 WHATSAT kiwi 1 0\nexpect AT Alford * kiwi *\n";
    let script = Script::parse("x.herd", text, &herd).unwrap();
    let phone = sim.machine("phone");
    let mut runner = Runner::on(phone, Server::first_of(&herd), AfterFailure::Stop);
    sim.block_on(runner.run(&script, |_| Ok(()))).unwrap();
    assert_eq!(runner.tally(), Tally { requests: 2, met: 2, failures: 0 });
}
