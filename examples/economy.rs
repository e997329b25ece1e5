//! What flooding costs: messages per update, and the broadcast exercise of Fly.io's Gossip Glomers,
//! in simulated worlds.
//!
//! `cargo run --release --example economy`

use futures_lite::AsyncWriteExt;
use herd::config::Herd;
use herd::runtime::sim::{Conditions, Machine, NetworkEvent, Sim};
use herd::runtime::{Clock, Net, Spawn};
use herd::server::Server;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Who is linked with whom, by number.
type Links = Vec<(usize, usize)>;

/// What was seen on the wire between servers.
#[derive(Default)]
struct Seen {
    messages: u64,
    lines: u64,
    /// For each client, when its update came in, and when each other server had it.
    updates: BTreeMap<String, (Duration, BTreeMap<String, Duration>)>,
}

fn main() {
    println!("messages per update, one update at a time:\n");
    let five = 5;
    let ring = vec![(0, 2), (0, 4), (1, 3), (1, 4), (2, 3)];
    let original = vec![(0, 1), (0, 2), (0, 3), (1, 3), (2, 4), (2, 3)];
    for (name, links) in [("the default herd", ring), ("Goloman's herd", original)] {
        let naive = 2 * links.len() - (five - 1);
        let per_update = per_update(five, &links);
        println!("    {name:<20} {per_update:.2}  (naive flooding: {naive})");
    }
    println!(
        "\nGossip Glomers 3d/3e: 25 servers, 100 ms a link, 100 operations a second, half reads:\n"
    );
    println!("    graph   pause     messages per operation   median    maximum");
    for (name, links) in [("star", star()), ("tree", tree(4)), ("grid", grid())] {
        for pause in [0, 100, 150, 200, 250, 500] {
            let (messages, median, most) = broadcast(&links, pause);
            println!(
                "    {name:<6}  {pause:>3} ms    {messages:>8.2}                 {median:>4} ms   {most:>4} ms"
            );
        }
    }
}

fn star() -> Links {
    (1..25).map(|leaf| (0, leaf)).collect()
}

fn tree(children: usize) -> Links {
    (1..25).map(|child| ((child - 1) / children, child)).collect()
}

fn grid() -> Links {
    let right = (0..25).filter(|cell| cell % 5 < 4).map(|cell| (cell, cell + 1));
    let down = (0..20).map(|cell| (cell, cell + 5));
    right.chain(down).collect()
}

/// The AT lines that cross links for one update, on average over 100 of them.
fn per_update(servers: usize, links: &Links) -> f64 {
    let world = World::start(servers, links, "", Conditions::default());
    let before = world.seen.lock().expect("nothing panics with it").lines;
    for number in 0..100 {
        world.say(number % servers, format!("IAMAT update{number} +1+1 1\n"));
        world.sim.run_for(Duration::from_secs(1));
    }
    let after = world.seen.lock().expect("nothing panics with it").lines;
    (after - before) as f64 / 100.0
}

/// Messages per operation, and the median and the maximum of the time until all servers knew, in ms.
fn broadcast(links: &Links, pause_ms: u32) -> (f64, u128, u128) {
    const OPERATIONS: usize = 3_000;
    let slow = Duration::from_millis(100);
    let limits = format!("[limits]\nheartbeat_ms = 60000\nfollow_batch_pause_ms = {pause_ms}\n");
    let conditions = Conditions { delay: slow..=slow, ..Conditions::default() };
    let world = World::start(25, links, &limits, conditions);
    let before = world.seen.lock().expect("nothing panics with it").messages;
    for number in 0..OPERATIONS {
        let server = world.client.random() as usize % 25;
        let said = match number % 2 {
            0 => format!("IAMAT update{number} +1+1 1\n"),
            _ => format!("WHATSAT update{} 0 0\n", number - 1),
        };
        world.say(server, said);
        world.sim.run_for(Duration::from_millis(10));
    }
    world.sim.run_for(Duration::from_secs(5));
    let seen = world.seen.lock().expect("nothing panics with it");
    let mut spans: Vec<_> = seen
        .updates
        .values()
        .map(|(said, known)| {
            // A loop may tell a server what it told itself.
            assert!(known.len() >= 24, "every other server knows every update");
            (*known.values().max().expect("there are 24") - *said).as_millis()
        })
        .collect();
    spans.sort_unstable();
    let messages = (seen.messages - before) as f64 / OPERATIONS as f64;
    (messages, spans[spans.len() / 2], spans[spans.len() - 1])
}

