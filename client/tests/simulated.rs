//! The library in the simulated world: the same client and the same scripts, with virtual time and a
//! network that a seed decides about.

use herd::access::AccessList;
use herd::config::Herd;
use herd::protocol::{ClientId, MaxResults, Position, Radius};
use herd::runtime::sim::Sim;
use herd::runtime::{Clock, Spawn};
use herd::server::Server;
use herd_client::script::{AfterFailure, Event, Runner, Script};
use herd_client::{Client, Credentials, Destination, TIMEOUT_DEFAULT};

/// The SHA-256 is that of "token-ops".
const ACCESS: &str = r#"
    [[token]]
    name = "ops"
    sha256 = "8a614cb2ba0c93943279cc96da7ef50c8885b0b3e6d9ff566979a956444c8f05"
    roles = ["operator"]
"#;

const PAIR: &str = "
    [servers.Alford]
    listen = '127.0.0.1:12000'
    neighbors = ['Ball']
    [servers.Ball]
    listen = '127.0.0.1:12001'
";

/// A world with two linked servers.
fn world(seed: u64) -> (Sim, Herd) {
    let (sim, herd) = (Sim::new(seed), Herd::from_toml(PAIR).expect("the herd is good"));
    for name in ["Alford", "Ball"] {
        let machine = sim.machine(name);
        let builder = Server::builder(machine.clone(), &herd, &name.parse().expect("it is legal"));
        let server = sim.block_on(builder.bind()).expect("the ports are free");
        machine.spawn(async { server.run().await.expect("there is no journal that could fail") });
    }
    (sim, herd)
}

/// A program that uses the library could not be tested without a network otherwise.
#[test]
fn a_client_tells_and_asks_in_virtual_time() {
    let (sim, herd) = world(1);
    let machine = sim.machine("phone");
    let address = Destination::first_of(&herd).address().clone();
    let (told, near) = sim
        .block_on(async {
            let mut client = Client::connect_on(machine.clone(), TIMEOUT_DEFAULT, &address).await?;
            let kiwi = ClientId::new("kiwi").expect("the ID is good");
            let position = Position::new(34.06893, -118.445127).expect("it is in range");
            let told = client.iamat(kiwi, position, machine.now()).await?;
            let radius = Radius::parse(b"10").expect("10 km are in range");
            let max = MaxResults::new(3).expect("3 is in range");
            client.whatsat(kiwi, radius, max).await.map(|near| (told, near))
        })
        .expect("the server answers");
    assert_eq!(near.at().to_string(), told.to_string());
    assert!(near.json().contains("\"status\" : \"OK\""), "{}", near.json());
}

/// A program that tracks its own devices shows each one's token.
#[test]
fn a_client_that_shows_its_token_is_let_in() {
    let (sim, herd) = (Sim::new(1), Herd::from_toml(PAIR).expect("the herd is good"));
    let (server, list) = (sim.machine("Alford"), AccessList::from_toml(ACCESS));
    let builder = Server::builder(server.clone(), &herd, &"Alford".parse().expect("it is legal"));
    let builder = builder.access(list.expect("the list is good"));
    let bound = sim.block_on(builder.bind()).expect("the ports are free");
    server.spawn(async { bound.run().await.expect("there is no journal that could fail") });
    let (machine, address) = (sim.machine("phone"), Destination::first_of(&herd));
    let outcome = |credentials: &str| {
        let credentials: Credentials = credentials.parse().expect("they are well-formed");
        sim.block_on(async {
            let connected =
                Client::connect_on(machine.clone(), TIMEOUT_DEFAULT, address.address()).await;
            let mut client = connected?;
            client.authenticate(&credentials).await?;
            let kiwi = ClientId::new("kiwi").expect("the ID is good");
            let position = Position::new(1.0, 2.0).expect("it is in range");
            client.iamat(kiwi, position, machine.now()).await.map(drop)
        })
        .map_err(|error| error.to_string())
    };
    assert_eq!(outcome("ops:token-ops"), Ok(()));
    let refused = "127.0.0.1:12000 refused the token of ops: the name or the token is wrong, or it was \
                   revoked";
    assert_eq!(outcome("ops:token-map"), Err(refused.to_owned()));
}

/// Everything that a script shows, in one text.
fn replayed(seed: u64) -> String {
    let (sim, herd) = world(seed);
    let text = "IAMAT kiwi +34-118 {now}\nexpect AT Alford * kiwi *\nwait 5s\n@Ball\n\
                WHATSAT kiwi 10 1\nexpect AT Alford * kiwi *\n";
    let script = Script::parse("kiwi", text.as_bytes(), &herd).expect("the script is good");
    let first = Destination::first_of(&herd);
    let mut runner = Runner::on(sim.machine("laptop"), first, AfterFailure::Stop);
    let mut shown = String::new();
    sim.block_on(runner.run(&script, |event| {
        if let Event::Request(bytes) = event {
            shown += &String::from_utf8_lossy(bytes);
        }
        if let Event::Reply(reply) = event {
            shown += &String::from_utf8_lossy(reply.first_line());
        }
        Ok(())
    }))
    .expect("showing never fails");
    assert_eq!((runner.tally().met, runner.tally().failures), (2, 0), "{shown}");
    shown
}

/// A failure in the simulated world would be of no use if its seed did not bring it back.
#[test]
fn a_script_replays_the_same_each_time() {
    assert_eq!(replayed(7), replayed(7));
}
