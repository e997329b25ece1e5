//! What servers must know, and what they may say: a map and a max.

use super::at_line::AtLine;
use super::knowledge::Knowledge;
use super::scenario::Memory;
use crate::protocol::Skew;
use crate::runtime::sim::Crash;
use std::collections::BTreeMap;
use std::time::Duration;

/// A small model of a herd, which hears everything that clients hear. A rule that was broken comes
/// back as the text of an error.
#[derive(Debug)]
pub(super) struct Model {
    memory: Memory,
    servers: Vec<ServerModel>,
    /// What clients said to which server (its place), and when first.
    said: BTreeMap<(usize, Vec<u8>), Duration>,
    /// What a right wall clock showed when the world began, in nanoseconds after 1970.
    wall_clock_began: i128,
}

#[derive(Debug)]
struct ServerModel {
    name: String,
    /// The greatest line of each client that the server has shown that it knows, and that it must
    /// not have lost in a crash since.
    floors: BTreeMap<Vec<u8>, Vec<Floor>>,
    /// How often it has crashed.
    life: u64,
    /// How often something has happened to it that excuses a broken connection.
    troubles: u64,
    is_up: bool,
    /// When it was last up.
    ended: Duration,
    /// From when on its wall clock was so many nanoseconds ahead.
    clock: Vec<(Duration, i64)>,
}

/// A line that a server has shown to know, and when it first did.
#[derive(Debug)]
struct Floor {
    line: AtLine,
    shown: Duration,
}

/// A server as somebody meets it at one moment.
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
            is_up: false,
            ended: Duration::ZERO,
            clock: vec![(Duration::ZERO, 0)],
        };
        let servers = names.iter().map(server).collect();
        Self { memory, servers, said: BTreeMap::new(), wall_clock_began }
    }

    pub(super) fn name(&self, server: usize) -> &str {
        &self.servers[server].name
    }

    /// Somebody begins to talk with a server.
    pub(super) fn meet(&self, server: usize) -> Encounter {
        let ServerModel { life, troubles, .. } = self.servers[server];
        Encounter { life, troubles }
    }

    /// Whether nothing has happened to a server since that excuses a broken connection.
    pub(super) fn is_untroubled(&self, server: usize, since: Encounter) -> bool {
        self.servers[server].is_up && self.meet(server) == since
    }

    /// Something happens to a server that breaks or delays connections, or stops doing so.
    pub(super) fn trouble(&mut self, server: usize) {
        self.servers[server].troubles += 1;
    }

    /// A server listens; until now it refused whoever came.
    pub(super) fn start(&mut self, server: usize) {
        self.trouble(server);
        self.servers[server].is_up = true;
    }

    /// A server is no more. What it has shown to know may be lost.
    pub(super) fn crash(&mut self, server: usize, how: Crash, now: Duration) {
        let memory = self.memory;
        let server = &mut self.servers[server];
        // What a dead program has written does not become safer with time.
        if server.is_up {
            server.ended = now;
        }
        let ended = server.ended;
        server.is_up = false;
        server.life += 1;
        server.troubles += 1;
        for floors in server.floors.values_mut() {
            floors.retain(|floor| !memory.may_lose(how, ended.saturating_sub(floor.shown)));
        }
    }

    pub(super) fn set_clock(&mut self, server: usize, now: Duration, ahead_ns: i64) {
        self.servers[server].clock.push((now, ahead_ns));
    }

    /// A client is about to say something to a server: an ID, a position and a time.
    pub(super) fn say(&mut self, server: usize, said: Vec<u8>, now: Duration) {
        self.said.entry((server, said)).or_insert(now);
    }

    /// What a server must know of a client, at least.
    pub(super) fn floor(&self, server: usize, client: &[u8]) -> Option<&AtLine> {
        self.servers[server].floors.get(client)?.last().map(|floor| &floor.line)
    }

    /// What a crash left on a server's disk must hold everything that the server may not lose.
    pub(super) fn check_leftover(&self, server: usize, left: &Knowledge) -> Result<(), String> {
        for (client, floors) in &self.servers[server].floors {
            let floor = floors.last().map(|floor| &floor.line);
            if floor > left.get(client) {
                let (name, left) = (self.name(server), left.get(client));
                return Err(format!("{name} has {left:?} on its disk, but {floor:?} was promised"));
            }
        }
        Ok(())
    }

    /// What some server must know of a client, at least, and so all of them in the end.
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
        // What is heard after a crash was said before it: a promise that holds over any crash counts.
        if met.life == self.servers[server].life || self.memory.never_forgets() {
            self.raise_floor(server, line, now);
        }
        Ok(())
    }

    /// A server tells a neighbor a line; what it tells, it must not forget.
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

    /// A line must be what a client said to that server, received when the clock there showed that
    /// time.
    fn check_genuine(&self, line: &AtLine, now: Duration) -> Result<(), String> {
        let invented = |why: &str| Err(format!("{line:?} was never true: {why}"));
        let place = self.servers.iter().position(|known| known.name.as_bytes() == line.server());
        let Some(server) = place else { return invented("no such server") };
        let Ok(skew) = Skew::parse(line.skew()) else { return invented("no such number") };
        let received = i128::from(line.time().as_nanos()) + skew.as_nanos();
        let mut said = self.said_beginning_with(server, line.said()).peekable();
        if said.peek().is_none() {
            return invented("no client said that there");
        }
        if !said.any(|first_said| self.clock_showed(server, received, first_said, now)) {
            return invented("that server's clock showed no such time when it was said");
        }
        Ok(())
    }

    /// When something was first said to a server that begins so. For a client that hangs up in the
    /// middle of a line has said the beginning of it, and a time cut short is still a time.
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
