//! Links over TLS in the simulated world: certificates are exchanged under load, and one ends.
//!
//! TLS draws its own random numbers, so a run is not repeated byte for byte; what must hold, holds
//! in every run.

use super::support::{Authority, Certificate};
use herd::config::{Herd, Limits, PeerTlsConfig};
use herd::protocol::{ClientId, IamAt};
use herd::runtime::sim::{Machine, Sim};
use herd::runtime::{Clock, Spawn};
use herd::server::{Handle, Server};
use std::fs;
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;

const NAMES: [&str; 3] = ["Alford", "Ball", "Holiday"];

/// Three servers in a ring, each on a machine of its own with files of its own.
struct World {
    sim: Sim,
    machines: Vec<Machine>,
    handles: Vec<Handle<Machine>>,
    folder: TempDir,
    heartbeat: Duration,
}

impl World {
    fn new(seed: u64, certify: impl Fn(&Path, &str)) -> Self {
        Self::beating(Duration::from_secs(1), seed, certify)
    }

    /// A world in which time flies if hearts beat slowly.
    fn beating(heartbeat: Duration, seed: u64, certify: impl Fn(&Path, &str)) -> Self {
        let (sim, folder) = (Sim::new(seed), tempfile::tempdir().expect("there is room"));
        let machines: Vec<_> = NAMES.map(|name| sim.machine(name)).into();
        NAMES.iter().for_each(|name| certify(folder.path(), name));
        let mut world = Self { sim, machines, handles: Vec::new(), folder, heartbeat };
        for (machine, name) in world.machines.iter().zip(NAMES) {
            let herd = world.herd(name);
            let builder = Server::builder(machine.clone(), &herd, &name.parse().expect("legal"));
            let server = world.sim.block_on(builder.bind()).expect("files and ports are good");
            world.handles.push(server.handle());
            machine.spawn(async { server.run().await.expect("there is no journal to fail") });
        }
        world
    }

    /// The herd as the machine of `name` has it.
    fn herd(&self, name: &str) -> Herd {
        let address = |port| std::net::SocketAddr::from(([127, 0, 0, 1], port));
        let mut herd = Herd::builder();
        for (name, port) in NAMES.into_iter().zip(12_000..) {
            herd = herd.server(name, address(port)).peer_tls_listen(name, address(port + 10_000));
        }
        let file = |end: &str| self.folder.path().join(format!("{name}.{end}"));
        let (cert_file, key_file) = (file("pem"), file("key"));
        let files =
            PeerTlsConfig { cert_file, key_file, ca_file: self.folder.path().join("ca.pem") };
        let linked =
            herd.link(NAMES[0], NAMES[1]).link(NAMES[1], NAMES[2]).link(NAMES[2], NAMES[0]);
        let limits = Limits { heartbeat: self.heartbeat, ..Limits::default() };
        linked.peer_tls(files).limits(limits).build().expect("the herd is good")
    }

    fn reload(&self, index: usize) {
        self.handles[index].reload(&self.herd(NAMES[index])).expect("the files are good");
    }

    /// Tells one server of a client, and returns its line.
    fn tell(&self, index: usize, client: &str) -> String {
        let now = self.machines[index].now();
        let line = format!("IAMAT {client} +34-118 {now}");
        let position = IamAt::parse(line.as_bytes()).expect("the line is good");
        self.sim.block_on(self.handles[index].tell(position)).expect("the server is up");
        line
    }

    fn knows(&self, index: usize, client: &str) -> bool {
        let id = ClientId::new(client).expect("the ID is good");
        self.sim.block_on(self.handles[index].newest(id)).expect("no journal fails").is_some()
    }

    /// Whether all know the client within this time.
    fn all_know_within(&self, span: Duration, client: &str) -> bool {
        let ends = self.sim.elapsed() + span;
        while self.sim.elapsed() < ends {
            if (0..NAMES.len()).all(|index| self.knows(index, client)) {
                return true;
            }
            self.sim.run_for(Duration::from_millis(50));
        }
        false
    }
}

