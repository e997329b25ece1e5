//! The orderly stop of a server at the end of a run.

use super::inquiry;
use super::servers::Servers;
use super::talker::Talker;
use crate::runtime::Spawn;
use crate::runtime::sim::{Chance, Conditions, Machine};
use crate::server::STOP_TIMEOUT;
use std::sync::Arc;
use std::time::Duration;

/// At most this many clients talk with the server without a pause.
const TALKERS_MAX: u64 = 2;

/// How long a server may take to end after [`STOP_TIMEOUT`].
const STOP_TO_SPARE: Duration = Duration::from_secs(1);

/// How long replies and changes may still be on their way after the server has ended.
const DELIVERY_MAX: Duration = Duration::from_secs(1);

/// How long a server may take to read its journal back and to listen.
const START_MAX: Duration = Duration::from_secs(5);

/// Connections hold little, so that clients that never pause always have more to say than the
/// server has read.
const BUFFER_BYTES: usize = 1_000;

/// One server of a healthy herd is asked to stop while clients talk with it, and starts again.
pub(super) struct OrderlyStop<'r> {
    servers: &'r Servers<'r>,
    clients: &'r [String],
    server: usize,
    chance: Chance,
}

impl<'r> OrderlyStop<'r> {
    /// Draws which server it is.
    pub(super) fn draw(
        servers: &'r Servers<'r>,
        clients: &'r [String],
        mut chance: Chance,
    ) -> Self {
        let server = chance.index(servers.count());
        Self { servers, clients, server, chance }
    }

    /// Stops the server, checks that its neighbors know what it has acknowledged and that nothing is
    /// left of it, and starts it again.
    pub(super) async fn check(mut self, inquirer: &Machine) -> Result<(), String> {
        let Self { servers, server, .. } = self;
        let conditions = Conditions { buffer_bytes: BUFFER_BYTES, ..Conditions::default() };
        servers.sim.set_conditions(conditions);
        self.start_talkers();
        let span = Duration::from_millis(self.chance.between(100..=600));
        servers.pass(span).await;
        servers.stop(server);
        let is_stopping = || servers.stage.model().is_stopping(server);
        self.wait_while(is_stopping, STOP_TIMEOUT + STOP_TO_SPARE, "does not stop").await?;
        let talk = || servers.stage.talkers() > 0;
        self.wait_while(talk, DELIVERY_MAX, "has stopped, but not ended its conversations").await?;
        servers.pass(DELIVERY_MAX).await;
        self.check_neighbors(inquirer).await?;
        self.check_leftovers()?;
        servers.restart(server);
        let is_down = || !servers.stage.model().is_up(server);
        self.wait_while(is_down, START_MAX, "does not start again").await
    }

    fn start_talkers(&mut self) {
        let clients: Arc<[String]> = self.clients.into();
        for number in 0..self.chance.between(1..=TALKERS_MAX) {
            let machine = self.servers.sim.machine(&format!("pipeliner{number}"));
            let talker = Talker {
                machine: machine.clone(),
                stage: Arc::clone(&self.servers.stage),
                addresses: self.servers.addresses(),
                clients: Arc::clone(&clients),
                pause_max: Duration::ZERO,
                chance: Chance::new(self.chance.number()),
                entry: self.servers.entry,
            };
            self.servers.stage.talker_begins();
            machine.spawn(talker.run_until_stopped(self.server));
        }
    }

    async fn wait_while(
        &self,
        condition: impl Fn() -> bool,
        longest: Duration,
        complaint: &str,
    ) -> Result<(), String> {
        let ends = self.servers.sim.elapsed() + longest;
        while condition() {
            self.servers.stage.broken()?;
            if self.servers.sim.elapsed() > ends {
                return Err(format!("{} {complaint}", self.name()));
            }
            self.servers.pass(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    async fn check_neighbors(&self, inquirer: &Machine) -> Result<(), String> {
        for (one, other) in self.servers.graph.links() {
            let neighbor = match self.server {
                server if server == one => other,
                server if server == other => one,
                _ => continue,
            };
            let known = inquiry::ask(self.servers, inquirer, neighbor, self.clients).await?;
            let model = self.servers.stage.model();
            model.check_handed_over(self.server, neighbor, self.clients, &known)?;
        }
        Ok(())
    }

    fn check_leftovers(&self) -> Result<(), String> {
        let machine = &self.servers.machines[self.server];
        match (machine.tasks(), machine.connections()) {
            (0, 0) => Ok(()),
            left => Err(format!("{} has stopped with (tasks, connections) {left:?}", self.name())),
        }
    }

    fn name(&self) -> &str {
        &self.servers.graph.names()[self.server]
    }
}
