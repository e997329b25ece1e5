//! Neighbors whose clocks are wrong, or who lie about times, in simulated worlds.

use futures_lite::{AsyncReadExt, AsyncWriteExt};
use herd::config::Herd;
use herd::protocol::Timestamp;
use herd::runtime::sim::{Machine, Sim};
use herd::runtime::{Clock, Listener, Net, Spawn};
use herd::server::{Handle, Server};
use std::time::Duration;

/// Hamilton hears Ball only through Alford.
const CHAIN: &str = r#"
    [servers.Alford]
    listen = "127.0.0.1:12000"
    neighbors = ["Ball", "Hamilton"]
    [servers.Ball]
    listen = "127.0.0.1:12001"
    [servers.Hamilton]
    listen = "127.0.0.1:12002"
    [limits]
    clock_tolerance_seconds = 5
"#;

const YEAR: Duration = Duration::from_secs(365 * 86_400);

/// Starts a server on its own machine.
fn start(sim: &Sim, name: &str) -> Handle<Machine> {
    let herd = Herd::from_toml(CHAIN).expect("the herd is good");
    let machine = sim.machine(name);
    let name = name.parse().expect("the name is legal");
    let bound = sim.block_on(Server::builder(machine.clone(), &herd, &name).bind());
    let server = bound.expect("the ports are free");
    let handle = server.handle();
    machine.spawn(async { server.run().await.expect("there is no journal to fail") });
    handle
}

/// Sends one IAMAT and returns the AT line, without its LF.
fn iamat(sim: &Sim, address: &str, said: &str) -> String {
    let client = sim.machine("client");
    let reply = async {
        let mut stream = client.connect(address).await?;
        stream.write_all(format!("IAMAT {said}\n").as_bytes()).await?;
        stream.close().await?;
        let mut reply = String::new();
        stream.read_to_string(&mut reply).await.map(|_| reply)
    };
    let reply = sim.block_on(reply).expect("the server answers");
    assert!(reply.starts_with("AT "), "not taken: {reply}");
    reply.trim_end().to_owned()
}

/// The AT line that a server knows of kiwi.
fn kiwi(sim: &Sim, server: &Handle<Machine>) -> Option<String> {
    let client = herd::protocol::ClientId::parse(b"kiwi").expect("the ID is good");
    let known = sim.block_on(server.newest(client)).expect("there is no journal to fail");
    known.map(|at| at.to_string())
}

/// Answers whoever dials Ball's peer port with `lines` and then with heartbeats, as a neighbor that
/// can say whatever it likes.
fn lie(sim: &Sim, lines: String) {
    let ball = sim.machine("Ball");
    let listener = sim.block_on(ball.listen("127.0.0.1:22001")).expect("the port is free");
    let liar = ball.clone();
    ball.spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let feed = format!("LOG Ball 00000000000000ba\n{lines}SEQ 9\n");
            let mut told = stream.write_all(feed.as_bytes()).await;
            while told.is_ok() {
                liar.sleep(Duration::from_secs(1)).await;
                told = stream.write_all(b"SEQ 9\n").await;
            }
        }
    });
}

/// One server that lies would otherwise pin a client for ever, on all servers.
#[test]
fn a_liar_pins_no_client_and_its_other_lines_are_taken() {
    let sim = Sim::new(1);
    let (alford, hamilton) = (start(&sim, "Alford"), start(&sim, "Hamilton"));
    let now = sim.machine("client").now();
    let in_a_year = now.saturating_add(YEAR);
    let year_s = YEAR.as_secs();
    lie(
        &sim,
        format!(
            "AT Ball +0.000000000 kiwi +1+1 {in_a_year}\n\
             AT Ball -{year_s}.000000000 kiwi +2+2 {in_a_year}\n\
             AT Ball +18446744073.709551615 kiwi +3+3 18446744073.709551615\n\
             AT Ball +0.000000000 plum +4+4 {now}\n"
        ),
    );
    sim.run_for(Duration::from_secs(30));
    assert_eq!([&alford, &hamilton].map(|server| kiwi(&sim, server)), [None, None]);
    assert_eq!([&alford, &hamilton].map(|server| server.status().clients), [1, 1]);
    let later = sim.machine("client").now();
    let at = iamat(&sim, "127.0.0.1:12002", &format!("kiwi +5+5 {later}"));
    sim.run_for(Duration::from_secs(30));
    assert_eq!([&alford, &hamilton].map(|server| kiwi(&sim, server)), [Some(at.clone()), Some(at)]);
}

/// Without asking again, servers whose clocks agree at last would go on disagreeing until the client
/// reports once more.
#[test]
fn a_line_that_came_too_early_is_asked_for_again() {
    let sim = Sim::new(1);
    let ball_machine = sim.machine("Ball");
    ball_machine.set_clock_ahead(60_000_000_000);
    let (alford, ball, hamilton) =
        (start(&sim, "Alford"), start(&sim, "Ball"), start(&sim, "Hamilton"));
    sim.run_for(Duration::from_secs(2));
    let begin = sim.elapsed();
    let said = format!("kiwi +1+1 {}", ball_machine.now().saturating_sub(Duration::from_secs(60)));
    let at = iamat(&sim, "127.0.0.1:12001", &said);
    ball_machine.set_clock_ahead(0);
    // Others of the same link are taken in meanwhile.
    sim.run_for(Duration::from_secs(2));
    let now = ball_machine.now();
    iamat(&sim, "127.0.0.1:12001", &format!("plum +1+1 {now}"));
    sim.run_for(Duration::from_secs(2));
    assert_eq!([&alford, &hamilton].map(|server| server.status().clients), [1, 1]);
    assert_eq!([&alford, &hamilton].map(|server| kiwi(&sim, server)), [None, None]);
    let knows = |server| kiwi(&sim, server).as_deref() == Some(at.as_str());
    assert!(knows(&ball));
    let mut agreed = Duration::ZERO;
    while !(knows(&alford) && knows(&hamilton)) {
        sim.run_for(Duration::from_millis(500));
        agreed = sim.elapsed() - begin;
        assert!(agreed < Duration::from_secs(70), "not asked again");
    }
    assert!(agreed >= Duration::from_secs(54), "taken in too early, after {agreed:?}");
}

/// A server whose own clock is behind refuses what is true. It must catch up by itself.
#[test]
fn a_server_whose_clock_was_behind_catches_up() {
    let sim = Sim::new(1);
    let alford_machine = sim.machine("Alford");
    alford_machine.set_clock_ahead(-3_600_000_000_000);
    let (alford, _ball, hamilton) =
        (start(&sim, "Alford"), start(&sim, "Ball"), start(&sim, "Hamilton"));
    sim.run_for(Duration::from_secs(2));
    let now: Timestamp = sim.machine("client").now();
    let at = iamat(&sim, "127.0.0.1:12001", &format!("kiwi +1+1 {now}"));
    sim.run_for(Duration::from_secs(30));
    assert_eq!([&alford, &hamilton].map(|server| kiwi(&sim, server)), [None, None]);
    alford_machine.set_clock_ahead(0);
    sim.run_for(Duration::from_secs(10));
    assert_eq!([&alford, &hamilton].map(|server| kiwi(&sim, server)), [Some(at.clone()), Some(at)]);
}