/// All positions arrive, whatever is exchanged meanwhile, and whichever server is first.
#[test]
fn certificates_are_exchanged_under_load() {
    let (ours, next) = (Authority::new("ours"), Authority::new("next"));
    for seed in 1..=3 {
        let world = World::new(seed, |folder, name| {
            ours.certify(&Certificate::of(&[name])).write(folder, name);
            fs::write(folder.join("ca.pem"), ours.pem()).expect("there is room");
        });
        assert!(world.all_know_within(Duration::from_secs(5), &first(&world)));
        let folder = world.folder.path();
        let mut told = Vec::new();
        for (step, authorities) in [ours.pem() + &next.pem(), next.pem()].iter().enumerate() {
            fs::write(folder.join("ca.pem"), authorities).expect("there is room");
            for (index, name) in NAMES.iter().enumerate() {
                if step == 0 {
                    next.certify(&Certificate::of(&[name])).write(folder, name);
                }
                world.reload(index);
                for number in 0..10 {
                    let client = format!("c{step}-{index}-{number}");
                    world.tell(number % NAMES.len(), &client);
                    told.push(client);
                    world.sim.run_for(Duration::from_millis(100));
                }
            }
        }
        for client in told {
            assert!(
                world.all_know_within(Duration::from_secs(10), &client),
                "seed {seed}: {client}"
            );
        }
    }
}

fn first(world: &World) -> String {
    world.tell(0, "first");
    "first".to_owned()
}

/// A link that was made in time does not outlive its certificates for long.
#[test]
fn a_link_ends_when_its_certificate_does() {
    let ours = Authority::new("ours");
    let world = World::beating(Duration::from_secs(60), 3, |folder, name| {
        ours.certify(&Certificate::of(&[name]).in_years(2000, 2100)).write(folder, name);
        fs::write(folder.join("ca.pem"), ours.pem()).expect("there is room");
    });
    assert!(world.all_know_within(Duration::from_secs(5), &first(&world)));
    let links_up = || {
        let links = world.handles.iter().flat_map(|handle| handle.status().links);
        links.filter(|link| link.up_for.is_some()).count()
    };
    assert_eq!(links_up(), 12);
    for machine in &world.machines {
        machine.set_clock_ahead(3_155_760_000_000_000_000);
    }
    world.sim.run_for(Duration::from_secs(3000));
    assert_eq!(links_up(), 12);
    world.sim.run_for(Duration::from_secs(700));
    assert_eq!(links_up(), 0);
}

/// A server whose certificate has expired gets no new link, and has new ones after it got another
/// certificate.
#[test]
fn a_certificate_that_ends_takes_new_links_down_until_it_is_renewed() {
    let ours = Authority::new("ours");
    let world = World::new(7, |folder, name| {
        let long = Certificate::of(&[name]);
        let what = if name == "Ball" { long.in_years(2000, 2100) } else { long };
        ours.certify(&what).write(folder, name);
        fs::write(folder.join("ca.pem"), ours.pem()).expect("there is room");
    });
    assert!(world.all_know_within(Duration::from_secs(5), &first(&world)));
    let status = world.handles[1].status();
    let expires = status.certificates.peers.map(|end| end.to_string());
    assert_eq!(expires.as_deref(), Some("2100-12-31T00:00:00Z"));
    // A century later, everywhere.
    for machine in &world.machines {
        machine.set_clock_ahead(3_155_760_000_000_000_000);
    }
    for index in [0, 2] {
        world.reload(index);
    }
    let error = world.handles[1].reload(&world.herd("Ball")).expect_err("it has expired");
    assert!(error.to_string().ends_with("Ball.pem expired on 2100-12-31T00:00:00Z"), "{error}");
    world.sim.run_for(Duration::from_secs(5));
    world.tell(0, "during");
    assert!(!world.all_know_within(Duration::from_secs(5), "during"));
    assert!(world.knows(2, "during"));
    let why = |index: usize| {
        let links = world.handles[index].status().links;
        let of_ball = links.into_iter().find(|link| link.neighbor.as_str() == "Ball");
        of_ball.and_then(|link| link.last_reason)
    };
    let expired = "its certificate expired on 2100-12-31T00:00:00Z";
    assert_eq!([why(0), why(2)].map(|why| why.as_deref() == Some(expired)), [true, true]);
    ours.certify(&Certificate::of(&["Ball"])).write(world.folder.path(), "Ball");
    world.reload(1);
    assert!(world.all_know_within(Duration::from_secs(10), "during"));
}
