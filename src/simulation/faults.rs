//! The faults of a run.

use super::scenario;
use super::servers::Servers;
use crate::runtime::sim::{Chance, Crash, Machine};
use std::collections::BTreeMap;
use std::time::Duration;

/// Injects faults at random, and ends those that last.
pub(super) struct Faults<'r, 's> {
    servers: &'r Servers<'s>,
    talkers: Vec<Machine>,
    chance: Chance,
    /// The remedies that are due, by time.
    remedies: BTreeMap<(Duration, u64), Remedy>,
    count: u64,
    has_lied: bool,
}

/// How far a clock is wrong at most, in nanoseconds, if its server is not to lie. Two clocks differ
/// by twice that at most, which some of the clock tolerances of scenarios allow and others do not.
const CLOCK_OFF_MAX: [u64; 3] = [0, 1_000_000, 3_000_000_000];

/// How far the clock of a liar is ahead: an hour or a year, in nanoseconds.
const LIAR_AHEAD: [i64; 2] = [3_600_000_000_000, 31_536_000_000_000_000];

/// What ends a fault.
enum Remedy {
    Restart(usize),
    Unblock(usize, Machine),
}

impl<'r, 's> Faults<'r, 's> {
    /// Faults of these servers, and of their connections with each other and with the talkers.
    pub(super) fn new(servers: &'r Servers<'s>, talkers: Vec<Machine>, chance: Chance) -> Self {
        Self { servers, talkers, chance, remedies: BTreeMap::new(), count: 0, has_lied: false }
    }

    /// Injects faults until `ends`, with pauses of at most `pause_max` in between; none without a
    /// `pause_max`. Returns how many there were.
    pub(super) async fn inject_until(
        &mut self,
        ends: Duration,
        pause_max: Option<Duration>,
    ) -> u64 {
        let mut next = self.next_fault(pause_max, ends);
        loop {
            let remedy = self.remedies.keys().next().copied();
            let moment = remedy.map_or(next, |(due, _)| due.min(next)).min(ends);
            let span = moment.saturating_sub(self.servers.sim.elapsed());
            self.servers.pass(span).await;
            self.note_failed_servers();
            if self.servers.stage.broken().is_err() || moment >= ends {
                return self.count;
            }
            match remedy.filter(|&(due, _)| due <= next) {
                Some(key) => self.remedy(key),
                None => {
                    self.inject();
                    next = self.next_fault(pause_max, ends);
                }
            }
        }
    }

    /// Treats servers that ended because of a failing disk like machines that went down.
    fn note_failed_servers(&mut self) {
        for server in self.servers.stage.take_failed_disks() {
            if !self.is_down(server) {
                self.go_down(server);
            }
        }
    }

    /// Ends all faults that still last.
    pub(super) fn heal(&mut self) {
        for (server, machine) in self.servers.machines.iter().enumerate() {
            // A disk that was to fail later fails now, so that no server can end after healing.
            machine.fail_disk_after(machine.is_disk_failing().then_some(0));
            if machine.is_disk_failing() && !self.is_down(server) {
                self.go_down(server);
            }
        }
        self.servers.stage.take_failed_disks();
        while let Some(&key) = self.remedies.keys().next() {
            self.remedy(key);
        }
        (0..self.servers.count()).for_each(|server| self.servers.set_clock_ahead(server, 0));
        self.servers.sim.set_conditions(Default::default());
        self.servers.sim.cancel_cuts();
        self.servers.note(|| "everything is healed".to_owned());
    }

    /// Whether a server's clock was so far ahead that its neighbors refuse what it took from clients
    /// for longer than a run lasts.
    pub(super) fn has_lied(&self) -> bool {
        self.has_lied
    }

    fn next_fault(&mut self, pause_max: Option<Duration>, ends: Duration) -> Duration {
        let Some(longest) = pause_max else { return ends };
        self.servers.sim.elapsed() + self.chance.span(&(Duration::ZERO..=longest))
    }

    /// Injects one fault.
    fn inject(&mut self) {
        self.count += 1;
        match self.chance.below(12) {
            11 => self.stop(),
            10 => self.fail_disk(),
            0..=2 => self.crash(),
            3..=4 => self.cut(),
            5..=6 => self.block(),
            7 => self.move_clock(),
            8 => self.change_network(),
            _ => self.block_client(),
        }
    }

    fn crash(&mut self) {
        let server = self.any_server();
        if !self.is_down(server) {
            self.go_down(server);
        }
    }

    /// A server is asked to stop, and starts again some time later.
    fn stop(&mut self) {
        let server = self.any_server();
        if !self.is_down(server) && self.servers.stage.model().is_up(server) {
            self.servers.stop(server);
            self.remedy_within(Duration::from_secs(8), Remedy::Restart(server));
        }
    }

    fn is_down(&self, server: usize) -> bool {
        let is_it = |remedy: &Remedy| matches!(remedy, Remedy::Restart(down) if *down == server);
        self.remedies.values().any(is_it)
    }

    /// Makes a disk fail soon. Its server must end then, before it promises anything more.
    fn fail_disk(&mut self) {
        let server = self.any_server();
        let operations = self.chance.below(30);
        self.servers.stage.model().trouble(server);
        self.servers.machines[server].fail_disk_after(Some(operations));
        let name = self.servers.machines[server].name();
        self.servers.note(|| format!("the disk of {name} fails after {operations} operations"));
    }