/// Servers that are up and linked, and a client beside them.
struct World {
    sim: Sim,
    client: Machine,
    herd: Herd,
    seen: Arc<Mutex<Seen>>,
}

impl World {
    fn start(servers: usize, links: &Links, limits: &str, conditions: Conditions) -> Self {
        let delay = *conditions.delay.start();
        let sim = Sim::new(1);
        let herd = Herd::from_toml(&(limits.to_owned() + &tables(servers, links)))
            .expect("the graph is a good herd");
        let client = sim.machine("client");
        sim.set_conditions(conditions);
        for config in herd.servers() {
            let machine = sim.machine(config.name().as_str());
            sim.set_link(&client, &machine, Conditions::default());
            sim.set_link(&machine, &client, Conditions::default());
            let builder = Server::builder(machine.clone(), &herd, config.name());
            let server = sim.block_on(builder.bind()).expect("the ports are free");
            machine.spawn(async move { drop(server.run().await) });
        }
        let seen = Arc::new(Mutex::new(Seen::default()));
        let watched = Arc::clone(&seen);
        sim.observe(move |time, event| {
            watched.lock().expect("nothing panics with it").see(time, delay, event);
        });
        sim.run_for(Duration::from_secs(10));
        Self { sim, client, herd, seen }
    }

    /// Says a line to a server; nobody waits for the reply.
    fn say(&self, server: usize, line: String) {
        let name = format!("S{server}").parse().expect("the name is legal");
        let address = self.herd.server(&name).and_then(|config| config.listen());
        let address = address.expect("each server has a port for clients").to_string();
        let client = self.client.clone();
        self.client.spawn(async move {
            let mut stream = client.connect(&address).await.expect("the server is up");
            stream.write_all(line.as_bytes()).await.expect("the server reads");
            client.sleep(Duration::from_secs(1)).await;
        });
    }
}

fn tables(servers: usize, links: &Links) -> String {
    let mut text = String::new();
    for server in 0..servers {
        let own = links.iter().filter(|(one, _)| *one == server);
        let neighbors: Vec<_> = own.map(|(_, other)| format!("\"S{other}\"")).collect();
        let (port, neighbors) = (12_000 + server, neighbors.join(", "));
        writeln!(
            text,
            "[servers.S{server}]\nlisten = \"127.0.0.1:{port}\"\nneighbors = [{neighbors}]"
        )
        .expect("a text takes every line");
    }
    text
}

impl Seen {
    fn see(&mut self, time: Duration, delay: Duration, event: NetworkEvent<'_>) {
        let NetworkEvent::Sent { from, to, bytes, .. } = event else { return };
        let text = String::from_utf8_lossy(bytes);
        if from == "client" {
            if let Some(client) =
                text.strip_prefix("IAMAT ").and_then(|rest| rest.split(' ').next())
            {
                self.updates.entry(client.to_owned()).or_default().0 = time;
            }
        } else if to != "client" {
            self.messages += 1;
            for line in text.lines().filter(|line| line.starts_with("AT ")) {
                self.lines += 1;
                let client = line.split(' ').nth(3).expect("an AT line has a client");
                let known = &mut self.updates.entry(client.to_owned()).or_default().1;
                known.entry(to.to_owned()).or_insert(time + delay);
            }
        }
    }
}
