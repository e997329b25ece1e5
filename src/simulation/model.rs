//! What each server must know, and what it may say.

use super::at_line::AtLine;
use super::knowledge::Knowledge;
use super::scenario::Memory;
use crate::protocol::Skew;
use crate::runtime::sim::Crash;
use std::collections::BTreeMap;
use std::time::Duration;

/// A model of a herd: for each server and client, the newest line that the server must know. It
/// sees everything that clients see. A broken rule is returned as the text of an error.
#[derive(Debug)]
pub(super) struct Model {
    memory: Memory,
    servers: Vec<ServerModel>,
    /// What clients sent to which server (its index), and when they first did.
    said: BTreeMap<(usize, Vec<u8>), Duration>,
    /// What a correct wall clock showed when the run began, in nanoseconds after 1970.
    wall_clock_began: i128,
}

#[derive(Debug)]
struct ServerModel {
    name: String,
    /// For each client the lines that the server has shown to know and must still know, oldest
    /// first. The last one is the newest.
    floors: BTreeMap<Vec<u8>, Vec<Floor>>,
    /// How often it has crashed or stopped.
    life: u64,
    /// Counts the faults that excuse a broken connection.
    troubles: u64,
    state: State,
    /// When it last ended.
    ended: Duration,
    /// How many nanoseconds its wall clock was ahead, and since when.
    clock: Vec<(Duration, i64)>,
}

/// What a server is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// It has not started yet, or has crashed.
    Down,
    Up,
    /// It was asked to stop, and has not ended yet.
    Stopping,
    /// It has ended in order.
    Stopped,
}

/// A line that a server has shown to know, and when it first did so.
#[derive(Debug)]
struct Floor {
    line: AtLine,
    shown: Duration,
}

/// The state of a server when somebody starts to talk with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Encounter {
    life: u64,
    troubles: u64,
}

impl Model {
    pub(super) fn new(names: &[String], memory: Memory, wall_clock_began: i128) -> Self {
        let server = |name: &String| ServerModel {
            name: name.clone(),
            floors: BTreeMap::new(),
            life: 0,
            troubles: 0,
            state: State::Down,
            ended: Duration::ZERO,
            clock: vec![(Duration::ZERO, 0)],
        };
        let servers = names.iter().map(server).collect();
        Self { memory, servers, said: BTreeMap::new(), wall_clock_began }
    }

    pub(super) fn name(&self, server: usize) -> &str {
        &self.servers[server].name
    }

    /// The current state of a server, for [`is_untroubled`](Self::is_untroubled).
    pub(super) fn meet(&self, server: usize) -> Encounter {
        let ServerModel { life, troubles, .. } = self.servers[server];
        Encounter { life, troubles }
    }

    /// Whether a server is up and has had no fault since that excuses a broken connection.
    pub(super) fn is_untroubled(&self, server: usize, since: Encounter) -> bool {
        self.servers[server].state == State::Up && self.meet(server) == since
    }

    /// A fault that breaks or delays connections of a server starts or ends.
    pub(super) fn trouble(&mut self, server: usize) {
        self.servers[server].troubles += 1;
    }

    /// A server has started to listen.
    pub(super) fn start(&mut self, server: usize) {
        self.trouble(server);
        let memory = self.memory;
        let server = &mut self.servers[server];
        if std::mem::replace(&mut server.state, State::Up) == State::Stopped {
            server.life += 1;
            if memory == Memory::Ephemeral {
                server.floors.clear();
            }
        }
    }

    /// A server is asked to stop. It accepts nobody any more.
    pub(super) fn ask_to_stop(&mut self, server: usize) {
        self.trouble(server);
        self.servers[server].state = State::Stopping;
    }

    /// A server has ended in order. Its journal, if it has one, has everything. Replies that it sent
    /// before may still arrive, and count until it starts again.
    pub(super) fn stop(&mut self, server: usize, now: Duration) {
        self.trouble(server);
        let server = &mut self.servers[server];
        server.state = State::Stopped;
        server.ended = now;
    }

    /// Whether a server is up and was not asked to stop.
    pub(super) fn is_up(&self, server: usize) -> bool {
        self.servers[server].state == State::Up
    }

    /// Whether a server was asked to stop and has not ended yet.
    pub(super) fn is_stopping(&self, server: usize) -> bool {
        self.servers[server].state == State::Stopping
    }

    /// A server has crashed. It may lose what its memory allows it to lose.
    pub(super) fn crash(&mut self, server: usize, how: Crash, now: Duration) {
        let memory = self.memory;
        let server = &mut self.servers[server];
        // If it was down already, its disk has the age that it had when the server ended.
        if matches!(server.state, State::Up | State::Stopping) {
            server.ended = now;
        }
        let ended = server.ended;
        server.state = State::Down;
        server.life += 1;
        server.troubles += 1;
        for floors in server.floors.values_mut() {
            floors.retain(|floor| !memory.may_lose(how, ended.saturating_sub(floor.shown)));
        }
    }

    pub(super) fn set_clock(&mut self, server: usize, now: Duration, ahead_ns: i64) {
        self.servers[server].clock.push((now, ahead_ns));
    }