    fn go_down(&mut self, server: usize) {
        let how = *self.chance.pick(&[Crash::Process, Crash::Power]);
        self.servers.crash(server, how);
        self.remedy_within(Duration::from_secs(4), Remedy::Restart(server));
    }

    /// Cuts one link or, as if a switch restarted, all links: at once, or in the middle of what is
    /// told over them. Or cuts the connections of one talker.
    fn cut(&mut self) {
        let links: Vec<_> = self.servers.graph.links().collect();
        let &link = self.chance.pick(&links);
        match self.chance.below(6) {
            0 => links.into_iter().for_each(|link| self.cut_link(link)),
            1 => self.cut_link(link),
            2 => links.into_iter().for_each(|link| self.cut_link_after(link)),
            3 => self.cut_link_after(link),
            _ => self.cut_client(),
        }
    }

    fn cut_link(&self, (one, other): (usize, usize)) {
        let (one, other) = (&self.servers.machines[one], &self.servers.machines[other]);
        self.servers.sim.cut(one, other);
        self.servers.note(|| format!("{} loses its connections with {}", one.name(), other.name()));
    }

    /// Cuts a link after a few more bytes in one direction: between two lines, or within one.
    fn cut_link_after(&mut self, (one, other): (usize, usize)) {
        let (from, to) = *self.chance.pick(&[(one, other), (other, one)]);
        let (from, to) = (&self.servers.machines[from], &self.servers.machines[to]);
        let bytes_max = *self.chance.pick(&[20, 200, 2_000]);
        let bytes = self.chance.between(1..=bytes_max) as usize;
        self.servers.sim.cut_after(from, to, bytes);
        self.servers.note(|| {
            let (from, to) = (from.name(), to.name());
            format!("{from} loses its connections with {to} after {bytes} more bytes to it")
        });
    }

    fn cut_client(&mut self) {
        let (server, talker) = (self.any_server(), self.any_talker());
        self.servers.stage.model().trouble(server);
        let machine = &self.servers.machines[server];
        self.servers.sim.cut(machine, &talker);
        self.servers
            .note(|| format!("{} loses its connections with {}", machine.name(), talker.name()));
    }

    /// Blocks a link in one direction or both.
    fn block(&mut self) {
        let links: Vec<_> = self.servers.graph.links().collect();
        let &(one, other) = self.chance.pick(&links);
        match self.chance.below(3) {
            0 => self.block_way(one, other),
            1 => self.block_way(other, one),
            _ => {
                self.block_way(one, other);
                self.block_way(other, one);
            }
        }
    }

    fn block_way(&mut self, from: usize, to: usize) {
        let to = self.servers.machines[to].clone();
        let from_machine = &self.servers.machines[from];
        self.servers.sim.block(from_machine, &to);
        self.servers.note(|| format!("nothing gets from {} to {}", from_machine.name(), to.name()));
        self.remedy_within(Duration::from_secs(6), Remedy::Unblock(from, to));
    }

    fn block_client(&mut self) {
        let (server, talker) = (self.any_server(), self.any_talker());
        self.servers.stage.model().trouble(server);
        let machine = &self.servers.machines[server];
        self.servers.sim.block(machine, &talker);
        self.servers.note(|| format!("nothing gets from {} to {}", machine.name(), talker.name()));
        self.remedy_within(Duration::from_secs(4), Remedy::Unblock(server, talker));
    }

    fn move_clock(&mut self) {
        let server = self.any_server();
        let ahead = if self.chance.one_in(6) {
            self.has_lied = true;
            *self.chance.pick(&LIAR_AHEAD)
        } else {
            let most = *self.chance.pick(&CLOCK_OFF_MAX);
            self.chance.between(0..=2 * most) as i64 - most as i64
        };
        self.servers.set_clock_ahead(server, ahead);
    }

    fn change_network(&mut self) {
        let conditions = scenario::conditions(&mut self.chance);
        self.servers.note(|| format!("the network changes: {conditions:?}"));
        self.servers.sim.set_conditions(conditions);
    }

    fn remedy_within(&mut self, longest: Duration, remedy: Remedy) {
        let due = self.servers.sim.elapsed() + self.chance.span(&(Duration::ZERO..=longest));
        self.remedies.insert((due, self.count * 2 + self.remedies.len() as u64), remedy);
    }

    fn remedy(&mut self, key: (Duration, u64)) {
        match self.remedies.remove(&key) {
            Some(Remedy::Restart(server)) => {
                if self.servers.stage.model().is_stopping(server) {
                    // Whoever asked it to stop waits no longer.
                    self.servers.crash(server, Crash::Process);
                }
                self.servers.restart(server);
            }
            Some(Remedy::Unblock(from, to)) => {
                let from_machine = &self.servers.machines[from];
                self.servers.sim.unblock(from_machine, &to);
                self.servers.stage.model().trouble(from);
                self.servers.note(|| {
                    format!("bytes get from {} to {} again", from_machine.name(), to.name())
                });
            }
            None => {}
        }
    }

    fn any_server(&mut self) -> usize {
        self.chance.index(self.servers.count())
    }

    fn any_talker(&mut self) -> Machine {
        self.chance.pick(&self.talkers).clone()
    }
}
