//! One run: load and faults, then the checks.

use super::at_line::AtLine;
use super::failure::Failure;
use super::faults::Faults;
use super::flood::Flood;
use super::graph::SERVERS_MAX;
use super::inquiry;
use super::knowledge::Knowledge;
use super::model::Model;
use super::orderly_stop::OrderlyStop;
use super::renewal;
use super::report::Report;
use super::scenario::Scenario;
use super::servers::Servers;
use super::stage::Stage;
use super::talker::Talker;
use super::trace::Trace;
use super::wire::Replies;
use crate::runtime::sim::{Chance, Machine, Sim};
use crate::runtime::{Clock, Net, Spawn};
use futures_lite::AsyncWriteExt;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

/// All servers must agree within this time after the faults: three missed heartbeats, one attempt
/// to dial that hangs, the longest pause before the next attempt, and twice that to spare. That
/// is also enough to ask a neighbor again for lines that came too early.
const AGREEMENT_WITHIN: Duration = Duration::from_secs(20);

/// Every conversation must end within this time after the load.
const CONVERSATIONS_END_WITHIN: Duration = Duration::from_secs(150);

/// Within this time all links are up again, including those that agreement did not need, and every
/// neighbor has been asked again whose lines came too early but for those of a liar.
const LINKS_SETTLE: Duration = Duration::from_secs(8);

/// How many updates are counted at the end, when nothing else happens.
const UPDATES_COUNTED: u64 = 4;

/// The options of runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// How many servers a herd has: a random number from this range, which is limited to 2 to
    /// [`SERVERS_MAX`].
    pub servers: RangeInclusive<usize>,
}

impl Default for Options {
    /// Two to nine servers.
    fn default() -> Self {
        Self { servers: 2..=SERVERS_MAX }
    }
}

/// Runs the world of one seed and checks every rule.
///
/// # Errors
/// The first rule that was broken, with the trace of the run.
pub fn run(seed: u64, options: &Options) -> Result<Report, Failure> {
    match live(seed, options, Trace::default()) {
        Ok(report) => Ok(report),
        Err(_) => {
            // Runs it again with a trace for people to read.
            let trace = Trace::kept();
            let rule = live(seed, options, trace.clone()).err();
            let rule = rule.unwrap_or_else(|| "the second run of this seed broke no rule".into());
            Err(Failure { seed, rule, command: command(seed, options), trace: trace.lines() })
        }
    }
}

/// Runs the world of one seed twice and checks that both runs were the same.
///
/// # Errors
/// As [`run`], and if the two runs differ.
pub fn run_twice(seed: u64, options: &Options) -> Result<Report, Failure> {
    let first = run(seed, options)?;
    let second = run(seed, options)?;
    if first == second {
        return Ok(first);
    }
    let rule = "two runs of one seed differ".to_owned();
    Err(Failure { seed, rule, command: command(seed, options), trace: Vec::new() })
}

fn command(seed: u64, options: &Options) -> String {
    let mut command = format!("cargo run --release --example simulate -- --seed {seed}");
    if options.servers != Options::default().servers {
        let (low, high) = (options.servers.start(), options.servers.end());
        command += &format!(" --servers {low}..{high}");
    }
    command
}

fn live(seed: u64, options: &Options, trace: Trace) -> Result<Report, String> {
    let sim = Sim::new(seed);
    let mut chance = Chance::new(sim.machine("fate").random());
    let scenario = Scenario::draw(&mut chance, &options.servers);
    let names = scenario.graph.names().to_vec();
    let wall_clock_began = i128::from(sim.machine("fate").now().as_nanos());
    let model = Model::new(&names, scenario.memory, wall_clock_began);
    let stage = Arc::new(Stage::new(model, trace.clone()));
    let flood = Flood::among(&names);
    watch(&sim, trace, flood.clone(), Arc::clone(&stage));
    sim.set_conditions(scenario.conditions.clone());
    let servers = Servers::new(&sim, &scenario, Arc::clone(&stage));
    servers.note(|| format!("{scenario:?}"));
    let run = Run { sim: &sim, scenario: &scenario, stage: &stage, servers: &servers, flood };
    let report = sim.block_on(run.live(chance))?;
    Ok(Report { fingerprint: sim.fingerprint(), ..report })
}

