//! Puts load on a contestant with `herd-client bench`. It runs as a process of its own, so that its
//! cost is not counted as the servers' cost.

use crate::blocking_connection::Language;
use crate::contestant::Contestant;
use crate::problem::Outcome;
use crate::process::Process;
use crate::stage::Stage;
use serde::Deserialize;
use std::process::Command;
use std::time::Duration;

/// The default number of clients.
const CLIENTS: u64 = 100_000;

/// How much longer than planned the load generator may take.
const GRACE: Duration = Duration::from_secs(300);

/// The commands that servers are sent, and how many at a time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    connections: u32,
    depth: u32,
    clients: u64,
    aim: Aim,
    redis_command: RedisCommand,
    question: Option<Question>,
}

/// The servers that commands are sent to. The others learn of the changes from these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aim {
    /// The first one. In Redis it is the only one that accepts changes.
    First,
    /// All, in turn.
    All,
}

/// The command that tells a Redis where a client is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RedisCommand {
    /// The position and the time as a text.
    Set,
    /// The position as a member of one geographic set; the time is lost.
    GeoAdd,
}

/// Questions about what is near the clients, instead of their positions.
#[derive(Clone, Copy, Debug)]
struct Question {
    radius_km: u32,
    max: u32,
}

/// How long the load runs.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Length {
    /// This many seconds.
    Seconds(u64),
    /// Until each client has been sent once.
    EachClientOnce,
}

/// The report of the load generator.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(crate) struct Done {
    /// How many commands were answered, successfully or not.
    commands: u64,
    /// How many of them failed.
    errors: u64,
    /// How long it took.
    seconds: f64,
}

impl Load {
    /// Positions of 100,000 clients, sent to the first server.
    pub(crate) const fn new(connections: u32, depth: u32) -> Self {
        Self {
            connections,
            depth,
            clients: CLIENTS,
            aim: Aim::First,
            redis_command: RedisCommand::Set,
            question: None,
        }
    }

    /// The same for `clients` clients.
    pub(crate) const fn of_clients(self, clients: u64) -> Self {
        Self { clients, ..self }
    }

    /// The same for other servers.
    pub(crate) const fn aimed_at(self, aim: Aim) -> Self {
        Self { aim, ..self }
    }

    /// The same, with this command for a Redis.
    pub(crate) const fn with(self, redis_command: RedisCommand) -> Self {
        Self { redis_command, ..self }
    }

    /// Questions instead of positions. A Redis can answer them only from its geographic set.
    pub(crate) const fn asking(self, radius_km: u32, max: u32) -> Self {
        let question = Some(Question { radius_km, max });
        Self { question, redis_command: RedisCommand::GeoAdd, ..self }
    }

    /// Runs the load and waits for its end.
    ///
    /// # Errors When the load generator fails, or any command fails.
    pub(crate) fn run(self, length: Length, on: &Contestant, stage: &Stage) -> Outcome<Done> {
        let mut command = self.command(length, on, stage);
        let mut bench = Process::start("bench", &mut command, on.folder())?;
        let limit = match length {
            Length::Seconds(seconds) => GRACE + Duration::from_secs(seconds),
            Length::EachClientOnce => GRACE,
        };
        let status = stage.interrupt.wait_for("the load to end", limit, || bench.ended())?;
        if !status.success() {
            return Err(bench.complaint(status));
        }
        let done: Done = serde_json::from_str(&bench.output()?)?;
        match done.errors {
            0 => Ok(done),
            errors => Err(format!("{errors} of {} commands failed", done.commands).into()),
        }
    }

    fn command(self, length: Length, on: &Contestant, stage: &Stage) -> Command {
        let mut command = Command::new(stage.herd_client());
        command.args(["bench", "--json", "--pollute", "--warmup", "0"]);
        for address in on.addresses().iter().take(self.aim.servers()) {
            command.args(["--server", &address.to_string()]);
        }
        let Self { connections, depth, clients, .. } = self;
        let mut rest = format!("--connections {connections} --depth {depth} --clients {clients}");
        if let Some(Question { radius_km, max }) = self.question {
            rest += &format!(" --whatsat 100 --radius {radius_km} --max {max}");
        }
        rest += match (on.language(), self.redis_command) {
            (Language::Herd, _) => "",
            (Language::Redis, RedisCommand::Set) => " --against redis --redis-command SET",
            (Language::Redis, RedisCommand::GeoAdd) => " --against redis --redis-command GEOADD",
        };
        rest += &match length {
            Length::Seconds(seconds) => format!(" --duration {seconds}"),
            // What --fill tells is not counted, and one command at least must be.
            Length::EachClientOnce => " --fill --count 1".to_owned(),
        };
        command.args(rest.split(' '));
        command
    }
}

impl Aim {
    /// The greatest number of servers that commands are sent to.
    fn servers(self) -> usize {
        match self {
            Self::First => 1,
            Self::All => usize::MAX,
        }
    }
}

impl Done {
    /// How many commands were answered.
    pub(crate) fn commands(self) -> f64 {
        self.commands as f64
    }

    /// Time divided by commands, in microseconds.
    pub(crate) fn wall_us_per_command(self) -> f64 {
        1e6 * self.seconds / self.commands()
    }
}
