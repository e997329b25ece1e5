//! What an operator is told of positions that a server refuses.

use herd::config::{Herd, Limits};
use herd::node::Refusal;
use herd::protocol::IamAt;
use herd::runtime::Spawn;
use herd::runtime::sim::{Machine, Sim};
use herd::server::{Handle, Server, TellError};
use log::{LevelFilter, Log, Metadata, Record};
use std::error::Error;
use std::sync::Mutex;
use std::time::Duration;

/// The events about refused positions, each with its reason and its count.
struct Told(Mutex<Vec<(String, String)>>);

static TOLD: Told = Told(Mutex::new(Vec::new()));

impl Told {
    fn events(&self) -> Vec<(String, String)> {
        self.0.lock().expect("no test panics while it holds them").clone()
    }
}

impl Log for Told {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        if record.args().to_string() == "refused positions of clients" {
            let value =
                |key: &str| record.key_values().get(key.into()).map(|value| value.to_string());
            let event = (value("reason").unwrap_or_default(), value("lines").unwrap_or_default());
            self.0.lock().expect("no test panics while it holds them").push(event);
        }
    }

    fn flush(&self) {}
}

fn tell(sim: &Sim, handle: &Handle<Machine>, line: &str) -> Result<(), TellError> {
    sim.block_on(handle.tell(IamAt::parse(line.as_bytes()).expect("the line is good")))
}

fn assert_refused(told: Result<(), TellError>) {
    assert!(matches!(told, Err(TellError::Refused(Refusal::TooManyBytes))), "{told:?}");
}

/// Without it nobody would know why new clients are invalid, or strangers could fill the log.
#[test]
fn a_limit_that_is_reached_is_told_at_once_and_then_once_a_minute() -> Result<(), Box<dyn Error>> {
    log::set_logger(&TOLD)?;
    log::set_max_level(LevelFilter::Warn);
    let limits = Limits { clients_bytes: Some(1), ..Limits::default() };
    let herd = Herd::builder()
        .server("Alford", "127.0.0.1:12000".parse::<herd::config::Address>()?)
        .limits(limits)
        .build()?;
    let sim = Sim::new(1);
    let machine = sim.machine("Alford");
    let server =
        sim.block_on(Server::builder(machine.clone(), &herd, &"Alford".parse()?).bind())?;
    let handle = server.handle();
    machine.spawn(async move { server.run().await.expect("there is no journal that could fail") });

    tell(&sim, &handle, "IAMAT kiwi +1+1 1")?;
    assert_refused(tell(&sim, &handle, "IAMAT plum +1+1 1"));
    tell(&sim, &handle, "IAMAT kiwi +1+1 2")?;
    sim.run_for(Duration::from_secs(2));
    let event = |lines: &str| {
        ("the server has reached its limit of bytes for clients".to_owned(), lines.to_owned())
    };
    assert_eq!(TOLD.events(), [event("1")]);
    for _ in 0..3 {
        assert_refused(tell(&sim, &handle, "IAMAT plum +1+1 1"));
    }
    sim.run_for(Duration::from_secs(50));
    assert_eq!(TOLD.events(), [event("1")]);
    sim.run_for(Duration::from_secs(20));
    assert_eq!(TOLD.events(), [event("1"), event("3")]);
    Ok(())
}