/// Lets the model see what servers send to each other, counts it, and traces everything.
fn watch(sim: &Sim, trace: Trace, flood: Flood, stage: Arc<Stage>) {
    sim.observe(move |time, event| {
        flood.see(event, |server, line| stage.model().tell(server, line, time));
        trace.note_event(time, event);
    });
}

/// A run in progress.
struct Run<'r> {
    sim: &'r Sim,
    scenario: &'r Scenario,
    stage: &'r Arc<Stage>,
    servers: &'r Servers<'r>,
    flood: Flood,
}

impl Run<'_> {
    async fn live(&self, mut chance: Chance) -> Result<Report, String> {
        (0..self.servers.count()).for_each(|index| self.servers.start(index));
        let talkers = self.start_talkers(&mut chance);
        let mut faults = Faults::new(self.servers, talkers.clone(), Chance::new(chance.number()));
        let ends = self.scenario.span;
        let faults_survived = faults.inject_until(ends, self.scenario.fault_pause_max).await;
        faults.heal();
        let inquirer = self.sim.machine("inquirer");
        self.stage.end_load();
        self.await_talkers(&talkers).await?;
        if faults.has_lied() {
            let chance = Chance::new(chance.number());
            renewal::report_all(self.servers, &inquirer, &self.scenario.clients, chance).await?;
        }
        let quiet = self.sim.elapsed();
        self.await_agreement(&inquirer).await?;
        let slowest_agreement = self.sim.elapsed() - quiet;
        self.check_economy(&inquirer).await?;
        self.check_leftovers().await?;
        let clients = &self.scenario.clients;
        let stop = OrderlyStop::draw(self.servers, clients, Chance::new(chance.number()));
        stop.check(&inquirer).await?;
        self.await_agreement(&inquirer).await?;
        Ok(Report {
            seeds: 1,
            server_time: self.sim.elapsed() * self.servers.count() as u32,
            faults: faults_survived,
            replies: self.stage.replies(),
            agreements: 2,
            slowest_agreement,
            fingerprint: 0,
        })
    }

    fn start_talkers(&self, chance: &mut Chance) -> Vec<Machine> {
        let clients: Arc<[String]> = self.scenario.clients.iter().cloned().collect();
        let talkers = 0..self.scenario.talkers;
        talkers
            .map(|number| {
                let machine = self.sim.machine(&format!("talker{number}"));
                let talker = Talker {
                    machine: machine.clone(),
                    stage: Arc::clone(self.stage),
                    addresses: self.servers.addresses(),
                    clients: Arc::clone(&clients),
                    pause_max: self.scenario.pause_max,
                    chance: Chance::new(chance.number()),
                    entry: self.scenario.entry,
                };
                self.stage.talker_begins();
                machine.spawn(talker.run());
                machine
            })
            .collect()
    }

    /// Waits until all talkers have finished and the servers have noticed that they hung up.
    async fn await_talkers(&self, talkers: &[Machine]) -> Result<(), String> {
        let ends = self.sim.elapsed() + CONVERSATIONS_END_WITHIN;
        let is_connected = |machine: &Machine| machine.connections() > 0;
        while self.stage.talkers() > 0 || talkers.iter().any(is_connected) {
            self.stage.broken()?;
            if self.sim.elapsed() > ends {
                return Err("a conversation does not end".to_owned());
            }
            self.servers.pass(Duration::from_millis(200)).await;
        }
        self.stage.broken()
    }

    /// Asks all servers until they know the same, and checks that it is complete.
    async fn await_agreement(&self, inquirer: &Machine) -> Result<(), String> {
        let ends = self.sim.elapsed() + AGREEMENT_WITHIN;
        loop {
            let all = self.ask_all(inquirer).await?;
            if all.windows(2).all(|pair| pair[0] == pair[1]) {
                return self.check_complete(&all[0]);
            }
            if self.sim.elapsed() > ends {
                return Err(self.disagreement(&all));
            }
            self.servers.pass(Duration::from_millis(100)).await;
        }
    }

    async fn ask_all(&self, inquirer: &Machine) -> Result<Vec<Knowledge>, String> {
        let mut all = Vec::new();
        for server in 0..self.servers.count() {
            let clients = &self.scenario.clients;
            all.push(inquiry::ask(self.servers, inquirer, server, clients).await?);
        }
        self.stage.broken()?;
        Ok(all)
    }

    /// Checks that the servers agree on lines at least as new as those that any of them had to
    /// keep.
    fn check_complete(&self, known: &Knowledge) -> Result<(), String> {
        let model = self.stage.model();
        for client in &self.scenario.clients {
            let floor = model.floor_of_all(client.as_bytes());
            let known = known.get(client.as_bytes());
            if floor > known {
                return Err(format!(
                    "all servers agree on {known:?}, but {floor:?} must not be lost"
                ));
            }
        }
        Ok(())
    }

    fn disagreement(&self, all: &[Knowledge]) -> String {
        let mut text =
            format!("the servers do not agree {} s after the faults:", AGREEMENT_WITHIN.as_secs());
        for (name, known) in self.servers.graph.names().iter().zip(all) {
            let lines: Vec<&AtLine> = known.values().collect();
            text += &format!("\n    {name} knows {lines:?}");
        }
        text
    }

    /// Checks that an update takes no more messages than naive flooding, while nothing else
    /// happens.
    async fn check_economy(&self, inquirer: &Machine) -> Result<(), String> {
        self.servers.pass(LINKS_SETTLE).await;
        let before = self.flood.lines();
        for number in 0..UPDATES_COUNTED {
            let address = &self.servers.addresses()[number as usize % self.servers.count()];
            let said = format!("IAMAT quiet{number} +1+1 {}\n", inquirer.now());
            let failed =
                |error| format!("a healthy server at {address} accepts no command: {error}");
            let mut stream = inquirer.connect(address).await.map_err(failed)?;
            let entry = self.scenario.entry;
            let all = [entry.greeting(), said.into_bytes()].concat();
            stream.write_all(&all).await.map_err(failed)?;
            // Whoever hangs up while the first reply is on its way may not be heard to the end.
            let mut replies = Replies::new(stream);
            entry.await_welcome(&mut replies).await.map_err(failed)?;
            replies.line().await.map_err(failed)?;
        }
        self.servers.pass(Duration::from_secs(2)).await;
        let (sent, flooding) = (self.flood.lines() - before, self.servers.graph.flooding());
        let (least, most) =
            (UPDATES_COUNTED * (self.servers.count() as u64 - 1), UPDATES_COUNTED * flooding);
        if (least..=most).contains(&sent) {
            return Ok(());
        }
        Err(format!("{sent} messages for {UPDATES_COUNTED} updates: not within {least} and {most}"))
    }

    /// Checks that no task or connection is left over. A server has one task that accepts, one that
    /// maintains what it keeps, and for each neighbor a follower and a feed.
    async fn check_leftovers(&self) -> Result<(), String> {
        for (index, machine) in self.servers.machines.iter().enumerate() {
            let is_own = |&(one, other): &(usize, usize)| one == index || other == index;
            let neighbors = self.servers.graph.links().filter(is_own).count();
            let expected = (2 + 2 * neighbors, 2 * neighbors);
            let left = (machine.tasks(), machine.connections());
            if left != expected {
                let name = machine.name();
                return Err(format!("{name} has (tasks, connections) {left:?}, not {expected:?}"));
            }
        }
        Ok(())
    }
}