    /// A client is about to send an ID, a position and a time to a server.
    pub(super) fn say(&mut self, server: usize, said: Vec<u8>, now: Duration) {
        self.said.entry((server, said)).or_insert(now);
    }

    /// The line that a server must know of a client, or a newer one.
    pub(super) fn floor(&self, server: usize, client: &[u8]) -> Option<&AtLine> {
        self.servers[server].floors.get(client)?.last().map(|floor| &floor.line)
    }

    /// Checks that a server's disk still has everything that the server must not lose.
    pub(super) fn check_leftover(&self, server: usize, left: &Knowledge) -> Result<(), String> {
        for (client, floors) in &self.servers[server].floors {
            let floor = floors.last().map(|floor| &floor.line);
            if floor > left.get(client) {
                let (name, left) = (self.name(server), left.get(client));
                return Err(format!("{name} has {left:?} on its disk, but it promised {floor:?}"));
            }
        }
        Ok(())
    }

    /// Checks that a neighbor knows everything about these clients that a server had shown to know
    /// before it ended in order: nobody else may have it.
    pub(super) fn check_handed_over(
        &self,
        server: usize,
        neighbor: usize,
        clients: &[String],
        known: &Knowledge,
    ) -> Result<(), String> {
        for client in clients {
            let (shown, known) =
                (self.floor(server, client.as_bytes()), known.get(client.as_bytes()));
            if shown > known {
                let (name, neighbor) = (self.name(server), self.name(neighbor));
                return Err(format!(
                    "{name} showed {shown:?} and stopped in order, but {neighbor} knows {known:?}"
                ));
            }
        }
        Ok(())
    }

    /// The line that at least one server must know of a client, and therefore all of them in the
    /// end.
    pub(super) fn floor_of_all(&self, client: &[u8]) -> Option<&AtLine> {
        (0..self.servers.len()).filter_map(|server| self.floor(server, client)).max()
    }

    /// A server has shown that it knows a line.
    pub(super) fn observe(
        &mut self,
        server: usize,
        met: Encounter,
        line: AtLine,
        now: Duration,
    ) -> Result<(), String> {
        self.check_genuine(&line, now)?;
        // A reply that arrives after a crash was sent before it. It counts if the promise survives
        // any crash.
        if met.life == self.servers[server].life || self.memory.never_forgets() {
            self.raise_floor(server, line, now);
        }
        Ok(())
    }

    /// A server has sent a line to a neighbor, so it must not forget it.
    pub(super) fn tell(&mut self, server: &str, line: AtLine, now: Duration) {
        let place = self.servers.iter().position(|known| known.name == server);
        self.raise_floor(place.expect("only servers tell neighbors"), line, now);
    }

    fn raise_floor(&mut self, server: usize, line: AtLine, shown: Duration) {
        let floors = self.servers[server].floors.entry(line.client().to_owned()).or_default();
        if floors.last().is_none_or(|last| last.line < line) {
            floors.push(Floor { line, shown });
        }
    }

    /// Checks that a client sent the line to the server that it names, while that server's clock
    /// showed the receive time.
    fn check_genuine(&self, line: &AtLine, now: Duration) -> Result<(), String> {
        let invented = |why: &str| Err(format!("{line:?} was never sent: {why}"));
        let place = self.servers.iter().position(|known| known.name.as_bytes() == line.server());
        let Some(server) = place else { return invented("no such server") };
        let Ok(skew) = Skew::parse(line.skew()) else { return invented("no such number") };
        let received = i128::from(line.time().as_nanos()) + skew.as_nanos();
        let mut said = self.said_beginning_with(server, line.said()).peekable();
        if said.peek().is_none() {
            return invented("no client sent that to this server");
        }
        if !said.any(|first_said| self.clock_showed(server, received, first_said, now)) {
            return invented("the server's clock never showed that time after it was sent");
        }
        Ok(())
    }

    /// When something that starts with `said` was first sent to a server. A client that hangs up in
    /// the middle of a line has sent only its start, and a time that is cut off is still a time.
    fn said_beginning_with(&self, server: usize, said: Vec<u8>) -> impl Iterator<Item = Duration> {
        let all = self.said.range((server, said.clone())..);
        all.take_while(move |((to, text), _)| *to == server && text.starts_with(&said))
            .map(|(_, &first_said)| first_said)
    }

    /// Whether a server's clock showed `wall` at some moment from `from` to `to`.
    fn clock_showed(&self, server: usize, wall: i128, from: Duration, to: Duration) -> bool {
        let clock = &self.servers[server].clock;
        let ends = clock.iter().skip(1).map(|&(begin, _)| begin).chain([Duration::MAX]);
        clock.iter().zip(ends).any(|(&(begin, ahead), end)| {
            let showed = |moment: Duration| {
                self.wall_clock_began + moment.as_nanos() as i128 + i128::from(ahead)
            };
            let (begin, end) = (begin.max(from), end.min(to));
            begin <= end && (showed(begin)..=showed(end)).contains(&wall)
        })
    }
}
