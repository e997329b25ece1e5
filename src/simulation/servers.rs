//! The servers of a run, each on its own machine.

use super::entry::Entry;
use super::graph::Graph;
use super::leftover;
use super::places::SlowPlaces;
use super::scenario::{Memory, Scenario};
use super::stage::Stage;
use crate::config::Herd;
use crate::journal::JournalError;
use crate::protocol::ServerName;
use crate::runtime::sim::{Crash, Machine, Sim};
use crate::runtime::{Clock, Spawn};
use crate::server::{BindError, Server};
use std::sync::Arc;
use std::time::Duration;

/// All servers of a herd, running or not. Each is identified by its index in the graph.
pub(super) struct Servers<'s> {
    pub(super) sim: &'s Sim,
    pub(super) graph: Graph,
    pub(super) stage: Arc<Stage>,
    pub(super) machines: Vec<Machine>,
    pub(super) entry: Entry,
    memory: Memory,
    herd: Herd,
}

impl<'s> Servers<'s> {
    /// The servers of a herd; none is running yet.
    pub(super) fn new(sim: &'s Sim, scenario: &Scenario, stage: Arc<Stage>) -> Self {
        let (graph, memory, entry) = (scenario.graph.clone(), scenario.memory, scenario.entry);
        let machines = graph.names().iter().map(|name| sim.machine(name)).collect();
        let herd = graph.herd(&scenario.limits);
        Self { sim, graph, stage, machines, entry, memory, herd }
    }

    pub(super) fn count(&self) -> usize {
        self.machines.len()
    }

    /// The address for clients of each server.
    pub(super) fn addresses(&self) -> Arc<[String]> {
        let address = |index| {
            let name = self.server_name(index);
            let config = self.herd.server(&name).expect("the herd has the graph's servers");
            let address = config.listen();
            address.expect("the graph gives each server an address for clients").to_string()
        };
        (0..self.count()).map(address).collect()
    }

    /// Starts a server.
    pub(super) fn start(&self, index: usize) {
        let machine = self.machines[index].clone();
        let name = self.server_name(index);
        let places = SlowPlaces::new(machine.clone());
        let mut builder = Server::builder(machine.clone(), &self.herd, &name).places(places);
        if let Some(list) = self.entry.access() {
            builder = builder.access(list);
        }
        if let Memory::Journal(fsync) = self.memory {
            builder = builder.journal(Arc::new(machine.disk()), fsync);
        }
        let stage = Arc::clone(&self.stage);
        self.note(|| format!("{name} starts"));
        self.machines[index].spawn(async move {
            match builder.bind().await {
                Ok(server) => {
                    let stop = server.stop();
                    stage.start(index, stop.clone());
                    match server.run().await {
                        Ok(()) if stop.is_requested() => {
                            let now = machine.uptime();
                            stage.trace.note(now, || format!("{name} has stopped"));
                            stage.model().stop(index, now);
                        }
                        Err(JournalError::Disk { .. }) if machine.is_disk_failing() => {
                            stage.fail_disk(index, machine.uptime());
                        }
                        outcome => stage.broke(format!("{name} ended unasked: {outcome:?}")),
                    }
                }
                Err(BindError::Journal { source: JournalError::Disk { .. }, .. })
                    if machine.is_disk_failing() =>
                {
                    stage.fail_disk(index, machine.uptime());
                }
                Err(error) => stage.broke(format!("{name} does not start: {error}")),
            }
        });
    }

    /// Crashes a server, whatever it is doing.
    pub(super) fn crash(&self, index: usize, how: Crash) {
        self.note(|| format!("{} crashes: {how:?}", self.graph.names()[index]));
        self.sim.crash(&self.machines[index], how);
        self.stage.model().crash(index, how, self.sim.elapsed());
    }

    /// Asks a server that is up to stop in order.
    pub(super) fn stop(&self, index: usize) {
        self.note(|| format!("{} is asked to stop", self.graph.names()[index]));
        self.stage.request_stop(index);
    }

    /// Starts a server again, with power and a working disk.
    pub(super) fn restart(&self, index: usize) {
        self.machines[index].fail_disk_after(None);
        self.sim.restart(&self.machines[index]);
        self.check_leftover(index);
        self.start(index);
    }

    fn check_leftover(&self, index: usize) {
        if self.memory != Memory::Ephemeral {
            let left = leftover::read_journal(&self.machines[index].disk());
            let checked = self.stage.model().check_leftover(index, &left);
            checked.unwrap_or_else(|rule| self.stage.broke(rule));
        }
    }

    /// Sets a server's wall clock ahead or back.
    pub(super) fn set_clock_ahead(&self, index: usize, nanoseconds: i64) {
        let machine = &self.machines[index];
        machine.set_clock_ahead(nanoseconds);
        self.stage.model().set_clock(index, machine.uptime(), nanoseconds);
        self.note(|| format!("{} has its clock ahead by {nanoseconds} ns", machine.name()));
    }

    pub(super) fn note(&self, text: impl FnOnce() -> String) {
        self.stage.trace.note(self.sim.elapsed(), text);
    }

    /// Lets this much virtual time pass.
    pub(super) async fn pass(&self, span: Duration) {
        self.machines[0].sleep(span).await;
    }

    fn server_name(&self, index: usize) -> ServerName {
        let name = &self.graph.names()[index];
        name.parse().expect("a graph's names are good names")
    }
}
